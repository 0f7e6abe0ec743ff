/** Dictionaries 字典: which there are, the entries of one, and a form to add or rename. */

import * as api from '../../pages/api.mjs'
import { h, icon, link, sheet } from '../../pages/dom.mjs'
import { field, form } from '../../pages/form.mjs'
import { say } from '../../pages/frame.mjs'
import { counted, lang, named, t } from '../../pages/i18n.mjs'

const other = (row) => (lang() === 'en' ? row.name_zh : row.name_en)

function names(list, chosen) {
  return h('nav', { class: 'card names', 'aria-label': t('admin.nav.dictionaries') }, list.map((one) => link(`/admin/dictionaries/${one.code}`,
    { class: one.code === chosen ? 'on' : '', 'aria-current': one.code === chosen ? 'page' : null },
    h('b', {}, named(one)), h('small', {}, counted('admin.dict.count', one.active)), one.open ? null : icon('i-lock'))))
}

function editor(dictionary, item, { close, changed }) {
  const zh = h('input', { maxlength: '60', value: item?.name_zh ?? '' })
  const en = h('input', { maxlength: '80', value: item?.name_en ?? '' })
  const code = h('input', { maxlength: '30', autocapitalize: 'none', spellcheck: false })
  const save = async () => {
    const body = { name_zh: zh.value.trim(), name_en: en.value.trim() }
    if (item) await api.send('PATCH', `/dictionaries/${dictionary.code}/items/${item.code}`, { ...body, version: item.version })
    else await api.send('POST', `/dictionaries/${dictionary.code}/items`, { ...body, code: code.value.trim() })
    await changed(t(item ? 'admin.dict.renamed' : 'admin.dict.added'))
  }
  return [h('header', { class: 'head' }, h('div', {}, h('h2', {}, item ? named(item) : t('admin.dict.add')), h('p', {}, item ? item.code : named(dictionary))),
    h('button', { type: 'button', class: 'ib', 'aria-label': t('pages.close'), onclick: close }, icon('i-close'))),
  form(save, [field('name_zh', t('admin.role.name_zh'), zh), field('name_en', t('admin.role.name_en'), en),
    item ? null : field('code', t('admin.role.code'), code, t('admin.role.code_hint'))], { go: t('admin.save'), cancel: close })]
}

/** The entries in their order; a row is moved by its arrows, one step at a time. */
function table(dictionary, chosen, { edit, act }) {
  const codes = dictionary.items.map((one) => one.code)
  const move = (at, step) => act(() => {
    const order = [...codes]
    order.splice(at + step, 0, ...order.splice(at, 1))
    return api.send('PUT', `/dictionaries/${dictionary.code}/order`, { codes: order })
  }, t('admin.dict.moved'), codes[at])
  const flip = (one) => act(() => api.send('PATCH', `/dictionaries/${dictionary.code}/items/${one.code}`, { version: one.version, active: !one.active }),
    t(one.active ? 'admin.dict.switched_off' : 'admin.dict.switched_on', { name: named(one) }))
  const arrow = (at, step) => h('button', { type: 'button', class: 'ib', disabled: at + step < 0 || at + step >= codes.length, 'data-move': step < 0 ? 'up' : 'down',
    'aria-label': t(step < 0 ? 'admin.dict.up' : 'admin.dict.down', { name: named(dictionary.items[at]) }), onclick: () => move(at, step) }, icon(step < 0 ? 'i-up' : 'i-down'))
  const row = (one, at) => h('tr', { class: `${one.code === chosen ? 'on' : ''} ${one.active ? '' : 'off'}`, 'data-code': one.code },
    h('td', { class: 'moves' }, arrow(at, -1), arrow(at, 1)),
    h('td', {}, h('button', { type: 'button', class: 'lnk', onclick: () => edit(one.code) }, named(one)), h('small', {}, other(one))),
    h('td', { class: 'code' }, one.code),
    h('td', { class: 'state' }, one.fixed
      ? h('span', { class: 'tag', title: t('admin.dict.fixed_hint') }, icon('i-lock'), t('admin.dict.fixed'))
      : h('button', { type: 'button', class: 'switch', role: 'switch', 'aria-checked': String(one.active), 'aria-label': t('admin.dict.offered', { name: named(one) }), onclick: () => flip(one) },
        h('i', {}), h('span', {}, t(one.active ? 'admin.dict.on' : 'admin.dict.off')))))
  return h('table', { class: 'table items' }, h('thead', {}, h('tr', {}, h('th', {}, t('admin.dict.order')), h('th', {}, t('admin.dict.name')),
    h('th', { class: 'code' }, t('admin.role.code')), h('th', {}, t('admin.dict.state')))), h('tbody', {}, dictionary.items.map(row)))
}

export async function view(box, [which, item], go) {
  sheet('/static/admin/dictionaries.css')
  const list = await api.get('/dictionaries')
  const code = list.some((one) => one.code === which) ? which : list[0].code
  const side = h('section', { class: 'card side' })
  const middle = h('section', { class: 'card list' })
  const nav = h('div', { class: 'at' })
  const close = () => go(code)
  async function draw() {
    const [dictionaries, dictionary] = await Promise.all([api.get('/dictionaries'), api.get(`/dictionaries/${code}`)])
    const chosen = dictionary.items.find((one) => one.code === item)
    const adding = item === 'new' && !chosen && dictionary.open
    const act = async (does, words, keep) => {
      try { await does(); await draw(); say(words) } catch (error) { if (!(error instanceof api.ApiError)) throw error; say(error.message); await draw() }
      if (keep) middle.querySelector(`[data-code="${CSS.escape(keep)}"] .ib:not([disabled])`)?.focus()
    }
    nav.replaceChildren(names(dictionaries, code))
    middle.replaceChildren(h('div', { class: 'bar' }, h('div', { class: 'title' }, h('h2', {}, named(dictionary)), h('span', { class: 'q' }, t(dictionary.open ? 'admin.dict.hint' : 'admin.dict.closed'))), h('span', { class: 'sp' }),
      dictionary.open ? h('button', { type: 'button', class: 'btn p', onclick: () => go(code, 'new') }, icon('i-plus'), t('admin.dict.add')) : null),
    h('div', { class: 'scroller' }, table(dictionary, item, { edit: (one) => go(code, one), act })))
    side.replaceChildren(...(chosen || adding ? editor(dictionary, chosen, { close, changed: async (words) => { await close(); say(words) } }).filter(Boolean) : []))
    side.hidden = !(chosen || adding)
    box.classList.toggle('opened', Boolean(chosen || adding))
  }
  await draw()
  box.replaceChildren(nav, middle, side)
  box.querySelector('.side input')?.focus()
}
