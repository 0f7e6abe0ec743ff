/** The map: my area, the round on it, where I am, and "what is here" by long-press or button. */

import { get } from '../../pages/api.mjs'
import { h, icon, link, sign } from '../../pages/dom.mjs'
import { metres, t } from '../i18n.mjs'
import { grown, mount, showRound } from '../mapview.mjs'
import { allowed, between, here, onMove, POOR_M, problem, start } from '../position.mjs'
import { go } from '../router.mjs'
import { loadRound, may, state, stopOf } from '../state.mjs'
import { chainLine, dueClass, dueWords, lightIcon, premisesRow } from './parts.mjs'

const NEAR_ZOOM = 18
const TOP = 80 // px that the card at the top covers
const LAYERS = [['buildings', 'places.read', true], ['grids', null, true], ['premises', 'premises.read', false],
  ['incidents', 'incidents.read', true], ['labels', null, true]]
const layerOn = Object.fromEntries(LAYERS.map(([name, , on]) => [name, on]))

/** What belongs to one opening of the map. */
class MapPage {
  constructor(point) {
    this.point = point
    this.round = null
    this.slot = h('div', { class: 'map-slot' })
    this.sheet = h('section', { class: 'sheet', hidden: true })
    this.cross = h('div', { class: 'cross', hidden: true, 'aria-hidden': 'true' })
    this.poor = h('p', { class: 'poor', hidden: true })
    this.step = 0
  }

  body() {
    const control = (name, sign_, fn) => h('button', { 'aria-label': t(`patrol.map.${name}`), 'data-control': name, onclick: fn }, icon(sign_))
    return h('div', { class: 'mapview' }, this.slot, this.cross, this.poor, this.top(),
      h('div', { class: 'ctl' }, control('ask', 'i-help', () => this.aim()), control('layers', 'i-layers', () => this.layers()),
        control('locate', 'i-locate', () => this.locate())), this.sheet)
  }

  top() {
    if (!this.round) return null
    const { walked, length_m: way } = this.round
    return link('/patrol/round', { class: 'pat' }, h('div', { class: 'grow' }, h('b', {}, state.area.name),
      h('p', {}, walked ? t('patrol.order_of', { n: walked, m: metres(way) }) : t('patrol.nothing_due'))), icon('i-list'))
  }

  shown() {
    this.map = mount(this.slot, {
      select: (e) => this.select(e), longpress: (e) => this.whatsHere(e), view: () => this.tell(),
    })
    showRound(this.round)
    for (const [name] of LAYERS) this.map.toggleLayer(name, layerOn[name])
    this.stopMoves = onMove(() => this.tell())
    if (this.point) {
      this.whatsHere(this.point, NEAR_ZOOM)
    } else if (state.area) this.map.flyTo({ bbox: grown(state.area.bbox) })
    allowed().then((is) => { if (is === 'granted') start() })
    this.tell()
  }

  leave() {
    this.stopMoves?.()
    showRoundOff()
  }

  /** Words where a ring would not be honest. */
  tell() {
    const at = here()
    const words = at && at.accuracy > POOR_M ? t('patrol.map.poor', { n: Math.round(at.accuracy) })
      : problem() ? t(`patrol.position.${problem()}`) : ''
    this.poor.hidden = !words
    this.poor.textContent = words
  }

  open(...content) {
    this.sheet.hidden = false
    this.sheet.parentElement.classList.add('covered')
    this.cross.hidden = true
    const close = h('button', { class: 'icon-btn', 'aria-label': t('patrol.close'), onclick: () => this.close() }, icon('i-close'))
    this.sheet.replaceChildren(h('div', { class: 'sheet-top' }, close), ...content.flat().filter(Boolean))
    this.map.setPadding({ top: TOP, right: 0, bottom: this.sheet.offsetHeight, left: 0 })
  }

  close() {
    this.sheet.hidden = true
    this.sheet.parentElement.classList.remove('covered')
    this.cross.hidden = true
    this.map.setMarker('pin', null)
    this.map.highlight(null)
    this.map.setPadding({ top: 0, right: 0, bottom: 0, left: 0 })
  }

  select(e) {
    const all = e.features.filter((f) => f.layer === 'stop' || f.layer === 'light' || f.layer === 'premises')
    // What is due stands above what is not: a numbered stop is not asked about because of a dot beside it.
    const due = all.filter((f) => f.layer === 'light' || (f.layer === 'stop' && stopOf(f.id)?.order))
    const symbols = due.length ? due : all
    if (symbols.length > 1) return this.choose(symbols)
    if (symbols[0]?.layer === 'stop') return this.stop(stopOf(symbols[0].id))
    if (e.layer === 'premises') return go(`/patrol/premises/${e.id}`)
    if (e.layer === 'light') return go(`/patrol/incidents/${e.id}`)
    if (e.layer === 'building') return go(`/patrol/building/${e.id}`)
    return this.close()
  }

  /** Several symbols under one finger: a short list, never a guess. */
  choose(symbols) {
    const seen = new Set()
    const row = ({ layer, id, properties }) => {
      if (layer === 'light') {
        return link(`/patrol/incidents/${id}`, { class: 'lrow' }, lightIcon(properties.light, 'i28'),
          h('b', { class: 'grow' }, t('map.light.title', { light: t(`map.light.${properties.light}`) })), icon('i-right', 'i20'))
      }
      if (seen.has(id)) return null
      seen.add(id)
      const stop = stopOf(id)
      return stop ? premisesRow(stop, stop.order ? t('map.stop', { n: stop.order }) : null)
        : link(`/patrol/premises/${id}`, { class: 'lrow' }, sign(properties.kind, properties.attention),
          h('b', { class: 'grow' }, t(`map.kind.${properties.kind}`)), icon('i-right', 'i20'))
    }
    this.open(h('h2', {}, t('patrol.map.several')), h('div', { class: 'rows' }, symbols.map(row)))
  }

  stop(stop) {
    const at = here()
    const far = at ? t('patrol.from_you', { m: metres(between(at, stop)) }) : null
    const first = async () => {
      this.round = await loadRound({ start: { lon: stop.lon, lat: stop.lat } })
      showRound(this.round)
      this.close()
    }
    this.map.highlight({ layer: 'premises', id: stop.id })
    this.open(h('div', { class: 'row gap' }, sign(stop.kinds[0], stop.attention),
      h('div', { class: 'grow' }, h('h2', {}, stop.name), h('p', { class: dueClass[stop.state] }, dueWords(stop)),
        h('p', { class: 'mut' }, [stop.order ? t('map.stop', { n: stop.order }) : null, far].filter(Boolean).join('·')))),
    h('div', { class: 'row gap acts' },
      stop.order && stop.order > 1 ? h('button', { class: 'btn line small grow', onclick: first }, t('patrol.map.first')) : null,
      link(`/patrol/premises/${stop.id}`, { class: 'btn primary small grow' }, t('patrol.map.card'))))
  }

  /** What is here: the chain of grids, the building, premises, households, who is responsible. */
  async whatsHere({ lon, lat }, zoom) {
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(20)
    this.map.setMarker('pin', { lon, lat, label: t('patrol.here.title') })
    let found
    try {
      found = await get(`/whats-here?lon=${lon}&lat=${lat}`)
    } catch (error) {
      const words = error.status === 404 ? t('patrol.here.outside') : error.message
      this.open(h('h2', {}, t('patrol.here.title')), h('p', { class: 'mut' }, words))
      return this.map.flyTo({ lon, lat, zoom })
    }
    if (found.building) this.map.highlight({ layer: 'building', id: found.building.id })
    history.replaceState(history.state, '', `/patrol/map/${lon.toFixed(6)},${lat.toFixed(6)}`)
    this.open(h('h2', {}, t('patrol.here.title')), chainLine(found.chain),
      h('div', { class: 'rows' }, this.buildingRow(found), (found.premises ?? []).map((p) => this.premisesRow(p))),
      this.staffRow(found), h('div', { class: 'row gap acts' },
        link(`/patrol/report?at=${lon.toFixed(6)},${lat.toFixed(6)}`, { class: 'btn quiet small grow' }, icon('i-report', 'i20'), t('patrol.here.report'))))
    return this.map.flyTo({ lon, lat, zoom })
  }

  buildingRow({ building: b, households }) {
    if (!b) return null
    const words = [t('patrol.building.floors', { n: b.floors }), households ? t('map.households', { n: households.length }) : null]
    return link(`/patrol/building/${b.id}`, { class: 'lrow', 'data-building': b.id },
      h('span', { class: 'dot' }, icon('i-building', 'i20')),
      h('div', { class: 'grow' }, h('b', {}, b.name), h('p', {}, words.filter(Boolean).join(t('patrol.list_comma')))), icon('i-right', 'i20'))
  }

  premisesRow(p) {
    const stop = stopOf(p.id)
    if (stop) return premisesRow(stop, stop.order ? t('map.stop', { n: stop.order }) : null)
    return link(`/patrol/premises/${p.id}`, { class: 'lrow', 'data-premises': p.id }, sign(p.kind, p.attention),
      h('div', { class: 'grow' }, h('b', {}, p.name), h('p', {}, t(`map.kind.${p.kind}`))), icon('i-right', 'i20'))
  }

  staffRow({ staff }) {
    // The nearest grid's first post: its leader, or whoever stands in.
    const near = (staff ?? []).filter((s) => s.level === staff[0].level && s.post === staff[0].post).slice(0, 3)
    if (!near.length) return null
    return h('div', { class: 'lrow' }, h('span', { class: 'dot' }, icon('i-person', 'i20')),
      h('div', { class: 'grow' }, h('b', {}, near.map((s) => s.name).join(t('patrol.list_comma'))),
        h('p', {}, t('patrol.here.staff', { grid: near[0].grid, post: t(`patrol.post.${near[0].post}`) }))))
  }

  /** For those who cannot press long: aim with the middle of the map. */
  aim() {
    this.open(h('h2', {}, t('patrol.here.title')), h('p', { class: 'mut' }, t('patrol.here.aim')),
      h('div', { class: 'row gap acts' }, h('button', { class: 'btn primary small grow', 'data-ask': '', onclick: () => {
        const [lon, lat] = this.map.view().centre
        this.whatsHere({ lon, lat })
      } }, t('patrol.here.ask'))))
    const free = this.slot.offsetHeight - this.sheet.offsetHeight - TOP
    this.cross.style.top = `${TOP + free / 2}px`
    this.cross.hidden = false
  }

  layers() {
    const box = ([name, permission]) => (permission && !may(permission) ? null : h('label', { class: 'check' },
      h('input', { type: 'checkbox', checked: layerOn[name], onchange: (e) => {
        layerOn[name] = e.target.checked
        this.map.toggleLayer(name, layerOn[name])
      } }), h('span', {}, t(`patrol.layer.${name}`))))
    const zoom = (name, sign_) => h('button', { class: 'btn quiet small grow', onclick: () => this.map[name]() }, icon(sign_, 'i20'), t(`patrol.map.${name}`))
    this.open(h('h2', {}, t('patrol.map.layers')), h('div', { class: 'checks' }, LAYERS.map(box)),
      h('div', { class: 'row gap acts' }, zoom('zoomIn', 'i-plus'), zoom('zoomOut', 'i-minus')))
  }

  /** Me, then the whole area, then the next stop. Asks for the position only after a tap. */
  async locate() {
    const is = await allowed()
    if (is === 'none' || is === 'denied') this.toast(t(`patrol.position.${is === 'none' ? 'none' : 'denied'}`))
    if (is === 'prompt' && !here()) return this.explain()
    if (is === 'granted') start()
    const next = this.round?.stops.find((s) => s.order === 1)
    const places = [here() && { ...here(), zoom: NEAR_ZOOM }, state.area && { bbox: grown(state.area.bbox) },
      next && { lon: next.lon, lat: next.lat, zoom: NEAR_ZOOM }].filter(Boolean)
    if (places.length) this.map.flyTo(places[this.step++ % places.length])
    return null
  }

  explain() {
    const agree = () => { start(); this.close() }
    this.open(h('h2', {}, t('patrol.position.title')), h('p', { class: 'mut' }, t('patrol.position.why')),
      h('div', { class: 'row gap acts' }, h('button', { class: 'btn primary small grow', onclick: agree }, t('patrol.position.allow'))))
  }

  toast(words) {
    this.poor.hidden = false
    this.poor.textContent = words
  }
}

const showRoundOff = () => showRound(null)

export async function map({ lon, lat }) {
  const point = lon ? { lon: Number(lon), lat: Number(lat) } : null
  const page = new MapPage(point && Number.isFinite(point.lon) && Number.isFinite(point.lat) ? point : null)
  page.round = await loadRound()
  return { tab: 'map', body: page.body(), shown: () => page.shown(), leave: () => page.leave() }
}
