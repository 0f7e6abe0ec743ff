/** What the page knows: who is signed in, the area that is walked, its round today. */

import { get } from '../pages/api.mjs'

const AREA_KEY = 'gridgov.patrol.area'
const KEEP_MS = 60_000

export const state = { me: null, areas: null, area: null, round: null, roundAt: 0, start: null }
export const may = (permission) => state.me.permissions.includes(permission)

export async function loadMe() {
  state.me = await get('/me')
}

/** The areas, mine first; the chosen one is remembered on this phone. */
export async function loadAreas() {
  state.areas = await get('/patrol-areas')
  const kept = Number(localStorage.getItem(AREA_KEY))
  const wanted = state.areas.find((a) => a.id === kept) ?? state.areas.find((a) => a.mine) ?? state.areas[0]
  if (wanted && wanted.id !== state.area?.id) await chooseArea(wanted.id)
}

export async function chooseArea(id) {
  state.area = await get(`/patrol-areas/${id}`)
  localStorage.setItem(AREA_KEY, id)
  state.round = null
  state.start = null
}

/**
 * The round of the chosen area: what is due is walked, the rest follows. Kept for a minute.
 * `start`: {lon, lat} to begin at, null for wherever the way is shortest, undefined for the last.
 */
export async function loadRound({ start, fresh = false } = {}) {
  if (!state.areas) await loadAreas()
  if (!state.area) return null
  if (start !== undefined) state.start = start
  else if (!fresh && state.round && Date.now() - state.roundAt < KEEP_MS) return state.round
  const from = state.start ? `&lon=${state.start.lon}&lat=${state.start.lat}` : ''
  state.round = await get(`/patrol-areas/${state.area.id}/round?only_due=true${from}`)
  state.roundAt = Date.now()
  return state.round
}

export const stopOf = (id) => state.round?.stops.find((s) => s.id === id)
