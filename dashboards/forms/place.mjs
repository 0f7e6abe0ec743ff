/**
 * Where somebody lives: a house or a building found by words or clicked on the map, a point of the
 * map, or a micro-grid with the reason for having no place.
 */

import * as api from '../pages/api.mjs'
import { h, icon } from '../pages/dom.mjs'
import { picker } from '../pages/form.mjs'
import { named, t } from '../pages/i18n.mjs'

const MANY = 6
const ROOMS = 200
const search = async (register, body) => (await api.send('POST', `/${register}/search`, body)).items
const house = (row) => ({ id: `h${row.id}`, title: row.number, sub: row.building ?? '', at: { house_id: row.id } })
const building = (row) => ({ id: `b${row.id}`, title: row.name, sub: row.address ?? '', at: { building_id: row.id } })

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

/** The field `at`. `value`: {title, at}; `reasons`: why there may be none; `onMap`: a map stands beside it;
 *  `houses`: a room of a building may be chosen. */
export function place(words, { value = null, reasons, needed = true, onMap = true, houses = true }) {
  let picked = value ? [{ id: 'now', sub: '', ...value }] : []
  let grid = []
  const where = h('div', {})
  const rooms = h('select', { class: 'input', 'aria-label': t('forms.place.room'), hidden: true })
  const reason = h('select', { class: 'input', 'aria-label': t('forms.place.reason') },
    h('option', { value: '' }, t('forms.place.reason')), reasons.map((one) => h('option', { value: one.code }, named(one))))
  const micro = h('div', {})
  const without = h('div', { class: 'without', hidden: true }, micro, reason)
  const turn = h('button', { type: 'button', class: 'lnk', onclick: () => show(without.hidden) })
  const placed = h('div', { class: 'placed' }, where, rooms, onMap ? h('small', {}, icon('i-cursor'), t('forms.place.click')) : null)

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
  function put(one) {
    show(false)
    picked = [one]
    draw()
    if (one.at.building_id) fillRooms(one.at.building_id)
    el.dispatchEvent(new Event('input', { bubbles: true }))
  }
  async function fillRooms(id) {
    if (!houses) return
    const rows = await search('houses', { place: { building: id }, size: ROOMS })
    if (picked[0]?.at.building_id !== id || !rows.length) return
    rooms.replaceChildren(h('option', { value: '' }, t('forms.place.whole')), ...rows.map((row) => h('option', { value: String(row.id) }, row.number)))
    rooms.hidden = false
  }
  // A building may as well be chosen from the list: its rooms are offered then.
  where.addEventListener('click', () => setTimeout(() => {
    const id = picked[0]?.at.building_id
    if (id && rooms.hidden) fillRooms(id)
    if (!id) rooms.hidden = true
  }))

  /** A click on the map while the form is open; `e` is what the map says of it. */
  async function clicked(e) {
    if (e.layer === 'building') {
      const rows = await search('buildings', { place: { building: e.id }, size: 1 })
      if (rows.length) { put(building(rows[0])); return }
    }
    put({ id: 'point', title: `${e.lon.toFixed(5)}, ${e.lat.toFixed(5)}`, sub: '', at: { lon: e.lon, lat: e.lat } })
  }

  function get() {
    if (!without.hidden) return grid[0] && reason.value ? { grid_id: grid[0].id, no_place_reason: reason.value } : null
    if (!rooms.hidden && rooms.value) return { house_id: Number(rooms.value) }
    return picked[0]?.at ?? null
  }
  function check() {
    if (!without.hidden) return !grid[0] ? t('forms.place.need_grid') : !reason.value ? t('forms.place.need_reason') : ''
    return needed && !picked[0] ? t('forms.place.needed') : ''
  }
  const el = h('div', { class: 'field', 'data-field': 'at' }, h('span', {}, words, turn), placed, without, h('em', { class: 'problem', role: 'alert' }))
  show(false)
  draw()
  if (picked[0]?.at.building_id) fillRooms(picked[0].at.building_id)
  return { name: 'at', el, words, get, check, clicked, keep: () => (without.hidden ? { picked } : { grid, reason: reason.value }),
    set(kept) {
      picked = kept?.picked ?? []
      grid = kept?.grid ?? []
      reason.value = kept?.reason ?? ''
      draw()
      show(Boolean(kept?.grid))
    },
    text: () => picked[0]?.title ?? '' }
}
