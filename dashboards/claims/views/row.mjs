/** One held row: claim it; fill in only what it lacks; or settle it side by side with whom it doubles. */

import * as api from '../../pages/api.mjs'
import * as f from '../../forms/fields.mjs'
import { place } from '../../forms/place.mjs'
import { h, icon } from '../../pages/dom.mjs'
import { form, sure } from '../../pages/form.mjs'
import { failure, say } from '../../pages/frame.mjs'
import { day, t } from '../../pages/i18n.mjs'

const SHOWN = { people: ['name', 'class', 'sex', 'birth_date', 'id_kind', 'id_number', 'phone', 'address'], premises: ['name', 'licence', 'kind', 'in_charge', 'phone', 'address', 'floor_area_m2', 'employees'] }
const CLOSED = ['class', 'sex', 'id_kind', 'kind']
let options = null

const lists = async () => (options ??= await api.get('/claims/form'))
/** A value in the reader's words. */
function told(field, value) {
  if (value === null || value === undefined || value === '') return '—'
  const named = CLOSED.includes(field) ? f.label(options[field] ?? [], value) : ''
  return named || String(value)
}

/** Draw the row into `side`; `changed()` after every act. */
export async function row(side, register, id, { close, changed }) {
  await lists()
  const again = () => row(side, register, id, { close, changed })
  let card
  try { card = await api.get(`/claims/${register}/${id}`) } catch (error) { side.replaceChildren(failure(error, again)); return }
  const body = h('div', { class: 'body' })
  const path = (deed) => `/claims/${register}/${id}${deed}`

  async function act(work) {
    try { await work() } catch (error) {
      if (!(error instanceof api.ApiError)) throw error
      say(error.message)
      if (['claimed', 'stale', 'compare_again'].includes(error.code)) { changed(); await again() }
    }
  }
  const claim = (settle = null) => act(async () => {
    const answer = await api.send('POST', path('/claim'), { version: card.version, ...(settle ? { settle } : {}) })
    if (answer.outcome === 'duplicate') { compare(answer); return }
    if (answer.outcome === 'incomplete') { card.missing = answer.missing; complete(); return }
    say(t(`claims.outcome.${answer.outcome}`, { n: 1 + (answer.with?.length ?? 0) }))
    changed()
    await again()
  })

  // ---- what it lacks ------------------------------------------------------------------------
  function asked(name) {
    if (name === 'at') return place(t('claims.field.at'), { reasons: options.no_place_reasons[register], onMap: false })
    if (CLOSED.includes(name)) return f.select(name, t(`claims.field.${name}`), options[name], { needed: true })
    if (name === 'birth_date') return f.day(name, t('claims.field.birth_date'))
    return f.text(name, t(`claims.field.${name}`), { needed: true, max: 80 })
  }
  function complete() {
    const fields = card.missing.map(asked)
    const made = form(async () => {
      const wrong = fields.filter((one) => (one.el.querySelector('.problem').textContent = one.check({})))
      if (wrong.length) return
      card = await api.send('PATCH', path(''), { version: card.version, ...Object.fromEntries(fields.map((one) => [one.name, one.get()])) })
      await claim()
    }, [h('p', { class: 'hint' }, t('claims.incomplete')), ...fields.map((one) => one.el)], { go: t('claims.complete') })
    body.replaceChildren(made)
  }

  // ---- side by side ------------------------------------------------------------------------
  function compare(double) {
    const takes = new Set()
    const takeable = options.take[register]
    const rows = double.fields.map((one) => {
      const differs = !one.same && one.row !== null && one.row !== ''
      const box = differs && takeable.includes(one.field)
        ? h('label', { class: 'take' }, h('input', { type: 'checkbox', onchange: (e) => (e.target.checked ? takes.add(one.field) : takes.delete(one.field)) }), t('claims.take')) : null
      return h('tr', { class: one.same ? 'same' : 'differs', 'data-field': one.field }, h('th', { scope: 'row' }, t(`claims.field.${one.field}`)),
        h('td', {}, told(one.field, one.row), box), h('td', {}, told(one.field, one.entry)))
    })
    const verdict = (which) => claim({ entry_id: double.entry_id, verdict: which, ...(which === 'same' ? { take: [...takes] } : {}) })
    body.replaceChildren(h('p', { class: 'hint' }, t('claims.duplicate')),
      h('table', { class: 'compare' }, h('thead', {}, h('tr', {}, ['', 'claims.row', 'claims.entry'].map((k) => h('th', { scope: 'col' }, k && t(k))))), h('tbody', {}, rows)),
      h('div', { class: 'do' }, h('button', { type: 'button', class: 'btn p', onclick: () => verdict('same') }, t('claims.same')),
        h('button', { type: 'button', class: 'btn', onclick: () => verdict('not_same') }, t('claims.not_same'))))
  }

  // ---- back to the county -------------------------------------------------------------------
  const reason = h('select', { class: 'input', 'aria-label': t('claims.reason') }, options.reasons.map((one) => h('option', { value: one.code }, f.label(options.reasons, one.code))))
  const back = h('div', { class: 'back' }, reason, sure(t('claims.send_back'), t('claims.send_back.sure'), () => act(async () => {
    await api.send('POST', path('/send'), { version: card.version, reason: reason.value })
    say(t('claims.sent'))
    changed()
    close()
  })))

  const facts = h('dl', { class: 'facts' }, SHOWN[register].flatMap((name) => [h('dt', {}, t(`claims.field.${name}`)), h('dd', {}, told(name, card[name]))]))
  side.replaceChildren(h('div', { class: 'head' }, h('div', {}, h('h2', {}, card.name ?? t('claims.nameless')),
    h('p', {}, t('claims.from', { n: card.row_no }), ' · ', t(`claims.sure.${card.confidence}`))),
    h('button', { type: 'button', class: 'ib', 'aria-label': t('pages.close'), onclick: close }, icon('i-close'))), facts, body)
  if (card.state !== 'waiting') {
    body.replaceChildren(h('p', { class: 'hint' }, t(`claims.done.${card.state}`), ' ', card.claimed_at ? day(card.claimed_at.slice(0, 10)) : ''),
      card.entry_id ? h('a', { class: 'btn', href: `/desk/?id=${register}-${card.entry_id}` }, t('claims.open_entry')) : '')
  } else {
    side.append(back)
    if (card.missing.length) complete()
    else body.replaceChildren(h('div', { class: 'do' }, h('button', { type: 'button', class: 'btn p', onclick: () => claim() }, icon('i-check'), t('claims.claim'))))
  }
}
