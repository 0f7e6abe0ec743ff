/** What I reported: what still waits on this phone, and where the rest stands. */

import { get } from '../../pages/api.mjs'
import { h, icon, link } from '../../pages/dom.mjs'
import { moment, named, t } from '../i18n.mjs'
import * as outbox from '../outbox.mjs'
import { go } from '../router.mjs'
import { may } from '../state.mjs'
import { bar, chainLine, lightIcon, notice } from './parts.mjs'

const STATE_SIGN = { waiting: 'i-clock', sending: 'i-send', refused: 'l-red', sent: 'i-check' }
const LOOKED_UP = 12

const cards = new Map()
/** The case cards of the latest reports; one that cannot be read now is simply not known. */
async function lookUp(list) {
  if (!may('incidents.read')) return
  await Promise.all(list.filter((r) => r.incident).slice(0, LOOKED_UP).map(async ({ incident }) => {
    const card = await get(`/incidents/${incident.id}`).catch(() => null)
    if (card) cards.set(incident.id, card)
  }))
}

const lightTag = (light) => (light ? h('span', { class: `tag ${light}` }, lightIcon(light), t(`map.light.${light}`)) : null)

function row(r) {
  const card = r.incident && (cards.get(r.incident.id) ?? r.incident)
  const words = r.state === 'sent' || card ? t(`patrol.state.${card.state}`) : t(`patrol.queue.${r.state}`)
  return link(`/patrol/reports/${r.txn}`, { class: 'lrow', 'data-txn': r.txn, 'data-state': r.state },
    card?.light ? lightIcon(card.light, 'i28') : icon(STATE_SIGN[r.state], 'i28'),
    h('div', { class: 'grow' }, h('b', {}, r.body.title), h('p', {}, `${words}·${moment(r.at)}`)), icon('i-right', 'i20'))
}

export async function reports(_, guard) {
  const box = h('div', { class: 'scroll pad stack' })
  async function draw() {
    const list = await outbox.reports()
    if (guard.gone) return
    const waiting = list.filter((r) => r.state !== 'sent')
    const sent = list.filter((r) => r.state === 'sent')
    box.replaceChildren(...[
      waiting.length ? [h('div', { class: 'row sp title-row' }, h('h2', { class: 'h' }, t('patrol.reports.waiting', { n: waiting.length })),
        h('button', { class: 'btn quiet small', onclick: () => outbox.retryNow() }, icon('i-refresh', 'i20'), t('patrol.retry'))),
      h('article', { class: 'card list' }, waiting.map(row))] : [],
      sent.length ? [h('h2', { class: 'h' }, t('patrol.reports.sent', { n: sent.length })), h('article', { class: 'card list' }, sent.map(row))] : [],
      list.length ? h('p', { class: 'meta' }, t('patrol.reports.here_only')) : notice('i-notes', t('patrol.reports.none'), t('patrol.reports.none_hint')),
    ].flat())
  }
  await draw()
  let off = null
  return {
    tab: 'reports',
    body: [h('header', { class: 'today-top' }, h('h1', { class: 'grow' }, t('patrol.tab.reports'))), box],
    async shown() {
      off = outbox.onChange(draw)
      await lookUp(await outbox.reports())
      draw()
    },
    leave() { off?.() },
  }
}

function photos(card) {
  if (!card.photos?.length) return null
  return h('div', { class: 'photos' }, card.photos.map((p) => h('img', {
    src: `/api/v1/incidents/${card.id}/photos/${p.id}`, alt: t('patrol.report.photo'), width: p.width, height: p.height, loading: 'lazy' })))
}

const steps = (card) => h('ol', { class: 'card tl' }, [...card.actions].reverse().map((a) => h('li', {},
  h('b', {}, t(`patrol.state.${a.to_state}`)), h('span', {}, moment(a.at)), a.note ? h('p', {}, a.note) : null)))

/** The case as the server has it. */
function caseBody(card) {
  return [h('article', { class: 'card case' }, h('h2', {}, card.title),
    h('div', { class: 'tags' }, lightTag(card.light), h('span', { class: 'tag' }, t(`patrol.state.${card.state}`)),
      card.category ? h('span', { class: 'tag' }, named(card.category)) : null),
    card.text ? h('p', { class: 'words' }, card.text) : null, photos(card)),
  h('article', { class: 'card' }, h('dl', { class: 'kv' },
    h('dt', {}, t('patrol.case.number')), h('dd', {}, card.number),
    h('dt', {}, t('patrol.case.grid')), h('dd', { 'data-grid': '' }, chainLine(card.chain)),
    card.closed_at ? [h('dt', {}, t('patrol.case.closed')), h('dd', {}, moment(card.closed_at))]
      : [h('dt', {}, t('patrol.case.due')), h('dd', {}, moment(card.due_at))])),
  card.actions ? [h('h2', { class: 'h' }, t('patrol.case.steps')), steps(card)] : null]
}

const onMap = (card) => (card.point ? h('footer', { class: 'foot' }, link(`/patrol/map/${card.point.join(',')}`,
  { class: 'btn line grow' }, icon('i-map'), t('patrol.on_map'))) : null)

export async function incident({ id }) {
  const card = await get(`/incidents/${encodeURIComponent(id)}`)
  return { body: [bar(t('patrol.case.title'), { otherwise: '/patrol/map' }), h('div', { class: 'scroll pad stack' }, caseBody(card)), onMap(card)].filter(Boolean) }
}

/** A report of mine: on its way, refused, or with what became of it. */
export async function reportCard({ txn }, guard) {
  const box = h('div', { class: 'scroll pad stack' })
  let asked = null
  async function draw() {
    const r = await outbox.report(txn)
    if (guard.gone) return
    if (!r) return box.replaceChildren(notice('i-notes', t('patrol.error.404'), t('patrol.reports.gone')))
    if (r.state === 'sent' && asked !== r.incident.id && may('incidents.read')) {
      asked = r.incident.id
      await lookUp([r])
      if (guard.gone) return
    }
    const card = r.incident && cards.get(r.incident.id)
    const status = { waiting: ['i-clock', 'patrol.queue.waiting_long'], sending: ['i-send', 'patrol.queue.sending_long'],
      refused: ['l-red', 'patrol.queue.refused'], sent: ['i-check', 'patrol.queue.sent_long'] }[r.state]
    const undo = r.state !== 'sent' && !r.incident
      ? h('button', { class: 'btn quiet small', onclick: async () => { await outbox.withdraw(txn); go('/patrol/reports', { replace: true }) } }, t('patrol.queue.withdraw')) : null
    const local = { title: r.body.title, text: r.body.text, state: 'reported', ...(r.incident ?? {}) }
    return box.replaceChildren(...[notice(status[0], t(status[1]), r.error || null, undo, r.state === 'sent' ? 'good' : ''),
      r.incident ? caseBody(card ?? local)
        : h('article', { class: 'card case' }, h('h2', {}, r.body.title), r.body.text ? h('p', { class: 'words' }, r.body.text) : null),
    ].flat(2).filter(Boolean))
  }
  await draw()
  let off = null
  return {
    body: [bar(t('patrol.case.title'), { otherwise: '/patrol/reports' }), box],
    shown() { off = outbox.onChange(draw); draw() },
    leave() { off?.() },
  }
}
