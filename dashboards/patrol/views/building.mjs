/** A building: its house-state chart 房态图 and who lives in the chosen house, masked. */

import { get } from '../../pages/api.mjs'
import { h, icon } from '../../pages/dom.mjs'
import { ago, lang, named, t } from '../i18n.mjs'
import { mount } from '../mapview.mjs'
import { resume } from '../position.mjs'
import { back } from '../router.mjs'
import { notice } from './parts.mjs'

const FRESH = { fresh: 'green', aging: 'yellow', old: 'red' }
const SIGN = { fresh: 'fr-fresh', aging: 'fr-aging', old: 'fr-old' }
const CLOSE = 17.8

/** Data age: shape and colour; the words stand beside it. */
const age = (freshness) => h('span', { class: `fr ${SIGN[freshness]}`, role: 'img', 'aria-label': t(`patrol.fresh.${freshness}`) })

function countLine(b) {
  const parts = [t('patrol.building.floors', { n: b.floors })]
  if (b.households != null) parts.push(t('map.households', { n: b.households }))
  parts.push(t('map.people', { n: b.people }))
  return parts.join('·')
}

function cellWords(house) {
  const words = t(`patrol.house.${house.state}`)
  return house.people ? t('patrol.house.with', { state: words, n: house.people }) : words
}

function cell(house, chosen, pick) {
  return h('button', {
    class: `room ${house.state}`, 'aria-pressed': String(chosen === house), 'data-house': house.id, onclick: () => pick(house),
  }, h('span', {}, h('b', {}, house.room), h('small', {}, cellWords(house))), house.freshness ? age(house.freshness) : null)
}

/** Unit by unit, floors from the top, as many rooms side by side as fit. */
function chart(b, chosen, pick) {
  const units = [...new Set(b.houses.map((x) => x.unit))]
  return units.map((unit) => {
    const own = b.houses.filter((x) => x.unit === unit)
    const floors = [...new Set(own.map((x) => x.floor))].sort((x, y) => y - x)
    return h('section', {}, units.length > 1 ? h('h3', { class: 'meta unit' }, t('patrol.building.unit', { n: unit })) : null,
      floors.map((floor) => h('div', { class: 'rooms' }, h('span', {}, t('patrol.building.floor', { n: floor })),
        h('div', { class: 'cells' }, own.filter((x) => x.floor === floor).map((x) => cell(x, chosen, pick))))))
  })
}

function member(p) {
  const relation = (lang() === 'en' ? p.relation_en : p.relation) ?? ''
  const who = p.head ? t('patrol.person.head') : relation || t(`patrol.class.${p.person_class}`)
  const age_ = p.age_band === null ? '' : p.age_band === '80+' ? t('patrol.age.80') : t('patrol.age.band', { band: p.age_band.replace('-', '–') })
  return h('li', { class: 'mem' }, h('b', {}, p.name), h('span', {}, who),
    h('span', {}, [t(`patrol.sex.${p.sex}`), age_].filter(Boolean).join('·')),
    p.care.length ? h('span', { class: 'care' }, p.care.map((label) => h('span', { class: 'tag teal' }, named(label)))) : null)
}

function family(room, f) {
  const confirmed = f.confirmed_days === null ? t('patrol.fresh.never') : t('patrol.fresh.confirmed', { ago: ago(f.confirmed_days) })
  const title = t(f.household ? 'patrol.family.household' : 'patrol.family.others', { room })
  return h('article', { class: 'card hh' },
    h('div', { class: 'row sp wrap' }, h('h3', {}, title), h('span', { class: `age ${FRESH[f.freshness]}` }, age(f.freshness), confirmed)),
    h('ul', {}, f.members.map((m) => member(m))))
}

function detail(b, chosen) {
  const rest = b.elsewhere.map((f) => family(t('patrol.building.no_house'), f))
  if (!chosen) return rest
  if (!chosen.families.length) return notice('i-house', t('patrol.building.nobody', { room: chosen.room }), t(`patrol.house.${chosen.state}`))
  return chosen.families.map((f) => family(chosen.room, f))
}

export async function building({ id }, guard) {
  const b = await get(`/patrol-areas/buildings/${encodeURIComponent(id)}/residents`)
  resume()
  const first = b.houses.find((x) => x.families.length) ?? b.houses[0] ?? null
  const slot = h('div', { class: 'map-slot' })
  const body = h('div', { class: 'sheet-body' })
  const draw = (chosen) => {
    const pick = (house) => { draw(house); body.querySelector('.people')?.scrollIntoView({ block: 'nearest' }) }
    body.replaceChildren(...[chart(b, chosen, pick), h('div', { class: 'people stack' }, detail(b, chosen)),
      h('p', { class: 'meta by-post' }, icon('i-eye', 'i20'), t('patrol.by_post'))].flat(3))
  }
  draw(first)
  const tag = b.to_check ? h('span', { class: 'tag yellow' }, t('patrol.building.to_check', { n: b.to_check })) : null
  return {
    body: h('div', { class: 'building' }, slot,
      h('button', { class: 'float back', 'aria-label': t('patrol.back'), onclick: () => back('/patrol/map') }, icon('i-left')),
      h('section', { class: 'sheet scroll fixed' },
        h('div', { class: 'row sp sheet-head' }, h('div', { class: 'grow' }, h('h1', {}, b.name),
          h('p', { class: 'meta' }, [b.chain.at(-1)?.name, countLine(b)].filter(Boolean).join('·'))), tag), body)),
    shown() {
      if (guard.gone) return
      const map = mount(slot, {})
      map.highlight({ layer: 'building', id: b.id })
      map.flyTo({ lon: b.lon, lat: b.lat, zoom: CLOSE })
    },
  }
}
