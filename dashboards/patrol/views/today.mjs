/** Today: my area, what is due, the first three, and the way to the map. */

import { h, icon, link } from '../../pages/dom.mjs'
import { day, metres, t, today as isoToday, weekday, weekdays } from '../i18n.mjs'
import { here, between } from '../position.mjs'
import { again } from '../router.mjs'
import { FLAT, sketch } from '../sketch.mjs'
import { chooseArea, loadAreas, loadRound, state } from '../state.mjs'
import { demo, lightIcon, notice, premisesRow } from './parts.mjs'

const FIRST = 3
const URGENCY = { overdue: 0, due: 1, later: 2 }

function head() {
  const iso = isoToday()
  const where = state.area?.grid.name ?? state.me.home_grid?.name
  const initial = state.me.user.name.slice(0, 1)
  return h('header', { class: 'today-top' },
    h('div', { class: 'grow' }, h('h1', {}, t('patrol.tab.today')),
      h('p', {}, t('patrol.today_line', { day: day(iso), weekday: weekday(iso), place: where ?? '' }))),
    demo(), link('/patrol/me', { class: 'me', 'aria-label': t('patrol.me.label', { name: state.me.user.name }) }, initial))
}

/** Areas to choose from: buttons while they are few, a list of the phone when they are many. */
function chooser() {
  const list = state.areas.some((a) => a.mine) ? state.areas.filter((a) => a.mine) : state.areas
  if (list.length < 2) return null
  const pick = async (id) => { await chooseArea(id); again() }
  return h('label', { class: 'field pick' }, h('span', { class: 'mut' }, t('patrol.area')),
    h('select', { onchange: (e) => pick(Number(e.target.value)) },
      list.map((a) => h('option', { value: String(a.id), selected: a.id === state.area.id }, `${a.name}·${a.grid.name}`))))
}

const figure = (value, unit, words, cls = '') =>
  h('div', {}, h('b', { class: cls }, value, ' ', h('small', {}, unit)), h('span', {}, words))

function areaCard(area, round) {
  const { counts } = round
  const [way, unit] = round.length_m < 995
    ? [String(Math.round(round.length_m / 10) * 10), t('patrol.unit.metre')]
    : [(round.length_m / 1000).toFixed(1), t('patrol.unit.kilometre')]
  const [west, south, east, north] = area.bbox
  const flat = (east - west) * Math.cos((south * Math.PI) / 180) > FLAT * (north - south)
  return h('article', { class: `card area ${flat ? 'flat' : ''}` },
    link('/patrol/map', { class: 'sketch-box', 'aria-label': t('patrol.on_map') }, sketch(area, round, t('patrol.sketch', { name: area.name }))),
    h('div', { class: 'grow' }, h('h2', { class: 'h' }, area.name),
      h('p', { class: 'meta' }, t('patrol.duty', { days: weekdays(area.weekdays), from: area.starts_at, to: area.ends_at })),
      round.on_duty ? null : h('p', { class: 'meta' }, t('patrol.off_duty')),
      h('div', { class: 'fig' },
        figure(String(counts.due), t('patrol.unit.premises'), t('patrol.due_today')),
        figure(String(counts.overdue), t('patrol.unit.premises'),
          [counts.overdue ? lightIcon('red') : null, t('patrol.overdue')], counts.overdue ? 'red' : ''),
        figure(way, unit, t('patrol.length')),
        figure(String(counts.total), t('patrol.unit.premises'), t('patrol.in_area')))))
}

function side(stop, round) {
  const at = here()
  if (at) return t('patrol.from_you', { m: metres(between(at, stop)) })
  const walked = round.stops.filter((s) => s.order && s.order <= stop.order).reduce((sum, s) => sum + s.leg_m, 0)
  return walked ? t('patrol.leg', { m: metres(walked) }) : t('patrol.begin_here')
}

function first(round) {
  const due = round.stops.filter((s) => s.order)
  if (!due.length) {
    const next = round.stops.filter((s) => s.due_on).sort((a, b) => a.due_on.localeCompare(b.due_on))[0]
    return notice('i-check', t('patrol.nothing_due'), next ? t('patrol.next_due', { name: next.name, day: day(next.due_on) }) : null)
  }
  const chosen = [...due].sort((a, b) => URGENCY[a.state] - URGENCY[b.state] || a.order - b.order).slice(0, FIRST)
  return [
    h('div', { class: 'row sp title-row' }, h('h2', { class: 'h' }, t('patrol.first', { n: chosen.length })),
      link('/patrol/round', { class: 'more' }, t('patrol.all_stops', { n: due.length }), icon('i-right', 'i20'))),
    h('article', { class: 'card list' }, chosen.map((stop) => premisesRow(stop, side(stop, round)))),
  ]
}

export async function today() {
  if (!state.areas) await loadAreas()
  if (!state.area) {
    return { tab: 'today', body: [head(), h('div', { class: 'scroll pad' }, notice('i-map', t('patrol.no_area'), t('patrol.no_area_hint')))] }
  }
  const round = await loadRound()
  return {
    tab: 'today',
    body: [head(), h('div', { class: 'scroll pad' }, chooser(), areaCard(state.area, round), first(round)),
      h('div', { class: 'startbar' },
        link('/patrol/map', { class: 'btn primary' }, icon('i-walk', 'i28'), t('patrol.see_route')),
        h('p', {}, t('patrol.straight')))],
  }
}
