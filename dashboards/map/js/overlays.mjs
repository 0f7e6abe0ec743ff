/** What the page itself puts on the map: areas, routes, stops of a walk, own position, pins. */

import { KINDS } from './images.mjs'
import { use } from './lights.mjs'

const WORLD = [[-180, -85], [180, -85], [180, 85], [-180, 85], [-180, -85]]
const EARTH = 6_371_008.8
const BEFORE = 'outline-case' // above the veil's level, below outlines, names and lights
const NEAR = 24

const collection = (data) => (data.type === 'FeatureCollection' ? data : {
  type: 'FeatureCollection',
  features: [data.type === 'Feature' ? data : { type: 'Feature', properties: {}, geometry: data }],
})

/** Everything but the given polygons, for the veil. */
function outside(data) {
  const rings = []
  for (const { geometry } of collection(data).features) {
    if (geometry.type === 'Polygon') rings.push(geometry.coordinates[0])
    if (geometry.type === 'MultiPolygon') rings.push(...geometry.coordinates.map((part) => part[0]))
  }
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [WORLD, ...rings] } }
}

/** Ring of `metres` around a point, as a polygon. */
export function circle(lon, lat, metres) {
  const ring = []
  for (let i = 0; i <= 64; i += 1) {
    const a = (i / 64) * 2 * Math.PI
    const dy = (metres * Math.cos(a)) / EARTH
    const dx = (metres * Math.sin(a)) / (EARTH * Math.cos((lat * Math.PI) / 180))
    ring.push([lon + (dx * 180) / Math.PI, lat + (dy * 180) / Math.PI])
  }
  return { type: 'Polygon', coordinates: [ring] }
}

function styles(kind, c) {
  const round = { 'line-join': 'round', 'line-cap': 'round' }
  const line = (suffix, color, width, extra = {}) => ({
    suffix, type: 'line', layout: round, paint: { 'line-color': color, 'line-width': width, ...extra },
  })
  return {
    area: [
      { suffix: 'veil', from: 'outside', type: 'fill', paint: { 'fill-color': c('veil'), 'fill-antialias': false,
        'fill-opacity': Number(c('veil-opacity')) } },
      line('case', c('halo'), 7.5, { 'line-opacity': 0.9 }), line('line', c('area'), 3.5),
    ],
    route: [line('case', c('halo'), 7.5), line('line', c('route'), 4)],
    walked: [line('line', c('walked'), 4, { 'line-dasharray': [0.1, 2] })],
    shape: [
      { suffix: 'fill', type: 'fill', paint: { 'fill-color': c('shape'), 'fill-opacity': 0.1 } },
      line('line', c('shape'), 2.2),
    ],
    accuracy: [
      { suffix: 'fill', type: 'fill', paint: { 'fill-color': c('route'), 'fill-opacity': 0.13 } },
      line('line', c('route'), 1.2, { 'line-opacity': 0.6 }),
    ],
    points: [{ suffix: 'dot', type: 'circle', paint: { 'circle-radius': 5, 'circle-color': c('shape'),
      'circle-stroke-color': c('halo'), 'circle-stroke-width': 1.5 } }],
  }[kind]
}

export class Overlays {
  constructor(ctx) {
    Object.assign(this, { ctx, drawn: new Map(), stops: new Map(), pins: new Map(), me: null })
  }

  set(name, data, { kind = 'shape' } = {}) {
    const { map, token } = this.ctx
    const id = `page-${name}`
    const now = this.drawn.get(name)
    if (!data || (now && now.kind !== kind)) this.remove(name)
    if (!data) return
    const parts = { [id]: collection(data) }
    if (kind === 'area') parts[`${id}-outside`] = outside(data)
    for (const [source, shape] of Object.entries(parts)) {
      if (map.getSource(source)) map.getSource(source).setData(shape)
      else map.addSource(source, { type: 'geojson', data: shape })
    }
    if (this.drawn.has(name)) return
    const wanted = styles(kind, token)
    if (!wanted) throw new Error(`no overlay of kind "${kind}"`)
    const layers = wanted.map(({ suffix, from, ...layer }) => {
      map.addLayer({ ...layer, id: `${id}-${suffix}`, source: from ? `${id}-${from}` : id }, this.before())
      return `${id}-${suffix}`
    })
    this.drawn.set(name, { kind, layers, sources: Object.keys(parts) })
  }

  before() {
    return this.ctx.map.getLayer(BEFORE) ? BEFORE : 'light'
  }

  remove(name) {
    const { map } = this.ctx
    const there = this.drawn.get(name)
    for (const layer of there?.layers ?? []) map.removeLayer(layer)
    for (const source of there?.sources ?? []) map.removeSource(source)
    this.drawn.delete(name)
  }

  /** Premises in walking order; replaces what was there. */
  setStops(list) {
    for (const { marker } of this.stops.values()) marker.remove()
    this.stops.clear()
    for (const stop of list ?? []) {
      const element = this.stopElement(stop)
      const marker = new this.ctx.ML.Marker({ element, anchor: 'center' })
        .setLngLat([stop.lon, stop.lat]).addTo(this.ctx.map)
      element.style.zIndex = { next: 8, due: 6, done: 5, later: 4 }[stop.state] ?? 4
      this.stops.set(stop.id, { stop, marker })
    }
  }

  stopElement(stop) {
    const { t } = this.ctx
    const element = document.createElement('div')
    element.className = 'gm-stop'
    Object.assign(element.dataset, { id: stop.id, state: stop.state, attention: stop.attention ?? 1 })
    element.setAttribute('role', 'img')
    element.setAttribute('aria-label', `${t('map.stop', { n: stop.order ?? '' })} ${t(`map.attention.${stop.attention ?? 1}`)}`)
    element.append(use(`a-${stop.attention ?? 1}`, 'gm-stop-shape'))
    if (stop.state === 'later') return element
    element.append(use(`p-${KINDS.includes(stop.kind) ? stop.kind : 'other'}`, 'gm-stop-sign'))
    const order = document.createElement('b')
    if (stop.state === 'done') order.append(use('i-check'))
    else order.textContent = stop.order ?? ''
    element.append(order)
    return element
  }

  /** Stops within reach of a pixel, nearest first. */
  stopsNear(point, target) {
    const own = target?.closest?.('.gm-stop')?.dataset.id
    return [...this.stops.values()].map(({ stop }) => {
      const p = this.ctx.map.project([stop.lon, stop.lat])
      return { stop, d: String(stop.id) === own ? -1 : Math.hypot(p.x - point.x, p.y - point.y) }
    }).filter(({ d }) => d <= NEAR).sort((a, b) => a.d - b.d).map(({ stop }) => stop)
  }

  /** Own position: dot, wedge (heading in degrees from north), ring of accuracy in metres. */
  setPosition(at) {
    const { ML, map, t } = this.ctx
    if (!at) {
      this.me?.remove()
      this.me = null
      this.set('accuracy', null)
      return
    }
    if (!this.me) {
      const element = document.createElement('div')
      element.className = 'gm-me'
      element.setAttribute('role', 'img')
      element.setAttribute('aria-label', t('map.position'))
      element.append(document.createElement('i'), document.createElement('b'))
      this.me = new ML.Marker({ element, anchor: 'center' }).setLngLat([at.lon, at.lat]).addTo(map)
    }
    this.me.setLngLat([at.lon, at.lat])
    const wedge = this.me.getElement().firstChild
    const known = Number.isFinite(at.heading)
    wedge.hidden = !known
    if (known) wedge.style.transform = `rotate(${at.heading}deg)`
    this.set('accuracy', at.accuracy > 0 ? circle(at.lon, at.lat, at.accuracy) : null, { kind: 'accuracy' })
  }

  setMarker(name, pin) {
    const { ML, map } = this.ctx
    this.pins.get(name)?.remove()
    this.pins.delete(name)
    if (!pin) return
    const element = document.createElement('div')
    element.className = 'gm-pin'
    element.dataset.name = name
    element.append(use(pin.symbol ?? 'i-pin-solid'))
    if (pin.label) element.setAttribute('aria-label', pin.label)
    const marker = new ML.Marker({ element, anchor: 'bottom', draggable: Boolean(pin.draggable) })
      .setLngLat([pin.lon, pin.lat]).addTo(map)
    element.style.zIndex = 10
    marker.on('dragend', () => {
      const { lng, lat } = marker.getLngLat()
      this.ctx.emit('markermove', { name, lon: lng, lat })
    })
    this.pins.set(name, marker)
  }

  destroy() {
    for (const { marker } of this.stops.values()) marker.remove()
    for (const marker of this.pins.values()) marker.remove()
    this.me?.remove()
  }
}
