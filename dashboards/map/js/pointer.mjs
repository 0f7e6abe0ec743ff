/** Click, tap, hover, long press. Precedence: stop > light > premises > building > grid. */

const PRESS_MS = 500
const PRESS_MOVE = 10
const LAYERS = [['premises', ['premises', 'premises-dot']], ['building', ['building']], ['grid', ['grid-fill', 'veil']]]
const SLACK = { mouse: 4, touch: 12 }

export class Pointer {
  constructor(ctx) {
    this.ctx = ctx
    const { map } = ctx
    this.hovered = null
    this.kind = 'mouse'
    const canvas = map.getCanvasContainer()
    canvas.addEventListener('pointerdown', (e) => { this.kind = e.pointerType === 'mouse' ? 'mouse' : 'touch' }, true)
    map.on('click', (e) => this.click(e))
    map.on('mousemove', (e) => this.move(e))
    map.on('mouseout', () => this.clearHover())
    map.on('movestart', () => this.endPress())
    map.on('contextmenu', (e) => this.longPress(e.lngLat, e.point))
    for (const down of ['touchstart', 'mousedown']) map.on(down, (e) => this.startPress(e))
    for (const up of ['touchend', 'touchcancel', 'mouseup']) map.on(up, () => this.endPress())
    for (const over of ['touchmove', 'mousemove']) map.on(over, (e) => this.checkPress(e))
  }

  /** All hits at a point, nearest first within a layer: [{layer, id, properties}]. */
  hits(point, target) {
    const { map } = this.ctx
    const out = []
    const add = (layer, id, properties) => {
      if (!out.some((one) => one.layer === layer && one.id === id)) out.push({ layer, id, properties })
    }
    this.ctx.overlays.stopsNear(point, target).forEach((stop) => add('stop', stop.id, stop))
    this.lightsNear(point, target).forEach((l) => add('light', l.id, this.lightProperties(l)))
    for (const [layer, ids] of LAYERS) {
      const slack = layer === 'premises' ? SLACK[this.kind] : 0
      const box = [[point.x - slack, point.y - slack], [point.x + slack, point.y + slack]]
      const there = ids.filter((id) => map.getLayer(id))
      if (!there.length) continue
      const found = map.queryRenderedFeatures(slack ? box : point, { layers: there })
      for (const f of found) add(layer, Number(f.id ?? f.properties.id), f.properties)
    }
    return out
  }

  lightProperties(light) {
    const { id, category, warn_at, due_at, light: is, grid_id, grid } = light
    return { id, category, warn_at, due_at, light: is, grid: grid_id ?? grid }
  }

  lightsNear(point, target) {
    const { map, lights } = this.ctx
    const own = target?.closest?.('.gm-light')
    const reach = this.kind === 'touch' ? 24 : 14
    const drawn = [...new Set([...lights.markers.keys(), ...this.symbolIds(point, reach)])]
    const near = drawn.map((id) => lights.all.get(id)).filter(Boolean).map((light) => {
      const p = map.project([light.lon, light.lat])
      const on = own && Number(own.dataset.id) === light.id
      return { light, d: on ? -1 : Math.hypot(p.x - point.x, p.y - point.y) }
    })
    return near.filter(({ d }) => d <= reach).sort((a, b) => a.d - b.d).map(({ light }) => light)
  }

  symbolIds(point, reach) {
    const { map } = this.ctx
    if (map.getPaintProperty('light', 'icon-opacity') === 0) return []
    const box = [[point.x - reach, point.y - reach], [point.x + reach, point.y + reach]]
    return map.queryRenderedFeatures(box, { layers: ['light'] }).map((f) => f.properties.id)
  }

  event(lngLat, point, features) {
    const first = features[0] ?? { layer: null, id: null, properties: null }
    return { ...first, lon: lngLat.lng, lat: lngLat.lat, point: { x: point.x, y: point.y }, features }
  }

  click(e) {
    if (this.pressed || this.ctx.draw?.busy()) {
      this.pressed = false
      return
    }
    this.ctx.emit('select', this.event(e.lngLat, e.point, this.hits(e.point, e.originalEvent?.target)))
  }

  move(e) {
    if (this.kind !== 'mouse' || this.ctx.draw?.busy()) return
    this.last = e
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null
      if (this.last && this.ctx.ok) this.hover(this.last)
    })
  }

  hover(e) {
    const features = this.hits(e.point, e.originalEvent?.target)
    const first = features[0]
    const key = first ? `${first.layer} ${first.id}` : null
    this.light(features.find((one) => one.layer === 'grid'))
    this.ctx.map.getCanvas().style.cursor = key ? 'pointer' : ''
    if (key === this.hovered) return
    this.hovered = key
    this.ctx.emit('hover', key ? this.event(e.lngLat, e.point, features) : null)
  }

  /** The outline of the grid under the pointer, by feature state. */
  light(grid) {
    const { map } = this.ctx
    const id = grid?.id ?? null
    if (id === this.lit) return
    const at = (one) => ({ source: 'grids', sourceLayer: 'grids', id: one })
    if (this.lit !== null && this.lit !== undefined) map.setFeatureState(at(this.lit), { hover: false })
    this.lit = id
    if (id !== null) map.setFeatureState(at(id), { hover: true })
  }

  clearHover() {
    this.last = null
    if (!this.ctx.map.getSource('grids')) return
    this.light(null)
    if (this.hovered === null) return
    this.hovered = null
    this.ctx.emit('hover', null)
  }

  startPress(e) {
    this.endPress()
    this.pressed = false
    if (e.originalEvent.button > 0 || e.points?.length > 1 || this.ctx.draw?.busy()) return
    this.from = e.point
    this.ring = this.ctx.pressRing(e.point)
    this.press = setTimeout(() => {
      this.pressed = true
      navigator.vibrate?.(30)
      this.longPress(e.lngLat, e.point)
      this.endPress()
    }, PRESS_MS)
  }

  checkPress(e) {
    if (this.from && Math.hypot(e.point.x - this.from.x, e.point.y - this.from.y) > PRESS_MOVE) this.endPress()
  }

  endPress() {
    clearTimeout(this.press)
    this.ring?.remove()
    this.from = this.ring = null
  }

  longPress(lngLat, point) {
    // Android sends a context-menu event for the same press.
    if (this.ctx.draw?.busy() || performance.now() - (this.pressedAt ?? -9999) < 900) return
    this.pressedAt = performance.now()
    this.ctx.emit('longpress', { lon: lngLat.lng, lat: lngLat.lat, point: { x: point.x, y: point.y } })
  }

  destroy() {
    this.endPress()
    cancelAnimationFrame(this.frame)
  }
}
