/** Fields, problems beside them, buttons that wait, and a picker that asks the server as one types. */

import { ApiError } from './api.mjs'
import { h, icon } from './dom.mjs'
import { t } from './i18n.mjs'

const WAIT_MS = 250
const SURE_MS = 6000

/** A label with its input and a place for what is wrong with it. */
export function field(name, words, input, hint = null) {
  if (input.matches('input, select, textarea')) input.classList.add('input')
  return h('label', { class: 'field', 'data-field': name }, h('span', {}, words), input,
    hint ? h('small', {}, hint) : null, h('em', { class: 'problem', role: 'alert' }))
}

/** Say what is wrong beside the field that is at fault; at the foot of the form when it is none. */
export function fail(form, text = '', name = '') {
  for (const place of form.querySelectorAll('.problem')) place.textContent = ''
  for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid')
  if (!text) return
  const last = (name ?? '').split('.').pop()
  const box = form.querySelector(`[data-field="${CSS.escape(last)}"]`)
  const input = box?.querySelector('input:not([hidden]), select')
  input?.setAttribute('aria-invalid', 'true')
  ;(box ?? form).querySelector(box ? '.problem' : '.do .problem, .problem.all').textContent = text
  input?.focus()
}

/** A form; `act()` does it. An error of the server is told in the form, which keeps what was typed. */
export function form(act, fields, { go, cancel = null, danger = null }) {
  const send = h('button', { type: 'submit', class: 'btn p' }, go)
  const made = h('form', { class: 'form', novalidate: true }, fields,
    h('em', { class: 'problem all', role: 'alert' }),
    h('div', { class: 'do' }, send, cancel ? h('button', { type: 'button', class: 'btn', onclick: cancel }, t('pages.cancel')) : null,
      danger ? [h('span', { class: 'sp' }), danger] : null))
  made.addEventListener('submit', async (event) => {
    event.preventDefault()
    if (send.disabled) return
    fail(made)
    send.disabled = true
    try { await act(made) } catch (error) {
      if (!(error instanceof ApiError)) throw error
      fail(made, error.message, error.field)
    } finally { send.disabled = false }
  })
  return made
}

/** A button that asks once more before it acts. */
export function sure(words, again, act, props = {}) {
  let timer = null
  const made = h('button', { type: 'button', ...props, class: props.class ?? 'btn', onclick: async () => {
    if (timer === null) {
      made.textContent = again
      made.classList.add('sure')
      timer = setTimeout(back, SURE_MS)
      return
    }
    back()
    made.disabled = true
    try { await act() } finally { made.disabled = false }
  } }, words)
  function back() { clearTimeout(timer); timer = null; made.textContent = words; made.classList.remove('sure') }
  return made
}

/**
 * Choose one or several things that the server finds by words.
 * find(words) -> [{id, title, sub}]; `picked` is the list chosen so far, and changes.
 */
export function picker({ find, many = false, picked = [], words, none }) {
  const input = h('input', { class: 'input', type: 'search', maxlength: '60', placeholder: words, autocomplete: 'off', 'aria-label': words })
  const list = h('ul', { class: 'found', hidden: true })
  const chips = h('div', { class: 'chips' })
  let turn = 0
  let timer = null
  const draw = () => {
    chips.replaceChildren(...picked.map((one) => h('span', { class: 'pick' }, one.title,
      h('button', { type: 'button', 'aria-label': `${t('pages.remove')} ${one.title}`, onclick: () => {
        picked.splice(picked.indexOf(one), 1)
        draw()
        told()
      } }, icon('i-close')))))
    input.hidden = !many && picked.length > 0
  }
  const take = (one) => {
    if (!many) picked.length = 0
    if (!picked.some((p) => p.id === one.id)) picked.push(one)
    input.value = ''
    list.hidden = true
    draw()
    told()
  }
  const told = () => list.parentNode.dispatchEvent(new Event('change', { bubbles: true }))
  const ask = async () => {
    const mine = ++turn
    const asked = input.value.trim()
    if (!asked) { list.hidden = true; return }
    const rows = await find(asked)
    if (mine !== turn) return
    list.replaceChildren(...(rows.length ? rows.map((one) => h('li', {}, h('button', { type: 'button', onclick: () => take(one) },
      h('b', {}, one.title), h('small', {}, one.sub)))) : [h('li', { class: 'none' }, none)]))
    list.hidden = false
  }
  input.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, WAIT_MS) })
  input.addEventListener('keydown', (e) => {
    if (e.key === 'Enter') { e.preventDefault(); list.querySelector('button')?.click() }
    if (e.key === 'Escape') list.hidden = true
  })
  draw()
  return h('div', { class: 'picker' }, chips, input, list)
}
