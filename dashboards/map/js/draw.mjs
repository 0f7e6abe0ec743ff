/** Drawing a polygon, a circle or a line, and moving its corners afterwards (Terra Draw). */

import { drawing } from './env.mjs'

const EARTH = 6_371_008.8
const MODE = { polygon: 'polygon', circle: 'circle', line: 'linestring' }
const KIND = { polygon: 'polygon', circle: 'circle', linestring: 'line' }

/** Great-circle metres between two [lon, lat]. */
export function metres([lon1, lat1], [lon2, lat2]) {
  const rad = Math.PI / 180
  const a = Math.sin(((lat2 - lat1) * rad) / 2) ** 2
    + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin(((lon2 - lon1) * rad) / 2) ** 2
  return 2 * EARTH * Math.asin(Math.sqrt(a))
}

/** The draw event of a finished shape. */
function answer({ geometry, properties }) {
  const kind = KIND[properties.mode] ?? 'polygon'
  const out = { kind, geometry: { type: geometry.type, coordinates: geometry.coordinates } }
  if (kind === 'circle') {
    const ring = geometry.coordinates[0].slice(0, -1)
    const centre = [0, 1].map((i) => ring.reduce((all, p) => all + p[i], 0) / ring.length)
    const radius = ring.reduce((all, p) => all + metres(centre, p), 0) / ring.length
    out.circle = { lon: centre[0], lat: centre[1], metres: Math.round(radius * 10) / 10 }
  }
  if (kind === 'line') {
    const line = geometry.coordinates
    out.length = line.slice(1).reduce((all, p, i) => all + metres(line[i], p), 0)
  }
  return out
}

export class Draw {
  constructor(ctx) {
    this.ctx = ctx
    this.mode = null
  }

  /** True while clicks belong to the shape that is being drawn. */
  busy() {
    return this.mode === 'drawing'
  }

  async start(kind, { geometry } = {}) {
    if (!MODE[kind]) throw new Error(`cannot draw "${kind}": polygon, circle or line`)
    const turn = this.turn = Symbol(kind)
    this.mode = 'drawing'
    const library = await drawing()
    if (this.turn !== turn || !this.ctx.ok) return
    this.tool ??= this.make(library)
    this.tool.clear()
    this.ctx.el.dataset.draw = kind
    if (!geometry) this.tool.setMode(MODE[kind])
    else if (!this.edit(kind, geometry)) this.clear()
  }

  /** Put a given shape up for editing; false, with an error event, when it is no valid shape. */
  edit(kind, geometry) {
    const rounded = JSON.parse(JSON.stringify(geometry), (_, v) => (typeof v === 'number' ? Number(v.toFixed(9)) : v))
    const [added] = this.tool.addFeatures([{ type: 'Feature', geometry: rounded, properties: { mode: MODE[kind] } }])
    if (added.valid) this.finish(added.id)
    else this.ctx.emit('error', { message: this.ctx.t('map.draw_error', { reason: added.reason ?? '' }) })
    return added.valid
  }

  make({ TerraDraw, TerraDrawPolygonMode, TerraDrawCircleMode, TerraDrawLineStringMode, TerraDrawSelectMode,
    TerraDrawMapLibreGLAdapter, ValidateNotSelfIntersecting }) {
    const { map, token } = this.ctx
    const colour = token('shape')
    const halo = token('halo')
    const area = { fillColor: colour, fillOpacity: 0.1, outlineColor: colour, outlineWidth: 2.2,
      closingPointColor: halo, closingPointWidth: 5, closingPointOutlineColor: colour, closingPointOutlineWidth: 2 }
    const corners = { draggable: true, midpoints: true, deletable: true }
    const flags = { feature: { draggable: true, coordinates: corners } }
    const select = { selectedPolygonColor: colour, selectedPolygonFillOpacity: 0.1, selectedPolygonOutlineColor: colour,
      selectedPolygonOutlineWidth: 2.2, selectedLineStringColor: colour, selectedLineStringWidth: 3,
      selectionPointColor: halo, selectionPointWidth: 4.5, selectionPointOutlineColor: colour,
      selectionPointOutlineWidth: 2, midPointColor: colour, midPointWidth: 3, midPointOutlineColor: halo,
      midPointOutlineWidth: 1 }
    const honest = (feature, { updateType }) => (updateType === 'finish' || updateType === 'commit'
      ? ValidateNotSelfIntersecting(feature) : { valid: true })
    const tool = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map, prefixId: 'draw' }),
      modes: [
        new TerraDrawPolygonMode({ styles: area, validation: honest, showCoordinatePoints: true }),
        new TerraDrawCircleMode({ styles: area }),
        new TerraDrawLineStringMode({ styles: { lineStringColor: colour, lineStringWidth: 3,
          closingPointColor: halo, closingPointWidth: 5, closingPointOutlineColor: colour, closingPointOutlineWidth: 2 } }),
        new TerraDrawSelectMode({ styles: select, flags: { polygon: flags, linestring: flags,
          circle: { feature: { draggable: true } } } }),
      ],
    })
    tool.start()
    tool.on('finish', (id) => this.finish(id))
    return tool
  }

  /** A shape is complete (or was changed): keep it up for editing and tell the page. */
  finish(id) {
    const shape = this.tool.getSnapshotFeature?.(id) ?? this.tool.getSnapshot().find((f) => f.id === id)
    if (!shape) return
    if (this.tool.getMode() !== 'select') {
      this.tool.setMode('select')
      this.tool.selectFeature(id)
    }
    // The click that finished the shape still reaches the map; it is not a question about a grid.
    setTimeout(() => { this.mode = 'shown' }, 300)
    this.ctx.emit('draw', answer(shape))
  }

  clear(quiet = false) {
    this.turn = null
    const had = this.mode !== null
    this.mode = null
    delete this.ctx.el.dataset.draw
    if (this.tool) {
      this.tool.clear()
      this.tool.setMode('static')
    }
    if (had && !quiet) this.ctx.emit('draw', null)
  }

  destroy() {
    this.turn = null
    this.tool?.stop()
  }
}
