/** A small drawing of the patrol area with its stops, to scale, north up. */

import { s } from '../pages/dom.mjs'

const SIZE = 160
const EDGE = 14
/** From this ratio of width to height on an area is drawn as a strip. */
export const FLAT = 1.7

const rings = (geometry) => (geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates).flat()

/** SVG of an area {bbox, geometry} with the stops of its round; `label` says what it shows. */
export function sketch(area, round, label) {
  const [west, south, east, north] = area.bbox
  const k = Math.cos(((south + north) / 2) * (Math.PI / 180))
  const wide = Math.max((east - west) * k, 1e-9)
  const high = Math.max(north - south, 1e-9)
  const scale = (SIZE - 2 * EDGE) / Math.max(wide, high)
  const [w, hgt] = [wide * scale + 2 * EDGE, high * scale + 2 * EDGE]
  const xy = ([lon, lat]) => [EDGE + (lon - west) * k * scale, EDGE + (north - lat) * scale].map((v) => v.toFixed(1))
  const outline = rings(area.geometry).map((ring) => `M${ring.map((p) => xy(p).join(' ')).join('L')}Z`).join('')
  const stops = round?.stops ?? []
  const walked = stops.filter((p) => p.order).map((p) => xy([p.lon, p.lat]))
  const mark = (p) => {
    const [x, y] = xy([p.lon, p.lat])
    const half = (p.order ? 8 : 4) * (wide > FLAT * high ? 0.6 : 1)
    return s('use', { href: `/static/assets/sprite.svg#a-${p.attention}`, x: x - half, y: y - half, width: 2 * half, height: 2 * half })
  }
  return s('svg', { class: 'sketch', viewBox: `0 0 ${w.toFixed(0)} ${hgt.toFixed(0)}`, role: 'img', 'aria-label': label },
    s('path', { d: outline, class: 'sk-case' }), s('path', { d: outline, class: 'sk-area' }),
    walked.length > 1 ? s('polyline', { points: walked.map((p) => p.join(',')).join(' '), class: 'sk-way' }) : null,
    [...stops].sort((a, b) => (a.order ? 1 : 0) - (b.order ? 1 : 0)).map(mark))
}
