/**
 * Where the names of the drawn grids stand: inside their area, never over a light or over each other.
 * When there is no room the second line (metric and counts) goes first, then the name; names of
 * counties, townships and villages always stay.
 */

import { LIGHTS } from './lights.mjs'

const RINGS = Array.from({ length: 15 }, (_, i) => 10 + i * 8)
const STEPS = 16
const ALWAYS = 3 // levels 1..3 are named whatever it takes
const LOOKS = 1200 // so many looks at the picture, at most, to see whether names lie inside their area
const CLEAR = { red: 27, yellow: 13, green: 11 } // px that a light keeps free around its centre (wall)

/** Offsets from the label point, nearest first; flat, because text is wider than high. */
const OFFSETS = [[0, 0], ...RINGS.flatMap((r) => Array.from({ length: STEPS }, (_, i) => {
  const a = (i / STEPS) * 2 * Math.PI
  return [Math.round(Math.sin(a) * r), Math.round(-Math.cos(a) * r * 0.8)]
}))]

/** Width of a text in em: Chinese is square, the rest about half. */
export const ems = (text) => [...text].reduce((sum, c) => sum + (c.codePointAt(0) > 0x2e80 ? 1 : 0.57), 0)

const apart = (a, b) => a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0
const overlap = (a, b) => Math.max(0, Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0))
  * Math.max(0, Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0))

function box(x, y, { w, h }) {
  return { x0: x - w / 2, x1: x + w / 2, y0: y - h / 2, y1: y + h / 2 }
}

export class Names {
  constructor(ctx) {
    this.ctx = ctx
    this.key = ''
  }

  /** Names of the drawn level that lie in view: [{id, name, serial, point, level}]. */
  wanted() {
    const { map, levels } = this.ctx
    const { fill, parent } = levels.plan
    if (!fill || !map.getSource('grids') || !map.getLayer('far-name')) return []
    const filter = ['all', ['==', ['get', 'level'], fill],
      ...(parent ? [['==', ['get', 'parent'], parent]] : [])]
    const found = new Map()
    const { width, height } = map.getCanvas().getBoundingClientRect()
    for (const f of map.querySourceFeatures('grids', { sourceLayer: 'grids_label', filter })) {
      const point = map.project(f.geometry.coordinates)
      if (point.x < 0 || point.y < 0 || point.x > width || point.y > height) continue
      found.set(Number(f.id), { id: Number(f.id), point, ...f.properties })
    }
    return [...found.values()].sort((a, b) => a.id - b.id)
  }

  /** Texts and size of one label: {name, metric, red, yellow, green, size, short}. */
  content(grid) {
    const { theme, textScale: k, levels } = this.ctx
    const info = levels.info[grid.id] ?? {}
    const counts = levels.counts[grid.id] ?? {}
    const px = levels.size() * k
    const tab = grid.level === 5 && theme !== 'phone'
    const name = info.name ?? (tab && grid.serial ? String(grid.serial).padStart(3, '0') : grid.name)
    const numbers = { red: counts.red, yellow: counts.yellow, green: info.green ?? counts.green }
    const out = { name, metric: info.metricText ?? '', tab }
    for (const light of LIGHTS) out[light] = numbers[light] ? String(numbers[light]) : ''
    const signs = LIGHTS.filter((light) => out[light])
    const second = ems(out.metric) + signs.reduce((sum, light) => sum + ems(out[light]) + 1.9, 0)
    const short = { w: ems(name) * px + 6, h: px * 1.3 }
    if (tab) {
      out.size = { w: (ems(name) + (out.metric ? 1 + ems(out.metric) : 0)) * px + 16, h: px * 1.3 + 8 }
      out.short = { w: short.w + 12, h: out.size.h }
    } else {
      out.size = second ? { w: Math.max(short.w, second * px * 0.86 + 6), h: px * 2.45 } : short
      out.short = short
    }
    return out
  }

  obstacles() {
    const { map, lights, theme, textScale: k } = this.ctx
    const scale = theme === 'wall' ? k : 0.8
    return lights.single.map((light) => {
      const { x, y } = map.project([light.lon, light.lat])
      const r = CLEAR[light.light] * scale
      return { x0: x - r, x1: x + r, y0: y - r, y1: y + r * 0.8 }
    })
  }

  /** How much of a box lies inside its own area: 0 (its middle does not) .. 3 (both ends as well). */
  inside(id, { x0, x1, y0, y1 }) {
    const on = (x) => {
      this.looks -= 1
      return this.ctx.map.queryRenderedFeatures([x, (y0 + y1) / 2], { layers: ['grid-fill'] })[0]?.id === id
    }
    if (this.looks <= 0) return 3
    return on((x0 + x1) / 2) ? 1 + on(x0) + on(x1) : 0
  }

  /**
   * First place without a collision that lies wholly in the area; else the first with its middle in it;
   * else, when `anywhere`, the nearest without a collision; else null.
   */
  find(grid, size, taken, anywhere = false) {
    let best = null
    for (const [dx, dy] of OFFSETS) {
      const spot = box(grid.point.x + dx, grid.point.y + dy, size)
      if (!taken.every((other) => apart(spot, other))) continue
      if (anywhere) return { spot, dx, dy }
      const score = this.inside(grid.id, spot)
      if (score === 3) return { spot, dx, dy }
      if (score > (best?.score ?? 0)) best = { spot, dx, dy, score }
    }
    return best
  }

  /** Where it does least harm, for names that must not be left out. */
  force(grid, size, taken) {
    const tries = OFFSETS.slice(0, 1 + 5 * STEPS).map(([dx, dy]) => {
      const spot = box(grid.point.x + dx, grid.point.y + dy, size)
      return { spot, dx, dy, harm: taken.reduce((sum, other) => sum + overlap(spot, other), 0) }
    })
    return tries.reduce((a, b) => (b.harm < a.harm ? b : a))
  }

  /** Full label, else the name alone; for the upper levels the name at any price. */
  settle(grid, content, taken) {
    const full = this.find(grid, content.size, taken)
    if (full) return full
    Object.assign(content, { metric: '', red: '', yellow: '', green: '' })
    const short = this.find(grid, content.short, taken)
    if (short || grid.level > ALWAYS) return short
    return this.find(grid, content.short, taken, true) ?? this.force(grid, content.short, taken)
  }

  place() {
    const { map } = this.ctx
    const list = this.wanted()
    const taken = this.obstacles()
    const features = []
    this.looks = LOOKS
    for (const grid of list) {
      const content = this.content(grid)
      const at = this.settle(grid, content, taken)
      if (!at) continue
      taken.push(at.spot)
      const { lng, lat } = map.unproject([grid.point.x + at.dx, grid.point.y + at.dy])
      const { size, short, ...properties } = content
      features.push({ type: 'Feature', id: grid.id, properties: { ...properties, id: grid.id },
        geometry: { type: 'Point', coordinates: [lng, lat] } })
    }
    return features
  }

  /** Place all names again; does nothing when the picture would be the same. */
  update() {
    const { map } = this.ctx
    const source = map.getSource('names')
    if (!source || map.isMoving()) return
    const features = this.place()
    const key = JSON.stringify(features)
    if (key === this.key) return
    this.key = key
    source.setData({ type: 'FeatureCollection', features })
    this.ctx.el.dataset.names = features.length
  }
}
