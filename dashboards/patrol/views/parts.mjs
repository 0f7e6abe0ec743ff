/** Parts that several views share. */

import { h, icon, link, sign } from '../../pages/dom.mjs'
import { ago, counted, day, daysSince, t } from '../i18n.mjs'
import { state } from '../state.mjs'
import { again, back } from '../router.mjs'

export const LEVEL_NAME = ['', 'green', 'yellow', 'red']

/** Bar at the top of a page inside a task. */
export function bar(title, { sub = null, close = false, otherwise, actions = [] } = {}) {
  return h('header', { class: 'bar' },
    h('button', { class: 'icon-btn', 'aria-label': t(close ? 'patrol.close' : 'patrol.back'), onclick: () => back(otherwise) },
      icon(close ? 'i-close' : 'i-left')),
    h('div', { class: 'grow' }, h('h1', {}, title), sub), ...actions)
}

export const demo = () => (state.me?.demo ? h('span', { class: 'tag demo' }, t('patrol.demo')) : null)

/** Why a premises is due, in words. */
export function dueWords(check) {
  const { state: at, reason } = check
  if (reason.code === 'never') return at === 'overdue' ? counted('patrol.due.never_late', reason.days) : t('patrol.due.never')
  if (at === 'overdue') return counted('patrol.due.overdue', reason.days)
  if (at === 'due') return t('patrol.due.today')
  return check.due_on ? t('patrol.due.later', { day: day(check.due_on) }) : t('patrol.due.none')
}

export const interval = ({ attention, reason }) =>
  t('patrol.due.every', { attention: t(`map.attention.${attention}`), n: reason.every_days })

export const dueClass = { overdue: 'red', due: 'yel', later: 'mut' }

export function lastCheck(check) {
  return check.last_check_on ? ago(daysSince(check.last_check_on)) : t('patrol.check.none')
}

/** The sign with its number in the walking order, as on the map. */
function numbered(stop) {
  const shown = sign(stop.kinds[0], stop.attention)
  if (stop.order) shown.append(h('i', { class: 'order' }, String(stop.order)))
  return shown
}

/** One row of a list of premises. */
export function premisesRow(stop, right) {
  return link(`/patrol/premises/${stop.id}`, { class: 'lrow', 'data-premises': stop.id },
    numbered(stop),
    h('div', { class: 'grow' }, h('b', {}, stop.name), h('p', { class: dueClass[stop.state] }, dueWords(stop))),
    h('div', { class: 'side' }, right), icon('i-right', 'i20'))
}

export const lightIcon = (light, cls = 'lt') => icon(`l-${light}`, cls)

/** A card that says what is so and what can be done. */
export function notice(sign_, title, text, action = null, kind = '') {
  return h('article', { class: `card notice ${kind}` }, icon(sign_, 'i28'),
    h('div', { class: 'grow' }, h('b', { class: 'h' }, title), text ? h('p', {}, text) : null), action)
}

/** A view for something that could not be read. */
export function failure(error, retry = again) {
  const known = error.status ?? -1
  if (known === 403 || known === 404) {
    return { body: [bar(t('patrol.title')), h('div', { class: 'scroll pad' }, notice('i-lock', t(`patrol.error.${known}`), error.message))] }
  }
  const words = known === -1 ? t('patrol.error.page') : error.message
  const button = h('button', { class: 'btn quiet small', onclick: () => retry() }, icon('i-refresh', 'i20'), t('patrol.retry'))
  return { tab: 'today', body: [h('div', { class: 'scroll pad' },
    notice(error.offline ? 'i-nosignal' : 'i-info', t(error.offline ? 'patrol.error.no_line' : 'patrol.error.not_read'), words, button, 'stacked'))] }
}

let fading = null
/** A dark bar above the tabs for some seconds, with an undo if there is one. */
export function toast(words, undo = null) {
  const box = document.querySelector('#toast')
  clearTimeout(fading)
  const close = () => box.replaceChildren()
  box.replaceChildren(h('div', {}, icon('i-check', 'i20'), h('span', { class: 'grow' }, words),
    undo ? h('button', { onclick: () => { close(); undo() } }, icon('i-undo', 'i20'), t('patrol.undo')) : null))
  fading = setTimeout(close, 8000)
}

/** The chain of grids, the last one in bold. */
export function chainLine(chain) {
  const names = chain.map((g) => g.name)
  const last = names.pop()
  return h('p', { class: 'chain' }, names.map((n) => [n, h('i', { 'aria-hidden': 'true' }, ' › ')]), h('b', {}, last))
}
