/** Which grids are drawn how: level by zoom or by drilling, choropleth (分级设色), labels. */

const NONE = ['==', ['literal', 0], 1]
const level = (n) => ['==', ['get', 'level'], n]
// Zoom from which a level is filled, and its lines: width of the level, dashes for micro-grids.
const BANDS = [[14.5, 5], [12.5, 4], [10.5, 3], [8.5, 2], [-1, 1]]
const WIDTH = { 1: 1.8, 2: 2.4, 3: 2, 4: 1.6, 5: 1.4 }
const SIZE = {
  wall: { 1: 24, 2: 21, 3: 18, 4: 18, 5: 16 }, desk: { 1: 16, 2: 15, 3: 14, 4: 13, 5: 12 },
  phone: { 1: 17, 2: 16, 3: 15, 4: 14, 5: 13 },
}

export class Levels {
  constructor(ctx) {
    this.ctx = ctx
    this.drilled = null
    this.values = null
    this.info = {}
    this.counts = {}
    this.plan = {}
    this.shown = new Set()
  }

  /** What to draw: {outline, outlineId, fill, parent, fine}; levels or null. */
  planFor(zoom) {
    if (this.drilled) {
      const { gridId, level: own, childLevel } = this.drilled
      const fill = childLevel === undefined ? (own < 5 ? own + 1 : null) : childLevel
      return {
        outline: own, outlineId: gridId, fill, parent: fill === own + 1 ? gridId : null,
        fine: fill && fill < 5 ? fill + 1 : null,
      }
    }
    const fill = BANDS.find(([from]) => zoom >= from)[1]
    return { outline: Math.max(1, fill - 1), outlineId: null, fill, parent: null, fine: fill < 5 ? fill + 1 : null }
  }

  /** Bring the map in line with the zoom and the drilled grid; cheap when nothing changed. */
  update(force = false) {
    const { map } = this.ctx
    const plan = this.planFor(map.getZoom())
    if (!force && JSON.stringify(plan) === JSON.stringify(this.plan)) return
    this.plan = plan
    this.ctx.el.dataset.level = plan.fill ?? ''
    this.filters()
    this.paint()
    this.labels()
    this.ctx.pointer?.clearHover()
  }

  filters() {
    const { outline, outlineId, fill, parent, fine } = this.plan
    const theme = this.ctx.theme
    const kids = fill ? (parent ? ['all', level(fill), ['==', ['get', 'parent'], parent]] : level(fill)) : NONE
    const own = outlineId ? ['all', level(outline), ['==', ['id'], outlineId]] : level(outline)
    const set = (id, filter) => this.ctx.filter(id, filter)
    const noData = this.noData()
    set('rim', own)
    set('land', own)
    set('grid-fill', fill ? kids : own)
    set('grid-nodata', noData.length ? ['in', ['id'], ['literal', noData]] : NONE)
    set('veil', outlineId && outline > 1 ? ['all', level(outline), ['!=', ['id'], outlineId]] : NONE)
    set('grid-fine', fine ? level(fine) : NONE)
    set('grid-case', fill && theme !== 'wall' ? kids : NONE)
    set('grid-line', kids)
    set('outline-case', theme !== 'wall' ? own : NONE)
    set('outline', own)
    set('grid-hover-fill', kids)
    set('grid-hover', fill ? kids : NONE)
    set('far-name', outlineId && outline > 1 && outline < 4
      ? ['all', level(outline), ['!=', ['id'], outlineId]] : NONE)
  }

  paint() {
    const { fill, fine } = this.plan
    const { map, token: c, theme } = this.ctx
    const paint = (id, key, value) => this.ctx.paint(id, key, value)
    const micro = (n) => (n === 5 ? [4, 2.2] : undefined)
    paint('grid-line', 'line-width', WIDTH[fill ?? 5] * (theme === 'wall' || fill === 5 ? 1 : 0.9))
    paint('grid-line', 'line-dasharray', micro(fill))
    // The dark lines between filled areas would be lost among streets and buildings.
    const lost = theme === 'wall' && fill === 5
    paint('grid-line', 'line-color', c(lost ? 'outline' : 'grid'))
    paint('grid-line', 'line-opacity', lost ? 0.6 : 1)
    paint('grid-fine', 'line-dasharray', fine === 5 ? [5, 3] : undefined)
    const wall = theme === 'wall'
    const plain = wall ? c('k1') : 'rgba(255,255,255,0)'
    paint('grid-fill', 'fill-color', this.values ? this.ramp() : plain)
    paint('grid-fill', 'fill-opacity', this.opacity(wall))
    if (map.getLayer('outline')) {
      paint('outline', 'line-width', theme === 'phone' ? 3.5 : wall ? 1.8 : 2.4)
    }
  }

  /** A filled micro-grid hides buildings, so fills fade when streets and buildings come up. */
  opacity(wall) {
    const full = Number(this.ctx.token('k-opacity'))
    if (!this.values && !wall) return 0
    return ['interpolate', ['linear'], ['zoom'], 14, full, 16, wall ? 0.45 : full * 0.5]
  }

  ramp() {
    const { token: c } = this.ctx
    const v = ['feature-state', 'v']
    const limits = this.values.breaks
    const steps = ['step', ['to-number', v, 0], c('k0')]
    limits.forEach((limit, i) => steps.push(limit, c(`k${Math.min(4, i + 1)}`)))
    return ['case', ['==', v, null], c('land'), ['==', v, 0], c('zero'), limits.length ? steps : c('k0')]
  }

  noData() {
    if (!this.values) return []
    return Object.entries(this.values.data).filter(([, v]) => v === null).map(([id]) => Number(id))
  }

  setValues(metric, data, breaks = []) {
    const { map, el } = this.ctx
    const at = (id) => ({ source: 'grids', sourceLayer: 'grids', id })
    if (!map.getSource('grids')) return
    for (const id of this.shown) map.removeFeatureState(at(id), 'v')
    this.shown.clear()
    this.values = metric ? { metric, data: data ?? {}, breaks } : null
    el.dataset.metric = metric ?? ''
    for (const [id, v] of Object.entries(this.values?.data ?? {})) {
      if (v === null || v === undefined) continue
      map.setFeatureState(at(Number(id)), { v })
      this.shown.add(Number(id))
    }
    this.ctx.filter('grid-nodata', this.noData().length ? ['in', ['id'], ['literal', this.noData()]] : NONE)
    this.paint()
  }

  setInfo(info) {
    this.info = info ?? {}
    this.labels()
  }

  /** Counts of lights per child grid, from lights.mjs: {gridId: {red, yellow, green}}. */
  setCounts(counts) {
    if (JSON.stringify(counts) === JSON.stringify(this.counts)) return
    this.counts = counts
  }

  /** Text size in px of the names of the drawn level, before scaling. */
  size() {
    return SIZE[this.ctx.theme][this.plan.fill ?? this.plan.outline]
  }

  labels() {
    const { theme, textScale: k } = this.ctx
    this.ctx.layout('grid-name', 'text-size', this.size() * k)
    this.ctx.layout('grid-tab', 'text-size', SIZE[theme][5] * k)
    this.ctx.layout('far-name', 'text-size', (theme === 'wall' ? 18 : 13) * k)
    this.ctx.lights?.render()
  }

  /** {gridId, level, bbox, childLevel} or null; moves the camera when there is a bbox. */
  drill(target) {
    const { map } = this.ctx
    this.drilled = target ? { ...target, gridId: Number(target.gridId), level: Number(target.level) } : null
    this.ctx.el.dataset.grid = this.drilled?.gridId ?? ''
    this.update()
    if (target?.bbox) this.ctx.camera({ bbox: target.bbox })
    else map.triggerRepaint()
  }
}
