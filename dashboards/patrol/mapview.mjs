/** The one map of the page, moved into whichever view shows it. */

import { createMap } from '/static/map/gridmap.mjs'
import { here, onMove, POOR_M } from './position.mjs'
import { lang } from './i18n.mjs'
import { may, state } from './state.mjs'

const AREA_PADDING = 0.12
let map = null
let el = null
let on = {}
let shown = null

const event = (name) => (e) => on[name]?.(e)

function layers() {
  const ask = (permission) => (may(permission) ? true : null)
  return { premises: may('premises.read') ? false : null, incidents: ask('incidents.read'), people: null, buildings: ask('places.read') }
}

function make() {
  el = document.createElement('div')
  el.id = 'map'
  const bounds = state.area ? grown(state.area.bbox) : state.me.home_grid?.bbox
  map = createMap(el, {
    theme: 'phone', lang: lang(), bounds, lights: 'tiles', layers: layers(), maxZoom: 20,
    on: { ready: soften, select: event('select'), longpress: event('longpress'), markermove: event('markermove'), view: event('view') },
  })
  onMove(position)
}

/** The chosen building stays readable under the finger: a light fill inside the ring. */
function soften() {
  const light = getComputedStyle(el).getPropertyValue('--map-building-sel').trim()
  if (light && map.map.getLayer('building-select')) map.map.setPaintProperty('building-select', 'fill-color', light)
}

export function grown([w, s, e, n]) {
  const x = (e - w) * AREA_PADDING
  const y = (n - s) * AREA_PADDING
  return [w - x, s - y, e + x, n + y]
}

function position(at) {
  if (!map) return
  map.setPosition(at ? { ...at, accuracy: at.accuracy > POOR_M ? 0 : at.accuracy } : null)
}

/** Put the map into `slot`; handlers: {select, longpress, markermove, view}. Returns the controller. */
export function mount(slot, handlers = {}) {
  if (!map) make()
  on = handlers
  slot.append(el)
  map.resize()
  position(here())
  if (shown !== state.area?.id) {
    shown = state.area?.id
    map.setOverlay('area', state.area?.geometry ?? null, { kind: 'area' })
  }
  return map
}

/** Take the map out again; what the view put on it goes with it. */
export function unmount() {
  on = {}
  if (!map) return
  el.remove()
  map.setMarker('pin', null)
  map.highlight(null)
  map.setPadding({ top: 0, right: 0, bottom: 0, left: 0 })
}

/** The stops of the round and the way between them; null clears. */
export function showRound(round) {
  if (!round) {
    map.setStops(null)
    map.setOverlay('route', null)
    return
  }
  const walked = round.stops.filter((s) => s.order)
  map.setStops(round.stops.map((s) => ({
    id: s.id, lon: s.lon, lat: s.lat, kind: s.kinds[0], attention: s.attention, order: s.order,
    state: s.order === 1 ? 'next' : s.order ? 'due' : 'later',
  })))
  const way = [...(round.start ? [round.start] : []), ...walked.map((s) => [s.lon, s.lat])]
  map.setOverlay('route', way.length > 1 ? { type: 'LineString', coordinates: way } : null, { kind: 'route' })
}
