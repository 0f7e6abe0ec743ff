/**
 * One open form 登记表: a drawer beside the map. Fields are checked as one types; what was typed
 * outlives a lost connection and a reload of the tab; when somebody else saved first, both versions
 * stand side by side and nothing is overwritten unseen.
 */

import { ApiError, on } from '../pages/api.mjs'
import { h, icon } from '../pages/dom.mjs'
import { fail, form } from '../pages/form.mjs'
import { t } from '../pages/i18n.mjs'

const CHECK_MS = 250
let open = null

/** The form that is open, if any. */
export const current = () => open

/** Who works in this tab: nobody else is offered the drafts. */
const whose = () => window.deskState.me.user
const key = (draft) => `gridgov.draft.${whose()}.${draft}`
const read = (draft) => JSON.parse(sessionStorage.getItem(key(draft)) ?? 'null')

/** Forget the drafts of this tab: all of them when somebody signs out, those of others otherwise. */
export function forget(but = null) {
  const mine = but === null ? null : `gridgov.draft.${but}.`
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith('gridgov.draft.') && !(mine && name.startsWith(mine))) sessionStorage.removeItem(name)
  }
}

on('reach', (ok) => { if (ok) open?.box.querySelector('.note.offline')?.remove() })

export function close() {
  for (const one of open?.fields ?? []) one.gone?.()
  open?.box.remove()
  open = null
}

/**
 * Open a form. spec: title, go (words of the button), fields, draft (its name), act(values, touched)
 * which sends it; when it changes something that is stored: version, reload() -> the card now, and
 * base (the card as it was when the form was opened).
 */
export function show(spec) {
  close()
  const fields = spec.fields.filter(Boolean)
  const named = fields.filter((one) => one.name)
  const touched = new Set()
  const notes = h('div', { class: 'notes' })
  const body = form(() => send(), [notes, ...fields.map((one) => one.el)], { go: spec.go, cancel: close })
  const box = h('aside', { class: 'drawer', role: 'dialog', 'aria-label': spec.title, id: 'drawer' },
    h('header', {}, h('h2', {}, spec.title), h('button', { type: 'button', class: 'ib', 'aria-label': t('forms.close'), onclick: close }, icon('i-close'))), body)
  open = { box, spec, fields: named, clicked: named.find((one) => one.clicked)?.clicked ?? null, dragged: named.find((one) => one.dragged)?.dragged ?? null }

  const values = () => Object.fromEntries(named.map((one) => [one.name, one.get()]))
  const place = (one) => one.el.querySelector('.problem')
  function judge(one) {
    const problem = one.check(values())
    place(one).textContent = problem
    one.el.querySelector('input, select')?.toggleAttribute('aria-invalid', Boolean(problem))
    return problem
  }

  // ---- as one types --------------------------------------------------------------------------
  let waiting = null
  function moved(event) {
    const one = named.find((other) => other.el.contains(event.target))
    if (!one) return
    touched.add(one.name)
    spec.follow?.(values(), named, one.name)
    sessionStorage.setItem(key(spec.draft), JSON.stringify(Object.fromEntries(named.map((f) => [f.name, f.keep ? f.keep() : f.get()]))))
    clearTimeout(waiting)
    waiting = setTimeout(() => { for (const name of touched) judge(named.find((f) => f.name === name)) }, CHECK_MS)
  }
  body.addEventListener('input', moved)
  body.addEventListener('change', moved)
  box.addEventListener('keydown', (event) => {
    event.stopPropagation() // the page's own keys stay out of a form
    if (event.key === 'Escape') close()
    if (event.key === 'Enter' && event.ctrlKey) body.requestSubmit()
  })

  // ---- draft ---------------------------------------------------------------------------------
  function restore() {
    const kept = read(spec.draft)
    if (!kept) return
    for (const one of named) if (one.name in kept) { one.set(kept[one.name]); touched.add(one.name) }
    spec.follow?.(values(), named, null)
    note('draft', t('forms.draft'), h('button', { type: 'button', class: 'lnk', onclick: async () => { drop(); show(await spec.again()) } }, t('forms.draft.drop')))
  }
  const drop = () => sessionStorage.removeItem(key(spec.draft))

  function note(kind, ...inside) {
    notes.querySelector(`.${kind}`)?.remove()
    const made = h('div', { class: `note ${kind}`, role: 'status' }, inside)
    notes.append(made)
    made.scrollIntoView?.({ block: 'nearest' })
  }

  // ---- saving --------------------------------------------------------------------------------
  async function send() {
    const wrong = named.filter((one) => judge(one))
    if (wrong.length) {
      wrong[0].el.scrollIntoView({ block: 'center' })
      wrong[0].el.querySelector('input, select')?.focus()
      return
    }
    try {
      const answer = await spec.act(values(), touched)
      drop()
      close()
      spec.done(answer)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      if (error.offline) { note('offline', icon('i-nosignal'), t('forms.offline')); return }
      if (error.code === 'stale' && spec.reload) { await compare(); return }
      if (spec.refused?.(error, (...inside) => note('refused', ...inside))) return
      const parts = (error.field ?? '').split('.')
      throw Object.assign(error, { field: parts.includes('at') ? 'at' : parts.at(-1) })
    }
  }
  /** Somebody saved first: what differs, theirs and mine; saving again is then a choice. */
  async function compare() {
    const now = await spec.reload()
    spec.version = now.version
    const rows = named.filter((one) => one.shown && (one.shown(now) !== one.shown(spec.base) || touched.has(one.name)))
    const theirs = () => {
      for (const one of rows) if (one.stored) { one.set(one.stored(now)); touched.delete(one.name) }
      spec.base = now
      notes.querySelector('.stale').remove()
    }
    const table = h('table', {}, h('thead', {}, h('tr', {}, ['', 'forms.stale.now', 'forms.stale.mine'].map((k) => h('th', {}, k && t(k))))),
      h('tbody', {}, rows.map((one) => h('tr', { 'data-row': one.name }, h('th', {}, one.words), h('td', {}, one.shown(now) || '—'),
        h('td', {}, touched.has(one.name) ? one.text() || '—' : t('forms.stale.untouched'))))))
    note('stale', h('p', {}, t('forms.stale')), rows.length ? table : null,
      h('div', { class: 'do' }, h('button', { type: 'button', class: 'btn', onclick: theirs }, t('forms.stale.take')),
        h('button', { type: 'button', class: 'btn', onclick: () => { notes.querySelector('.stale').remove(); body.requestSubmit() } }, t('forms.stale.keep'))))
    fail(body)
  }

  document.body.append(box)
  for (const one of named) one.begun?.()
  restore()
  box.querySelector('input:not([type="radio"]), select, button.btn')?.focus()
}
