/** Start of the phone page: sign-in, language, the line at the top, the tabs, the views. */

import * as api from '../pages/api.mjs'
import { h, icon } from '../pages/dom.mjs'
import { clock, loadTexts, t } from './i18n.mjs'
import * as outbox from './outbox.mjs'
import * as router from './router.mjs'
import { loadMe, state } from './state.mjs'
import { unmount } from './mapview.mjs'
import { building } from './views/building.mjs'
import { map } from './views/map.mjs'
import { me } from './views/me.mjs'
import { pin } from './views/pin.mjs'
import { premises } from './views/premises.mjs'
import { report } from './views/report.mjs'
import { incident, reportCard, reports } from './views/reports.mjs'
import { round } from './views/round.mjs'
import { today } from './views/today.mjs'
import { failure } from './views/parts.mjs'

const view = document.querySelector('#view')
const line = document.querySelector('#line')
const tabs = document.querySelector('#tabs')
const SLOW_MS = 300
const DONE_MS = 4000

const TABS = [
  ['today', '/patrol', 'i-today'], ['map', '/patrol/map', 'i-map'],
  ['report', '/patrol/report', 'i-plus'], ['reports', '/patrol/reports', 'i-notes'],
]

function drawTabs(active, waiting) {
  tabs.hidden = !active
  tabs.setAttribute('aria-label', t('patrol.tabs'))
  tabs.replaceChildren(...TABS.map(([name, href, sign]) => h('a', {
    href, class: name === active ? 'on' : '', 'aria-current': name === active ? 'page' : null,
  }, name === 'report' ? h('span', { class: 'plus' }, icon(sign, 'i28')) : icon(sign),
  t(`patrol.tab.${name}`),
  name === 'reports' && waiting ? h('i', { 'aria-label': t('patrol.waiting', { n: waiting }) }, String(waiting)) : null)))
}

let activeTab = null
let reached = true
let doneUntil = 0

/** One line under the status bar, the same on every view. */
async function drawLine() {
  const all = await outbox.reports()
  const open = all.filter((r) => r.state === 'waiting' || r.state === 'sending')
  const refused = all.filter((r) => r.state === 'refused').length
  drawTabs(activeTab, open.length + refused)
  const none = !navigator.onLine || !reached
  const sending = all.some((r) => r.state === 'sending')
  let kind = ''
  if (none) kind = 'none'
  else if (sending) kind = 'sending'
  else if (refused) kind = 'refused'
  else if (Date.now() < doneUntil) kind = 'done'
  line.className = kind
  line.hidden = !kind
  const words = { none: ['i-nosignal', t('patrol.line.none'), open.length ? t('patrol.line.kept', { n: open.length }) : t('patrol.line.carry_on')],
    sending: ['i-send', t('patrol.line.sending', { n: open.length }), ''],
    refused: ['l-red', t('patrol.line.refused', { n: refused }), ''],
    done: ['i-check', t('patrol.line.done', { time: clock(Date.now()) }), ''] }[kind]
  line.replaceChildren(...(words ? [icon(words[0], 'i20'), h('b', {}, words[1]), h('span', {}, words[2])] : []))
}

let sentBefore = null
async function queueChanged() {
  const sent = (await outbox.reports()).filter((r) => r.state === 'sent').length
  if (sentBefore !== null && sent > sentBefore) {
    doneUntil = Date.now() + DONE_MS
    setTimeout(drawLine, DONE_MS + 50)
  }
  sentBefore = sent
  await drawLine()
}

/** Show a view: grey blocks if it takes longer than a moment, plain words if it fails. */
async function render(make, values, guard, onLeave) {
  unmount()
  const slow = setTimeout(() => { if (!guard.gone) view.replaceChildren(skeleton()) }, SLOW_MS)
  let made
  try {
    made = await make(values, guard)
  } catch (error) {
    if (!(error instanceof api.ApiError)) console.error(error)
    made = failure(error)
  }
  clearTimeout(slow)
  if (guard.gone) return made.leave?.()
  view.replaceChildren(...[made.body].flat())
  activeTab = made.tab ?? null
  document.title = t('patrol.title')
  await drawLine()
  if (guard.gone) return made.leave?.()
  made.shown?.()
  onLeave(() => made.leave?.())
  view.focus({ preventScroll: true })
}

const skeleton = () => h('div', { class: 'scroll skeleton', 'aria-busy': 'true' },
  ...[1, 2, 3, 4].map((n) => h('div', { class: `bone bone-${n}` })))

function signedOut() {
  if (document.querySelector('.signin')) return
  const next = encodeURIComponent(location.pathname)
  document.body.append(h('div', { class: 'cover', role: 'dialog', 'aria-modal': 'true' }, h('div', { class: 'signin card' },
    h('h2', {}, t('patrol.signin.title')), h('p', {}, t('patrol.signin.kept')),
    h('a', { class: 'btn primary', href: `/login?next=${next}` }, t('patrol.signin.go')))))
}

function begin() {
  router.route('/patrol', today)
  router.route('/patrol/round', round)
  router.route('/patrol/map', map)
  router.route('/patrol/map/:lon,:lat', map)
  router.route('/patrol/premises/:id', premises)
  router.route('/patrol/building/:id', building)
  router.route('/patrol/report', report)
  router.route('/patrol/report/place', pin)
  router.route('/patrol/reports', reports)
  router.route('/patrol/reports/:txn', reportCard)
  router.route('/patrol/incidents/:id', incident)
  router.route('/patrol/me', me)
  return router.begin(render)
}

async function start() {
  await loadTexts(document.documentElement.lang)
  api.on('signedout', signedOut)
  api.on('reach', (ok) => { if (ok !== reached) { reached = ok; drawLine() } })
  addEventListener('online', drawLine)
  addEventListener('offline', drawLine)
  try {
    await loadMe()
  } catch (error) {
    view.replaceChildren(...[failure(error, () => location.reload()).body].flat())
    return
  }
  await loadTexts(state.me.lang)
  outbox.onChange(queueChanged)
  outbox.begin(state.me.user.id)
  await begin()
}

start()
