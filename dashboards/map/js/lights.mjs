/** Incident lights (事件灯): what is known, which light it has now, and how it is drawn. */

import { SPRITE } from './env.mjs'

const MARKERS = 200 // above it a symbol layer draws them, without the pulse
const CROWD = 60 // above it red and yellow become counts per child grid
const GREEN_SINGLY = 14.5
const PULSE_MS = 1600
const SVG = 'http://www.w3.org/2000/svg'
export const LIGHTS = ['red', 'yellow', 'green']

/** Milliseconds of an ISO time or of epoch seconds; null stays null. */
export function moment(value) {
  if (value === null || value === undefined || value === '') return null
  const ms = typeof value === 'number' ? value * 1000 : Date.parse(value)
  return Number.isNaN(ms) ? null : ms
}

/** The rule of the database function incident_light, for an open incident. */
export function lightAt(light, now) {
  if (light.due === null && light.warn === null) return light.given ?? 'green'
  if (light.due !== null && now > light.due) return 'red'
  return light.warn !== null && now > light.warn ? 'yellow' : 'green'
}

const sum = (list) => {
  const out = { red: 0, yellow: 0, green: 0 }
  for (const { light } of list) out[light] += 1
  return out
}

export class Lights {
  constructor(ctx) {
    this.ctx = ctx
    this.all = new Map()
    this.closed = new Set() // by live message; a cached tile must not bring them back
    this.markers = new Map()
    this.single = [] // drawn one by one, as marker or symbol
    this.timer = setInterval(() => this.tick(), 1000)
  }

  now() {
    return Date.now() + (this.ctx.options.clockOffset ?? 0)
  }

  take(raw, live) {
    const light = {
      ...raw, id: Number(raw.id), lon: Number(raw.lon), lat: Number(raw.lat), live,
      warn: moment(raw.warn_at), due: moment(raw.due_at), given: raw.light,
    }
    light.light = lightAt(light, this.now())
    const old = this.all.get(light.id)
    light.fresh = live && (!old || old.light !== light.light)
    this.all.set(light.id, { ...old, ...light })
  }

  set(list) {
    this.ctx.lightsGiven()
    this.all.clear()
    this.closed.clear()
    for (const raw of list ?? []) this.take(raw, false)
    this.render()
  }

  upsert(raw, live = false) {
    this.closed.delete(Number(raw.id))
    this.take(raw, live)
    this.render()
  }

  close(id) {
    this.closed.add(Number(id))
    if (this.all.delete(Number(id))) this.render()
  }

  /** Open incidents of the tiles that are loaded; what the live channel said is newer and stays. */
  harvest() {
    const { map } = this.ctx
    if (this.ctx.lightMode !== 'tiles' || !map.getSource('incidents')) return
    let changed = false
    for (const f of map.querySourceFeatures('incidents', { sourceLayer: 'incidents' })) {
      if (f.geometry.type !== 'Point' || f.properties.n !== undefined) continue
      const id = Number(f.id ?? f.properties.id)
      const old = this.all.get(id)
      const { warn_at: warn, due_at: due } = f.properties
      if (this.closed.has(id) || old?.live || (old && old.warn_at === warn && old.due_at === due)) continue
      const [lon, lat] = f.geometry.coordinates
      this.take({ ...f.properties, id, lon, lat }, false)
      changed = true
    }
    if (changed) this.render()
  }

  /** The server says that messages were missed: forget what the tiles can tell and read them again. */
  resync() {
    if (this.ctx.lightMode !== 'tiles') return
    this.all.clear()
    this.closed.clear()
    this.ctx.refresh('incidents')
    this.render()
  }

  tick() {
    const now = this.now()
    let changed = false
    for (const light of this.all.values()) {
      const is = lightAt(light, now)
      if (is === light.light) continue
      Object.assign(light, { light: is, fresh: true })
      changed = true
    }
    if (changed) this.render()
  }

  count(inView = false) {
    return sum(inView ? this.inView() : [...this.all.values()])
  }

  list() {
    return [...this.all.values()].map(({ fresh, live, given, ...light }) => light)
  }

  inView() {
    const [[w, s], [e, n]] = this.ctx.map.getBounds().toArray()
    return [...this.all.values()].filter((l) => l.lon >= w && l.lon <= e && l.lat >= s && l.lat <= n)
  }

  render() {
    this.pending ??= setTimeout(() => {
      this.pending = null
      if (!this.gone) this.draw()
    }, 60)
  }

  draw() {
    const { map, layers } = this.ctx
    if (!this.ctx.ok || !map.getSource('lights')) return
    const near = layers.incidents === false ? [] : this.inView()
    for (const light of near) light.out = this.outside(light)
    const seen = near.filter((light) => !light.out)
    const crowded = seen.filter((l) => l.light !== 'green').length > CROWD && this.ctx.levels.plan.fill
    const single = near.filter((l) => (l.light === 'green' ? map.getZoom() >= GREEN_SINGLY : !crowded || l.out))
    this.single = single
    const dom = single.length <= MARKERS
    this.symbols(single)
    if (dom !== this.dom) this.ctx.paint('light', 'icon-opacity', dom ? 0 : 1)
    this.dom = dom
    this.place(dom ? single : [])
    this.ctx.levels.setCounts(this.perGrid(seen, crowded))
    this.ctx.names.update()
    this.ctx.el.dataset.lights = JSON.stringify({ ...sum(seen), drawn: single.length, dom })
  }

  /** The same lights as map features; only when they differ, or the map would never come to rest. */
  symbols(single) {
    const features = single.map((l) => ({
      type: 'Feature', id: l.id, properties: { light: l.light, id: l.id },
      geometry: { type: 'Point', coordinates: [l.lon, l.lat] },
    }))
    const key = JSON.stringify(features)
    if (key === this.drawn) return
    this.drawn = key
    this.ctx.map.getSource('lights').setData({ type: 'FeatureCollection', features })
  }

  /** {gridId: {red, yellow, green}} of what is not drawn singly. */
  perGrid(seen, crowded) {
    const { map, levels } = this.ctx
    const green = map.getZoom() < GREEN_SINGLY
    const out = {}
    if (!levels.plan.fill || (!green && !crowded)) return out
    for (const light of seen) {
      if (light.light === 'green' ? !green : !crowded) continue
      const id = this.child(light)
      if (id === undefined) continue
      out[id] ??= { red: 0, yellow: 0, green: 0 }
      out[id][light.light] += 1
    }
    return out
  }

  /** The drawn grid that a light lies in: from its path of grids, else from the picture. */
  child(light) {
    const { fill } = this.ctx.levels.plan
    if (light.path?.length) return light.path[fill - 1]
    light.at ??= {}
    if (light.at[fill] === undefined) {
      const point = this.ctx.map.project([light.lon, light.lat])
      const hit = this.ctx.map.queryRenderedFeatures(point, { layers: ['grid-fill'] })[0]
      // Right after a drill the picture is still that of the level before.
      if (hit?.properties.level === fill) light.at[fill] = hit.id
    }
    return light.at[fill]
  }

  /** True for a light beyond the drilled grid: it is drawn faintly and counts for nothing there. */
  outside(light) {
    const { map, levels } = this.ctx
    const { outlineId, outline } = levels.plan
    if (!outlineId || outline === 1) return false
    if (light.path?.length) return !light.path.includes(outlineId)
    if (light.beyond?.of !== outlineId) {
      const point = map.project([light.lon, light.lat])
      const hit = map.queryRenderedFeatures(point, { layers: ['veil', 'land'] })[0]
      if (hit?.properties.level !== outline) return true
      light.beyond = { of: outlineId, is: hit.id !== outlineId }
    }
    return light.beyond.is
  }

  place(list) {
    const wanted = new Map(list.map((l) => [l.id, l]))
    for (const [id, marker] of this.markers) {
      if (wanted.get(id)?.light === marker.light) continue
      marker.remove()
      this.markers.delete(id)
    }
    for (const light of list) {
      const there = this.markers.get(light.id)
      if (there) there.setLngLat([light.lon, light.lat])
      else this.markers.set(light.id, this.marker(light))
      light.fresh = false
    }
    for (const light of list) this.markers.get(light.id).getElement().classList.toggle('is-out', light.out)
    this.mark(this.chosen)
  }

  marker(light) {
    const { ML, map, t } = this.ctx
    const element = document.createElement('div')
    element.className = light.fresh ? 'gm-light is-new' : 'gm-light'
    Object.assign(element.dataset, { id: light.id, light: light.light })
    element.setAttribute('role', 'img')
    element.setAttribute('aria-label', t('map.light.title', { light: t(`map.light.${light.light}`) }))
    if (light.light === 'red') element.append(this.pulse())
    element.append(use(`l-${light.light}`))
    const marker = new ML.Marker({ element, anchor: 'center' }).setLngLat([light.lon, light.lat]).addTo(map)
    element.style.zIndex = { red: 3, yellow: 2, green: 1 }[light.light]
    marker.light = light.light
    return marker
  }

  /** Still outline and plate, and the one outline that moves; all in step. */
  pulse() {
    const svg = document.createElementNS(SVG, 'svg')
    svg.setAttribute('viewBox', '-10 -10 44 44')
    svg.setAttribute('class', 'gm-plate')
    for (const name of ['gm-plate-still', 'gm-plate-pulse']) {
      const path = document.createElementNS(SVG, 'path')
      path.setAttribute('d', 'M12 -4 30 26H-6Z')
      path.setAttribute('class', name)
      svg.append(path)
    }
    svg.lastChild.style.animationDelay = `-${Math.round(performance.now() % PULSE_MS)}ms`
    return svg
  }

  mark(id) {
    this.chosen = id
    for (const [one, marker] of this.markers) marker.getElement().classList.toggle('is-on', one === id)
  }

  destroy() {
    this.gone = true
    clearInterval(this.timer)
    clearTimeout(this.pending)
    for (const marker of this.markers.values()) marker.remove()
  }
}

/** <svg><use> of one sprite symbol. */
export function use(id, className = '') {
  const svg = document.createElementNS(SVG, 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  if (className) svg.setAttribute('class', className)
  const ref = document.createElementNS(SVG, 'use')
  ref.setAttribute('href', `${SPRITE}#${id}`)
  svg.append(ref)
  return svg
}
