/** Rows to be claimed 待认领: chosen singly or many at once, with the one that is open beside them. */

import * as api from '../../pages/api.mjs'
import { h, icon, link } from '../../pages/dom.mjs'
import { say } from '../../pages/frame.mjs'
import { t } from '../../pages/i18n.mjs'
import { row as opened } from './row.mjs'

const SIZE = 50
// What is asked for stays while one looks at rows.
const asked = { people: { state: 'waiting', confidence: '', name: '', page: 1 }, premises: { state: 'waiting', confidence: '', name: '', page: 1 } }
const STATES = ['waiting', 'claimed', 'same']
const SURE = ['building', 'known', 'name', 'village', 'none', 'hand']

function body(of) {
  const filters = Object.fromEntries(['state', 'confidence', 'name'].filter((key) => of[key].trim()).map((key) => [key, of[key].trim()]))
  return { page: of.page, size: SIZE, ...(Object.keys(filters).length ? { filters } : {}) }
}

function line(register, one, chosen, picked, changed) {
  const box = h('input', { type: 'checkbox', 'aria-label': one.name ?? t('claims.nameless'), disabled: one.state !== 'waiting', checked: picked.has(one.id) })
  box.addEventListener('change', () => { box.checked ? picked.set(one.id, one.version) : picked.delete(one.id); changed() })
  const more = register === 'people' ? one.id_number : one.licence
  return h('tr', { class: one.id === chosen ? 'on' : '', 'data-row': String(one.id) }, h('td', {}, box),
    h('td', {}, link(`/claims/${register}/${one.id}`, { class: 'lnk' }, one.name ?? t('claims.nameless')), h('small', {}, more ?? '—')),
    h('td', {}, one.address || '—', one.village ? h('small', {}, one.village) : null),
    h('td', {}, one.grid, h('small', {}, t(`claims.sure.${one.confidence}`))),
    h('td', {}, h('span', { class: `tag ${one.state === 'waiting' ? 'acc' : ''}` }, t(`claims.state.${one.state}`)), one.reason ? h('small', {}, t('claims.sent_on')) : null))
}

function filters(of, changed) {
  let timer = null
  const words = h('input', { class: 'input', type: 'search', maxlength: '60', value: of.name, placeholder: t('claims.find'), 'aria-label': t('claims.find'),
    oninput: (e) => { of.name = e.target.value; clearTimeout(timer); timer = setTimeout(changed, 250) } })
  const choice = (key, any, codes, group) => h('select', { class: 'input', 'aria-label': any, onchange: (e) => { of[key] = e.target.value; changed() } },
    ['', ...codes].map((code) => h('option', { value: code, selected: code === of[key] }, code ? t(`claims.${group}.${code}`) : any)))
  return [words, choice('state', t('claims.any_state'), STATES, 'state'), choice('confidence', t('claims.any_sure'), SURE, 'sure')]
}

export async function view(box, register, [which], go) {
  const of = asked[register]
  const chosen = Number(which) || null
  const picked = new Map()
  const rows = h('tbody')
  const foot = h('div', { class: 'foot' })
  const all = h('input', { type: 'checkbox', 'aria-label': t('claims.all') })
  const many = h('button', { type: 'button', class: 'btn p', disabled: true }, icon('i-check'), h('span', {}, t('claims.claim_many', { n: 0 })))
  let turn = 0
  let items = []

  const marked = () => {
    many.disabled = picked.size === 0
    many.lastChild.textContent = t('claims.claim_many', { n: picked.size })
  }
  async function draw() {
    const mine = ++turn
    const found = await api.send('POST', `/held-${register}/search`, body(of))
    if (mine !== turn) return
    items = found.items
    picked.clear()
    all.checked = false
    marked()
    rows.replaceChildren(...(items.length ? items.map((one) => line(register, one, chosen, picked, marked))
      : [h('tr', {}, h('td', { colspan: '5', class: 'q' }, t(of.state === 'waiting' && !of.name && !of.confidence ? 'claims.nothing' : 'claims.none')))]))
    const pages = Math.max(1, Math.ceil(found.total / SIZE))
    const step = (by) => h('button', { type: 'button', class: 'btn', 'aria-label': t(by < 0 ? 'claims.back' : 'claims.on'), disabled: of.page + by < 1 || of.page + by > pages,
      onclick: () => { of.page += by; draw() } }, icon(by < 0 ? 'i-left' : 'i-right'))
    foot.replaceChildren(h('span', { id: 'total', 'data-total': String(found.total) }, t('claims.count', { n: found.total.toLocaleString() })),
      ...(pages > 1 ? [step(-1), h('span', {}, `${of.page} / ${pages}`), step(1)] : []))
  }
  all.addEventListener('change', () => {
    for (const one of items) if (one.state === 'waiting') all.checked ? picked.set(one.id, one.version) : picked.delete(one.id)
    for (const one of rows.querySelectorAll('input:not([disabled])')) one.checked = all.checked
    marked()
  })
  many.addEventListener('click', async () => {
    many.disabled = true
    try {
      const done = await api.send('POST', `/claims/${register}/claim`, { rows: [...picked].map(([id, version]) => ({ id, version })) })
      say(Object.entries(done.counts).map(([outcome, n]) => t(`claims.outcome.${outcome}`, { n })).join('　'))
    } catch (error) { say(error.message) }
    await draw()
  })
  const again = () => { of.page = 1; return draw() }
  box.replaceChildren(h('section', { class: 'card list', 'aria-label': t(`claims.nav.${register}`) },
    h('div', { class: 'bar' }, ...filters(of, again), h('span', { class: 'sp' }), many),
    h('div', { class: 'scroller' }, h('table', { class: 'table' }, h('thead', {}, h('tr', {}, h('th', {}, all),
      ['name', 'address', 'grid', 'state'].map((k) => h('th', { scope: 'col' }, t(`claims.col.${k}`))))), rows)), foot))
  box.classList.toggle('opened', chosen !== null)
  if (chosen !== null) {
    const side = h('section', { class: 'card side', id: 'row' })
    box.append(side)
    await opened(side, register, chosen, { close: () => go(), changed: draw })
  }
  await draw()
}
