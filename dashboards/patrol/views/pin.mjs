/** Put the pin of a report where it belongs: drag it, or tap the map. */

import * as draft from '../draft.mjs'
import { get } from '../../pages/api.mjs'
import { h, icon } from '../../pages/dom.mjs'
import { t } from '../i18n.mjs'
import { mount } from '../mapview.mjs'
import { here } from '../position.mjs'
import { back } from '../router.mjs'
import { state } from '../state.mjs'
import { bar, toast } from './parts.mjs'

const CLOSE = 17.5
const MOVE_MS = 250

export async function pin() {
  const entry = draft.load()
  const slot = h('div', { class: 'map-slot' })
  const words = h('p', { class: 'where', role: 'status' }, t('patrol.pin.hint'))
  let place = entry.place
  let timer = null
  let map = null
  async function ask() {
    const at = place
    const found = await get(`/locate?lon=${at.lon}&lat=${at.lat}`).catch((error) => ({ error }))
    if (at !== place) return
    if (found.chain) words.textContent = t('patrol.report.grid', { grid: found.chain.slice(-2).map((g) => g.name).join(' ') })
    else words.textContent = found.error.offline ? t('patrol.report.grid_later') : t('patrol.report.grid_unseen')
  }
  function put({ lon, lat }) {
    place = { lon, lat, by: 'pin' }
    map.setMarker('pin', { lon, lat, draggable: true, label: t('patrol.report.place') })
    clearTimeout(timer)
    timer = setTimeout(ask, MOVE_MS)
  }
  const done = () => {
    if (!place) return toast(t('patrol.report.need_place'))
    draft.save({ ...entry, place })
    draft.saveNow()
    return back('/patrol/report')
  }
  return {
    body: [bar(t('patrol.pin.title'), { otherwise: '/patrol/report' }), h('div', { class: 'mapview' }, slot),
      h('footer', { class: 'foot column' }, words, h('button', { class: 'btn primary', 'data-place': '', onclick: done }, icon('i-check'), t('patrol.pin.done')))],
    shown() {
      map = mount(slot, { select: put, longpress: put, markermove: put })
      const at = place ?? here()
      if (at) map.flyTo({ lon: at.lon, lat: at.lat, zoom: CLOSE })
      else if (state.area) map.flyTo({ bbox: state.area.bbox })
      if (place) { const by = place.by; put(place); place.by = by }
    },
    leave() { clearTimeout(timer) },
  }
}
