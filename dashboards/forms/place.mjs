/**
 * Where somebody or something is: a house or a building found by words, or clicked on the map, or
 * dragged there (G7); a point of the map; or a micro-grid with the reason for having no place.
 */

import * as api from '../pages/api.mjs'
import { h, icon } from '../pages/dom.mjs'
import { picker } from '../pages/form.mjs'
import { named, t } from '../pages/i18n.mjs'

const MANY = 6
const ROOMS = 200
// A pin dropped this near to a building means the building.
const SNAP_M = 15
const PIN = 'place'
const search = async (register, body) => (await api.send('POST', `/${register}/search`, body)).items
const gridOf = (row) => ({ id: row.grid_id, name: row.grid })
const house = (row) => ({ id: `h${row.id}`, title: row.number, sub: row.building ?? '', at: { house_id: row.id }, grid: gridOf(row), point: row.point })
const building = (row) => ({ id: `b${row.id}`, title: row.name, sub: row.address ?? '', at: { building_id: row.id }, grid: gridOf(row), point: row.point })

const finder = (rooms) => async (words) => {
  const [houses, buildings] = await Promise.all([
    rooms ? search('houses', { filters: { number: words }, size: MANY }) : [],
    search('buildings', { filters: { q: words }, size: MANY })])
  return [...houses.map(house), ...buildings.map(building)]
}

async function findGrid(words) {
  const rows = await api.get(`/grids?q=${encodeURIComponent(words)}`)
  return rows.filter((row) => row.level === 5).map((row) => ({ id: row.id, title: row.name, sub: row.code }))
}

/** What a point of the map means: the building that is there or near, else the point in its grid. */
async function meant(lon, lat) {
  const near = await search('buildings', { place: { near: { lon, lat, metres: SNAP_M } }, size: 1 })
  if (near.length) return building(near[0])
  const { grid } = await api.get(`/locate?lon=${lon}&lat=${lat}`)
  return { id: 'point', title: `${lon.toFixed(5)}, ${lat.toFixed(5)}`, sub: grid.name, at: { lon, lat }, grid, point: [lon, lat] }
}

/**
 * The field `at`. value: {title, at}; reasons: why there may be none; onMap: a map stands beside it;
 * houses: a room of a building may be chosen; here: {point, grid} of what is to be moved, whose pin
 * can then be dragged. A place in another grid is asked about before it is taken.
 */
export function place(words, { value = null, reasons, needed = true, onMap = true, houses = true, here = null }) {
  let picked = value ? [{ id: 'now', sub: '', ...value }] : []
  let grid = []
  const where = h('div', {})
  const rooms = h('select', { class: 'input', 'aria-label': t('forms.place.room'), hidden: true })
  const reason = h('select', { class: 'input', 'aria-label': t('forms.place.reason') },
    h('option', { value: '' }, t('forms.place.reason')), reasons.map((one) => h('option', { value: one.code }, named(one))))
  const micro = h('div', {})
  const without = h('div', { class: 'without', hidden: true }, micro, reason)
  const turn = h('button', { type: 'button', class: 'lnk', onclick: () => show(without.hidden) })
  const hint = onMap ? h('small', {}, icon('i-cursor'), t(here?.point ? 'forms.place.drag' : 'forms.place.click')) : null
  const back = here?.point ? h('button', { type: 'button', class: 'lnk', hidden: true, onclick: undo }, icon('i-undo'), t('forms.place.undo')) : null
  const placed = h('div', { class: 'placed' }, where, rooms, hint, back)
  const sure = h('input', { type: 'checkbox' })
  const cross = h('label', { class: 'cross', hidden: true }, sure, h('span', {}))
  const problem = h('em', { class: 'problem', role: 'alert' })
  const el = h('div', { class: 'field', 'data-field': 'at' }, h('span', {}, words, turn), placed, without, cross, problem)

  function show(none) {
    without.hidden = !none
    placed.hidden = none
    turn.textContent = t(none ? 'forms.place.with' : 'forms.place.without')
  }
  function draw() {
    where.replaceChildren(picker({ find: finder(houses), picked, words: t('forms.place.find'), none: t('forms.none_found') }))
    micro.replaceChildren(picker({ find: findGrid, picked: grid, words: t('forms.place.grid'), none: t('forms.none_found') }))
    rooms.hidden = true
  }
  const pin = (point) => window.dash_clientside?.set_props('map', { markers: point ? { [PIN]: { lon: point[0], lat: point[1], draggable: true, label: words } } : {} })

  /** What follows from the place that is chosen now: rooms, pin, and the question about its grid. */
  function follow() {
    const one = picked[0]
    if (one?.at.building_id) fillRooms(one.at.building_id)
    else rooms.hidden = true
    if (here?.point) pin(one?.point ?? here.point)
    if (back) back.hidden = !one
    const other = here && one?.grid && one.grid.id !== here.grid.id
    cross.hidden = !other
    if (other) cross.lastChild.textContent = t('forms.place.cross', { from: here.grid.name, to: one.grid.name })
    sure.checked = false
  }
  function put(one) {
    show(false)
    picked = one ? [one] : []
    draw()
    follow()
    el.dispatchEvent(new Event('input', { bubbles: true }))
  }
  function undo() { put(null) }
  async function fillRooms(id) {
    if (!houses) return
    const rows = await search('houses', { place: { building: id }, size: ROOMS })
    if (picked[0]?.at.building_id !== id || !rows.length) return
    rooms.replaceChildren(h('option', { value: '' }, t('forms.place.whole')), ...rows.map((row) => h('option', { value: String(row.id) }, row.number)))
    rooms.hidden = false
  }
  where.addEventListener('change', (event) => { if (event.target !== rooms) setTimeout(follow) })

  async function to(lon, lat) {
    try {
      put(await meant(lon, lat))
      problem.textContent = ''
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error
      problem.textContent = error.status === 404 ? t('forms.place.outside') : error.message
      if (here?.point) pin(picked[0]?.point ?? here.point)
    }
  }
  /** A click on the map while the form is open; `e` is what the map says of it. */
  async function clicked(e) {
    if (e.layer !== 'building') { await to(e.lon, e.lat); return }
    const rows = await search('buildings', { place: { building: e.id }, size: 1 })
    if (rows.length) put(building(rows[0]))
  }

  function get() {
    if (!without.hidden) return grid[0] && reason.value ? { grid_id: grid[0].id, no_place_reason: reason.value } : null
    if (!rooms.hidden && rooms.value) return { house_id: Number(rooms.value) }
    return picked[0]?.at ?? null
  }
  function check() {
    if (!without.hidden) return !grid[0] ? t('forms.place.need_grid') : !reason.value ? t('forms.place.need_reason') : ''
    if (needed && !picked[0]) return t('forms.place.needed')
    return !cross.hidden && !sure.checked ? t('forms.place.need_sure') : ''
  }
  show(false)
  draw()
  if (picked[0]?.at.building_id) fillRooms(picked[0].at.building_id)
  return { name: 'at', el, words, get, check, clicked,
    dragged: here?.point ? to : null,
    begun() {
      if (!here?.point) return
      pin(here.point)
      window.deskAct({ do: 'look', lon: here.point[0], lat: here.point[1] })
    },
    gone() { if (here?.point) pin(null) },
    keep: () => (without.hidden ? { picked } : { grid, reason: reason.value }),
    set(kept) {
      picked = kept?.picked ?? []
      grid = kept?.grid ?? []
      reason.value = kept?.reason ?? ''
      draw()
      show(Boolean(kept?.grid))
      follow()
    },
    text: () => picked[0]?.title ?? '' }
}
