/** The card of one premises: when last, when due, why; what it is and where. */

import { get } from '../../pages/api.mjs'
import { h, icon, link, sign } from '../../pages/dom.mjs'
import { day, metres, t } from '../i18n.mjs'
import { between, here, resume } from '../position.mjs'
import { loadRound, stopOf } from '../state.mjs'
import { bar, chainLine, dueClass, dueWords, interval, lastCheck, lightIcon, LEVEL_NAME } from './parts.mjs'

function facts(card) {
  const size = [card.floor_area_m2 ? t('patrol.square_metres', { n: Math.round(card.floor_area_m2) }) : null,
    card.employees != null ? t('patrol.employees', { n: card.employees }) : null].filter(Boolean).join('·')
  const rows = [['in_charge', card.in_charge], ['licence', card.licence], ['size', size]]
  return rows.filter(([, value]) => value).map(([key, value]) => [h('dt', {}, t(`patrol.premises.${key}`)), h('dd', {}, value)])
}

function checks(card) {
  const due = card.due_on ? (card.state === 'due' ? t('patrol.today') : day(card.due_on)) : t('patrol.check.no_date')
  const tint = { overdue: 'tint-red', due: 'tint-yellow', later: '' }[card.state]
  const late = card.state === 'overdue'
  const why = card.reason.code === 'interval' ? interval(card) : t(`patrol.reason.${card.reason.code}`)
  return h('article', { class: 'card two' },
    h('div', {}, h('span', {}, t('patrol.check.last')),
      h('b', {}, card.last_check_on ? day(card.last_check_on) : t('patrol.check.never')), h('span', {}, lastCheck(card))),
    h('div', { class: tint }, h('span', {}, t('patrol.check.next')), h('b', {}, due),
      h('span', { class: dueClass[card.state] }, late ? [lightIcon('red'), ' ', dueWords(card)] : why),
      late ? h('span', {}, why) : null))
}

export async function premises({ id }) {
  const [card] = await Promise.all([get(`/patrol-areas/premises/${encodeURIComponent(id)}`), loadRound().catch(() => null)])
  resume()
  const stop = stopOf(card.id)
  const at = here()
  const where = [card.address, at && card.lon != null ? t('patrol.from_you', { m: metres(between(at, card)) }) : null]
  const level = LEVEL_NAME[card.attention]
  const place = card.lon != null
  return { body: [
    bar(t('patrol.premises.title')),
    h('div', { class: 'scroll' },
      h('div', { class: 'hero' }, sign(card.kinds[0], card.attention, 'sign-l'),
        h('div', { class: 'grow' }, h('h2', {}, card.name), h('p', {}, where.filter(Boolean).join('·')),
          h('div', { class: 'tags' }, card.kinds.map((k) => h('span', { class: 'tag' }, t(`map.kind.${k}`))),
            h('span', { class: `tag ${level}` }, icon(`a-${card.attention}`, 'lt'),
              t('patrol.attention', { level: t(`map.attention.${card.attention}`) }))))),
      h('div', { class: 'pad stack' }, checks(card),
        h('article', { class: 'card' }, h('dl', { class: 'kv' }, facts(card),
          stop?.order ? [h('dt', {}, t('patrol.premises.order')), h('dd', {}, t('map.stop', { n: stop.order }))] : null,
          h('dt', {}, t('patrol.premises.grid')), h('dd', {}, chainLine(card.chain)))),
        card.building_id ? link(`/patrol/building/${card.building_id}`, { class: 'card lrow' },
          h('span', { class: 'dot' }, icon('i-building', 'i20')), h('b', { class: 'grow' }, t('patrol.premises.building')), icon('i-right', 'i20')) : null)),
    h('footer', { class: 'foot' },
      link(`/patrol/report?premises=${card.id}`, { class: 'btn line' }, icon('i-report'), t('patrol.tab.report')),
      place ? link(`/patrol/map/${card.lon},${card.lat}`, { class: 'btn primary' }, icon('i-map'), t('patrol.on_map')) : null),
  ] }
}
