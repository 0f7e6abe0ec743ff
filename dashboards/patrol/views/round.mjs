/** Every premises of the area: what is due in walking order, then the rest by its date. */

import { h } from '../../pages/dom.mjs'
import { metres, t } from '../i18n.mjs'
import { between, here } from '../position.mjs'
import { loadRound, state } from '../state.mjs'
import { bar, notice, premisesRow } from './parts.mjs'

function side(stop) {
  const at = here()
  const leg = stop.order > 1 || state.round.start ? t('patrol.leg', { m: metres(stop.leg_m ?? 0) }) : t('patrol.begin_here')
  return [stop.order ? leg : null, at ? [h('br'), t('patrol.from_you', { m: metres(between(at, stop)) })] : null]
}

export async function round() {
  const found = await loadRound()
  const walked = found?.stops.filter((s) => s.order) ?? []
  const rest = found?.stops.filter((s) => !s.order).sort((a, b) => (a.due_on ?? '').localeCompare(b.due_on ?? '')) ?? []
  const list = (title, stops) => (stops.length ? [h('h2', { class: 'h' }, title),
    h('article', { class: 'card list' }, stops.map((s) => premisesRow(s, side(s))))] : null)
  return { body: [bar(state.area?.name ?? t('patrol.title'), { sub: h('p', {}, t('patrol.straight')) }),
    h('div', { class: 'scroll pad' },
      walked.length ? null : notice('i-check', t('patrol.nothing_due'), null),
      list(t('patrol.order_of', { n: walked.length, m: metres(found?.length_m ?? 0) }), walked),
      list(t('patrol.not_due', { n: rest.length }), rest))] }
}
