/**
 * The fields of a form. A field is {name, el, get(), set(value), check(values) -> problem or ''};
 * get() gives null for "nothing said", and `shown(card)` the words of what is stored.
 */

import { newTxn } from '../pages/api.mjs'
import { picker } from '../pages/form.mjs'
import { h } from '../pages/dom.mjs'
import { named, t } from '../pages/i18n.mjs'

/** A label, its input, a hint that may follow what is typed, and the place for a problem. */
function framed(name, words, input, hint) {
  const told = h('small', {}, hint ?? '')
  if (input.matches('input, select, textarea')) input.classList.add('input')
  const el = h(input.matches('input, select, textarea') ? 'label' : 'div', { class: 'field', 'data-field': name },
    h('span', {}, words), input, told, h('em', { class: 'problem', role: 'alert' }))
  return { el, hint: (text) => { told.textContent = text } }
}

const missing = (needed, value) => (needed && value === null ? t('forms.needed') : '')

/** A line of words. check(value, values) -> problem. */
export function text(name, words, { value = '', needed = false, max = 60, hint = '', place = '', check = null, shown = null, kind = 'text' } = {}) {
  const input = h('input', { type: kind, name, maxlength: String(max), value, placeholder: place, autocomplete: 'off', spellcheck: 'false' })
  const frame = framed(name, words, input, hint)
  const get = () => input.value.trim() || null
  return { name, ...frame, words, get, shown, set: (now) => { input.value = now ?? '' }, text: () => input.value.trim(),
    check: (values) => missing(needed, get()) || (get() !== null && check ? check(get(), values) : '') }
}

/** A number; `whole` for counts. */
export function figure(name, words, { value = '', whole = false, shown = null } = {}) {
  const made = text(name, words, { value: value ?? '', max: 12, shown, check: (now) => {
    const n = Number(now)
    return Number.isFinite(n) && n >= 0 && (!whole || Number.isInteger(n)) ? '' : t(whole ? 'forms.whole' : 'forms.figure')
  } })
  made.el.querySelector('input').inputMode = whole ? 'numeric' : 'decimal'
  return { ...made, get: () => (made.get() === null ? null : Number(made.get())) }
}

/** A day; `to` is the last one allowed. */
export function day(name, words, { value = '', to = '', needed = false, shown = null } = {}) {
  const made = text(name, words, { value, needed, kind: 'date', shown, check: (now) => (to && now > to ? t('forms.future') : '') })
  if (to) made.el.querySelector('input').max = to
  return made
}

/** One of a few, all in sight: [{code, name_zh, name_en}]. */
export function choice(name, words, options, { value = null, needed = false, shown = null } = {}) {
  const row = h('div', { class: 'choice', role: 'radiogroup', 'aria-label': words }, options.map((one) => h('label', {},
    h('input', { type: 'radio', name, value: one.code, checked: one.code === value }), h('span', {}, named(one)))))
  const get = () => row.querySelector('input:checked')?.value ?? null
  const set = (now) => { for (const one of row.querySelectorAll('input')) one.checked = one.value === now }
  return { name, ...framed(name, words, row), words, get, set, shown, text: () => label(options, get()), check: () => missing(needed, get()) }
}

/** One of many, in a list. */
export function select(name, words, options, { value = '', needed = false, hint = '', shown = null, empty = t('forms.choose') } = {}) {
  const input = h('select', { name }, empty === null ? null : h('option', { value: '' }, empty),
    options.map((one) => h('option', { value: one.code }, named(one))))
  input.value = value ?? ''
  const get = () => input.value || null
  return { name, ...framed(name, words, input, hint), words, get, shown, set: (now) => { input.value = now ?? '' }, text: () => label(options, get()),
    check: () => missing(needed, get()) }
}

export const label = (options, code) => {
  const found = options.find((one) => one.code === code)
  return found ? named(found) : ''
}

/** One or several things that the server finds by words: get() gives the id, or a list of ids. */
export function found(name, words, { find, many = false, picked = [], needed = false, hint = '', place = words }) {
  const box = h('div', {})
  const fill = (list) => {
    picked = list
    box.replaceChildren(picker({ find, many, picked, words: place, none: t('forms.none_found') }))
  }
  fill(picked)
  const get = () => (picked.length === 0 ? null : many ? picked.map((one) => one.id) : picked[0].id)
  return { name, ...framed(name, words, box, hint), words, get, keep: () => picked, set: fill, text: () => picked.map((one) => one.title).join('、'),
    check: () => missing(needed, get()) }
}

/** Words on several lines. */
export function long(name, words, { needed = false, max = 1000, place = '' } = {}) {
  const input = h('textarea', { name, maxlength: String(max), rows: '4', placeholder: place })
  const get = () => input.value.trim() || null
  return { name, ...framed(name, words, input), words, get, set: (now) => { input.value = now ?? '' }, text: () => input.value.trim(),
    check: () => missing(needed, get()) }
}

/** Photos to be sent after the rest; a draft cannot keep them. */
export function photos(name, words, { most = 9 } = {}) {
  const input = h('input', { type: 'file', name, accept: 'image/jpeg,image/png,image/webp', multiple: true })
  const files = () => [...input.files]
  return { name, ...framed(name, words, input), words, get: () => null, keep: () => null, set() {}, files, text: () => String(files().length),
    check: () => (files().length > most ? t('forms.photos.most', { n: most }) : '') }
}

/** Several of a short list, ticked: [{id, title, sub}]; `text`: the ids are words. fill(list): another list. */
export function ticks(name, words, list, { needed = true, text = false } = {}) {
  const box = h('div', { class: 'ticks', role: 'group', 'aria-label': words })
  const fill = (now) => box.replaceChildren(...now.map((one) => h('label', {},
    h('input', { type: 'checkbox', value: String(one.id) }), h('b', {}, one.title), h('small', {}, one.sub))))
  fill(list)
  const as = text ? String : Number
  const get = () => {
    const ids = [...box.querySelectorAll('input:checked')].map((one) => as(one.value))
    return ids.length ? ids : null
  }
  const set = (ids) => { for (const one of box.querySelectorAll('input')) one.checked = (ids ?? []).includes(as(one.value)) }
  return { name, ...framed(name, words, box), words, get, set, fill, text: () => String(get()?.length ?? 0), check: () => missing(needed, get()) }
}

/** Words between fields. */
export const words = (content) => ({ name: null, el: h('p', { class: 'told' }, content), get: () => undefined, set() {}, check: () => '' })

/** The number under which a form is sent: kept with the draft, so that pressing again is no second entry. */
export function once() {
  let txn = newTxn()
  return { name: 'txn', el: h('span', { hidden: true }, h('em', { class: 'problem' })), get: () => txn, set: (kept) => { txn = kept }, check: () => '' }
}
