/** Report an incident: category, place, words or photo. Kept as a draft until it is sent. */

import { get } from '../../pages/api.mjs'
import * as draft from '../draft.mjs'
import { h, icon, link } from '../../pages/dom.mjs'
import { clock, metres, named, t } from '../i18n.mjs'
import { mount } from '../mapview.mjs'
import * as outbox from '../outbox.mjs'
import { shrink } from '../photo.mjs'
import { allowed, here, onMove, start } from '../position.mjs'
import { again, go } from '../router.mjs'
import { may, state } from '../state.mjs'
import { bar, notice, toast } from './parts.mjs'

const OFTEN = 8
const PHOTOS = 9
const KEPT = 'gridgov.patrol.categories'
const SIGNS = { A: 'i-talk', B: 'i-waste', C: 'i-fire', D: 'i-road', E: 'i-help', F: 'i-report',
  C02: 'i-plug', C03: 'i-plug', D05: 'i-stall', E04: 'i-noise', F01: 'i-flood', B04: 'i-flood', E05: 'i-notes', E02: 'i-id' }
const sign = (c) => SIGNS[c.code] ?? SIGNS[c.parent] ?? 'i-report'

let categories = null
let often = null

/** The table of categories, and those used most in this grid first; kept for when there is no line. */
async function loadCategories() {
  if (categories) return
  try {
    const table = await get('/incident-categories')
    const grid = state.area?.grid.id ?? state.me.home_grid?.id
    const used = may('incidents.read') && grid
      ? await get(`/incidents?grid=${grid}&size=1`).then((r) => r.totals.category ?? {}, () => ({})) : {}
    const leaves = table.filter((c) => c.parent)
    often = leaves.sort((a, b) => (used[b.code] ?? 0) - (used[a.code] ?? 0)).slice(0, OFTEN)
    categories = table
    localStorage.setItem(KEPT, JSON.stringify({ categories, often }))
  } catch (error) {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? 'null')
    if (!error.offline || !kept) throw error
    categories = kept.categories
    often = kept.often
  }
}

/** Where the place lies: the building's name if there is one, and the grid that follows from it. */
async function lookUp(place) {
  try {
    const found = await get(`/whats-here?lon=${place.lon}&lat=${place.lat}`)
    return { name: found.building?.name ?? '', chain: found.chain.map((g) => g.name) }
  } catch (error) {
    if (error.offline) return { later: true }
    return error.status === 404 ? { unseen: true } : { later: true }
  }
}

class Form {
  constructor(entry) {
    this.entry = entry
    this.found = null
    this.all = false
    this.saved = h('p', { role: 'status' }, entry.at ? t('patrol.report.saved', { time: clock(entry.at) }) : '')
    this.cats = h('div', { class: 'cats', role: 'radiogroup', 'aria-label': t('patrol.report.category') })
    this.place = h('article', { class: 'card place' })
    this.slot = h('div', { class: 'thumb' })
    this.strip = h('div', { class: 'strip' })
    this.text = h('textarea', { rows: 3, maxlength: 4000, placeholder: t('patrol.report.words_hint'), 'aria-label': t('patrol.report.words'),
      oninput: () => { entry.text = this.text.value; this.keep() } })
    this.text.value = entry.text
    this.error = { category: this.hint(), place: this.hint(), words: this.hint() }
  }

  hint() { return h('p', { class: 'hint', role: 'alert', hidden: true }) }

  keep() { draft.save(this.entry) }

  say(field, words) {
    for (const [name, box] of Object.entries(this.error)) { box.hidden = name !== field; box.textContent = name === field ? words : '' }
    if (field) this.error[field].scrollIntoView({ block: 'center' })
  }

  drawCategories() {
    const { entry } = this
    const pick = (c) => { entry.category = c.code; entry.group = c.parent; this.all = false; this.say(null); this.keep(); this.drawCategories() }
    const button = (c, cls) => h('button', { class: `${cls} ${entry.category === c.code ? 'on' : ''}`, role: 'radio', 'data-category': c.code,
      'aria-checked': String(entry.category === c.code), onclick: () => pick(c) }, cls === 'cat' ? icon(sign(c), 'i28') : null, h('span', {}, named(c)))
    const more = h('button', { class: `cat ${this.all ? 'open' : ''}`, 'aria-expanded': String(this.all), 'data-more': '',
      onclick: () => { this.all = !this.all; this.drawCategories() } }, icon('i-more', 'i28'), h('span', {}, t('patrol.report.more')))
    const other = entry.category && !often.some((c) => c.code === entry.category) && categories.find((c) => c.code === entry.category)
    const groups = categories.filter((c) => !c.parent)
    this.cats.replaceChildren(h('div', { class: 'cat-grid' }, often.map((c) => button(c, 'cat')), more),
      ...(other && !this.all ? [h('div', { class: 'chips' }, button(other, 'chip'))] : []),
      ...(this.all ? groups.map((g) => h('section', {}, h('h3', { class: 'meta' }, named(g)),
        h('div', { class: 'chips' }, categories.filter((c) => c.parent === g.code).map((c) => button(c, 'chip'))))) : []))
  }

  drawPlace() {
    const { place } = this.entry
    const move = link('/patrol/report/place', { class: 'icon-btn pri', 'aria-label': t('patrol.report.move') }, icon('i-edit'))
    if (!place) {
      this.place.replaceChildren(h('span', { class: 'dot' }, icon('i-pin', 'i20')), h('div', { class: 'grow' }, h('b', {}, t('patrol.report.no_place')),
        h('p', {}, t('patrol.report.no_place_hint'))), move)
      return
    }
    const { found } = this
    const title = found?.name || t(place.by === 'pin' ? 'patrol.report.pinned' : 'patrol.report.my_place')
    const rough = place.by === 'position' && place.accuracy ? `±${metres(place.accuracy)}` : ''
    const words = found?.chain ? t('patrol.report.grid', { grid: found.chain.at(-1) })
      : t(found?.unseen ? 'patrol.report.grid_unseen' : found?.later ? 'patrol.report.grid_later' : 'patrol.report.grid_asking')
    this.place.replaceChildren(this.slot, h('div', { class: 'grow' }, h('b', {}, title), h('p', { 'data-grid': '' }, words), rough ? h('p', {}, rough) : null), move)
    this.map?.flyTo({ lon: place.lon, lat: place.lat, zoom: 17 })
    this.map?.setMarker('pin', { lon: place.lon, lat: place.lat, label: t('patrol.report.place') })
  }

  async setPlace(place) {
    this.entry.place = place
    this.say(null)
    if (place.by === 'pin' || this.entry.category || this.entry.text) this.keep()
    this.found = null
    this.showMap()
    this.drawPlace()
    const found = await lookUp(place)
    if (this.entry.place !== place) return
    this.found = found
    this.entry.address = found.name || ''
    this.drawPlace()
  }

  /** The place follows the position until somebody moved the pin. */
  follow() {
    const at = here()
    const { place } = this.entry
    if (!at || place?.by === 'pin' || (place && place.accuracy <= at.accuracy)) return
    this.setPlace({ lon: at.lon, lat: at.lat, accuracy: Math.round(at.accuracy), by: 'position' })
  }

  showMap() {
    if (!this.map && this.entry.place && this.slot && this.ready) this.map = mount(this.slot, { select: () => go('/patrol/report/place') })
  }

  async drawPhotos() {
    const list = await outbox.photosOf(this.entry.txn)
    this.count = list.length
    const shot = ({ id, blob }) => {
      const src = URL.createObjectURL(blob)
      const drop = async () => {
        await outbox.dropPhoto(id)
        await this.drawPhotos()
        toast(t('patrol.report.photo_gone'), async () => { await outbox.addPhoto(this.entry.txn, blob); this.drawPhotos() })
      }
      return h('div', { class: 'shot' }, h('img', { src, alt: t('patrol.report.photo'), onload: () => URL.revokeObjectURL(src) }),
        h('button', { 'aria-label': t('patrol.report.photo_drop'), onclick: drop }, icon('i-close', 'i20')))
    }
    const input = (camera) => h('label', { class: 'add' }, icon(camera ? 'i-camera' : 'i-photo'), h('span', {}, t(camera ? 'patrol.report.take' : 'patrol.report.choose')),
      h('input', { type: 'file', accept: 'image/*', multiple: !camera, ...(camera ? { capture: 'environment' } : {}), onchange: (e) => this.add(e.target) }))
    this.strip.replaceChildren(...list.map(shot), ...(list.length < PHOTOS ? [input(true), input(false)] : []))
  }

  async add(input) {
    const files = [...input.files]
    input.value = ''
    const room = Math.max(0, PHOTOS - (await outbox.photosOf(this.entry.txn)).length)
    if (files.length > room) this.say('words', t('patrol.report.too_many', { n: PHOTOS }))
    for (const file of files.slice(0, room)) {
      const blob = await shrink(file)
      if (blob) await outbox.addPhoto(this.entry.txn, blob)
      else this.say('words', t('patrol.report.not_a_photo'))
    }
    this.keep()
    await this.drawPhotos()
  }

  async submit() {
    const { entry } = this
    const category = categories.find((c) => c.code === entry.category)
    if (!category) return this.say('category', t('patrol.report.need_category'))
    if (!entry.place) return this.say('place', t('patrol.report.need_place'))
    if (!entry.text.trim() && !(await outbox.photosOf(entry.txn)).length) return this.say('words', t('patrol.report.need_words'))
    const title = [category.name, entry.address].filter(Boolean).join('·').slice(0, 120)
    const { lon, lat } = entry.place
    const sent = outbox.enqueue(entry.txn, { title, category: category.code, text: entry.text.trim(), lon, lat, address: entry.address ?? '' })
    draft.clear()
    await go(`/patrol/reports/${entry.txn}`, { replace: true })
    return sent
  }
}

/** The address may bring a place along: ?at=lon,lat or ?premises=id. */
async function given() {
  const query = new URLSearchParams(location.search)
  const [lon, lat] = (query.get('at') ?? '').split(',').map(Number)
  if (query.get('at') && Number.isFinite(lon) && Number.isFinite(lat)) return { lon, lat, by: 'pin' }
  const id = query.get('premises')
  if (!id) return null
  const card = await get(`/patrol-areas/premises/${encodeURIComponent(id)}`).catch(() => null)
  return card?.lon == null ? null : { lon: card.lon, lat: card.lat, by: 'pin' }
}

export async function report(_, guard) {
  if (!may('incidents.report')) return { tab: 'report', body: h('div', { class: 'scroll pad' }, notice('i-lock', t('patrol.error.403'), t('patrol.report.not_allowed'))) }
  await loadCategories()
  const entry = draft.load()
  const old = Boolean(entry.at && (entry.text || entry.category || (await outbox.photosOf(entry.txn)).length))
  const form = new Form(entry)
  const brought = await given()
  form.drawCategories()
  form.drawPlace()
  await form.drawPhotos()
  const restart = async () => { await outbox.dropPhotos(entry.txn); draft.clear(); again() }
  const danger = h('a', { class: 'btn small danger', href: 'tel:119' }, icon('i-phone', 'i20'), t('patrol.report.danger'))
  let off = []
  return {
    body: [bar(t('patrol.report.title'), { close: true, sub: form.saved, actions: [danger] }),
      h('div', { class: 'scroll pad stack' },
        old ? h('article', { class: 'card lrow' }, h('span', { class: 'grow' }, t('patrol.report.go_on', { time: clock(entry.at) })),
          h('button', { class: 'btn quiet small', onclick: restart }, t('patrol.report.anew'))) : null,
        form.cats, form.error.category, form.place, form.error.place, form.text, form.strip, form.error.words,
        h('p', { class: 'meta by-post' }, icon('i-eye', 'i20'), t('patrol.report.faces'))),
      h('footer', { class: 'foot' }, h('button', { class: 'btn primary', 'data-submit': '', onclick: () => form.submit() }, icon('i-send'), t('patrol.report.submit')))],
    async shown() {
      form.ready = true
      off = [draft.onSaved((at) => { form.saved.textContent = t('patrol.report.saved', { time: clock(at) }) }), onMove(() => form.follow())]
      if (brought) { history.replaceState(history.state, '', '/patrol/report'); form.setPlace(brought) } else if (entry.place) form.setPlace(entry.place)
      const is = await allowed()
      if (guard.gone) return
      if (is === 'granted' || is === 'prompt') start()
      form.follow()
    },
    leave() { off.forEach((fn) => fn()); draft.saveNow() },
  }
}
