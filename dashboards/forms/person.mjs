/** Forms of a person's entry: enter, change, confirm, cancel, restore, settle, move (P1, P2). */

import * as api from '../pages/api.mjs'
import { h } from '../pages/dom.mjs'
import { t, today } from '../pages/i18n.mjs'
import * as f from './fields.mjs'
import { read, tidied } from './idnumber.mjs'
import { place } from './place.mjs'

const card = (id) => api.get(`/people/${id}`)
const post = (id, deed, body) => api.send('POST', `/people/${id}/${deed}`, body)
const opened = (id) => ({ register: 'people', id })
const foreign = (cls) => cls === 'overseas'
const PHONE = /^\+?[0-9][0-9 -]{4,22}$/

/** The kinds of documents that fit a class. */
const kinds = (options, cls) => options.id_kinds.filter((one) => one.code === 'none' || (cls === 'overseas') !== (one.code === 'resident'))

const identity = (options, { shown = null, values = {}, hidden = [] } = {}) => [
  f.select('id_kind', t('forms.id_kind'), options.id_kinds, { value: values.id_kind ?? 'resident', empty: null, shown: shown && ((c) => f.label(options.id_kinds, c.id_kind)) }),
  f.text('id_number', t('forms.id_number'), { max: 40, place: hidden.includes('id_number') ? t('forms.hidden') : '',
    value: hidden.includes('id_number') ? '' : values.id_number ?? '', shown: shown && ((c) => c.id_number ?? ''),
    check: (now, all) => {
      const told = all.id_kind === 'resident' ? read(now, today()) : null
      if (told?.problem) return t(told.problem, { n: told.n ?? '' })
      return all.id_kind === 'resident' && !told ? t('forms.id.length', { n: tidied(now).length }) : ''
    } }),
  f.choice('sex', t('forms.sex'), options.sexes, { value: values.sex, shown: shown && ((c) => f.label(options.sexes, c.sex)) }),
  f.day('birth_date', t('forms.birth_date'), { to: today(), value: hidden.includes('birth_date') ? '' : values.birth_date ?? '', shown: shown && ((c) => c.birth_date ?? '') }),
]
const phone = (values = {}, hidden = [], shown = null) => f.text('phone', t('forms.phone'), { max: 24, kind: 'tel', value: hidden.includes('phone') ? '' : values.phone ?? '',
  place: hidden.includes('phone') ? t('forms.hidden') : '', shown, check: (now) => (PHONE.test(now) ? '' : t('forms.phone.wrong')) })

/** An id number fills birth date and sex, and says so; a kind of document that does not fit goes. */
function follow(options) {
  return (values, fields, name) => {
    const one = (wanted) => fields.find((field) => field.name === wanted)
    if (name === 'class' || (name === null && values.class)) {
      const fit = kinds(options, values.class).map((kind) => kind.code)
      if (!fit.includes(values.id_kind)) one('id_kind').set(fit[0])
      for (const option of one('id_kind').el.querySelectorAll('option')) option.hidden = !fit.includes(option.value)
    }
    const kind = one('id_kind').get()
    one('id_number').el.hidden = kind === 'none'
    const told = kind === 'resident' && values.id_number ? read(values.id_number, today()) : null
    if (told?.born) {
      one('sex').set(told.sex)
      one('birth_date').set(told.born)
    }
    one('id_number').hint(told?.born ? t('forms.id.fills', { day: told.born, sex: f.label(options.sexes, told.sex) }) : '')
  }
}

/** A number that somebody has already: lead to that entry instead of a second one. */
const taken = (error, note) => {
  if (error.code !== 'id_taken') return false
  note(error.message, h('button', { type: 'button', class: 'lnk', 'data-do': JSON.stringify({ do: 'card', ...opened(error.told.person_id), fresh: true }) }, t('forms.open_entry')))
  return true
}

/** Everything an entry needs; used for a newcomer and for a newborn child. */
export const entryFields = (options, { at = null, cls = null, only = null } = {}) => [
  f.choice('class', t('forms.class'), options.classes.filter((one) => !only || only.includes(one.code)), { value: cls, needed: true }),
  f.text('name', t('forms.name'), { needed: true }),
  ...identity(options),
  phone(),
  place(t('forms.at'), { value: at, reasons: options.no_place_reasons }),
  f.text('address', t('forms.address'), { max: 160, hint: t('forms.address.hint') }),
]
export const entryBody = (v) => ({ class: v.class, name: v.name, sex: v.sex, birth_date: v.birth_date, id_kind: v.id_kind,
  id_number: v.id_kind === 'none' ? null : v.id_number, phone: v.phone ?? '', address: v.address ?? '', at: v.at })
export { follow as followIdentity, taken }

/** Who is head of others, in a household or a family, names the next head. */
export const heir = (heads, kind = 'household', name = 'new_head_id') => (heads?.length ? f.select(name, t(`forms.${kind}.heir`), heads.map((one) => ({ code: String(one.id), name_zh: one.name, name_en: one.name })), { needed: true, hint: t(`forms.${kind}.heir.hint`) }) : null)
const heirs = ({ heads, family_heads: others }) => [heir(heads), heir(others, 'family', 'new_family_head_id')]
export const heirOf = (v) => Object.fromEntries(['new_head_id', 'new_family_head_id'].filter((name) => v[name]).map((name) => [name, Number(v[name])]))

export const forms = {
  'person.enter': (options, { at }) => ({ title: t('forms.person.enter'), go: t('forms.person.enter.go'), draft: 'person.enter',
    fields: [...entryFields(options, { at }), f.once()], follow: follow(options), refused: taken,
    act: (v) => api.send('POST', '/people', { ...entryBody(v), txn: v.txn }), opens: (made) => opened(made.id) }),

  'person.change': (options, { id, version, values, hidden }) => {
    const shown = true
    const name = f.text('name', t('forms.name'), { value: values.name, needed: true, shown: (c) => c.name })
    const fields = [name, ...identity(options, { values, hidden, shown }), phone(values, hidden, (c) => c.phone ?? ''),
      f.text('address', t('forms.address'), { max: 160, value: hidden.includes('address') ? '' : values.address ?? '', place: hidden.includes('address') ? t('forms.hidden') : '', shown: (c) => c.address ?? '' })]
    for (const one of fields) one.stored = (c) => ((c.masked ?? []).includes(one.name) ? '' : c[one.name])
    return { title: t('forms.person.change'), go: t('forms.save'), draft: `person.change.${id}`, fields, refused: taken, version,
      base: { ...values, masked: hidden }, reload: () => card(id),
      follow: (now, all, moved) => { if (moved !== null) follow(options)({ ...now, class: values.class }, all, moved) },
      act(v, touched) {
        const changed = Object.fromEntries([...touched].map((one) => [one, v[one] ?? (one === 'phone' || one === 'address' ? '' : null)]))
        if (touched.has('id_number') && v.id_kind === 'resident') { delete changed.sex; delete changed.birth_date }
        return api.send('PATCH', `/people/${id}`, { version: this.version, ...changed })
      }, opens: () => opened(id) }
  },

  'person.cancel': (options, { id, version, ...leads }) => ({ title: t('forms.person.cancel'), go: t('forms.person.cancel.go'), draft: `person.cancel.${id}`, version,
    fields: [f.words(t('forms.person.cancel.told')), f.choice('reason', t('forms.reason'), options.reasons, { needed: true }), ...heirs(leads)],
    reload: () => card(id), base: {},
    act(v) { return post(id, 'cancel', { version: this.version, reason: v.reason, ...heirOf(v) }) }, opens: () => opened(id) }),

  'person.restore': (options, { id, version }) => ({ title: t('forms.person.restore'), go: t('forms.person.restore.go'), draft: `person.restore.${id}`, version,
    fields: [f.words(t('forms.person.restore.told'))], reload: () => card(id), base: {}, refused: taken,
    act() { return post(id, 'restore', { version: this.version }) }, opens: () => opened(id) }),

  'person.settle': (options, { id, version }) => ({ title: t('forms.person.settle'), go: t('forms.person.settle.go'), draft: `person.settle.${id}`, version,
    fields: [f.words(t('forms.person.settle.told')), f.text('id_number', t('forms.id_number'), { max: 40, hint: t('forms.person.settle.id'),
      check: (now) => { const told = read(now, today()); return told?.problem ? t(told.problem, { n: told.n ?? '' }) : told ? '' : t('forms.id.length', { n: tidied(now).length }) } })],
    reload: () => card(id), base: {}, refused: taken,
    act(v) { return post(id, 'settle', { version: this.version, id_number: v.id_number }) }, opens: (made) => opened(made.id) }),

  'person.move': (options, { id, version, here, ...leads }) => ({ title: t('forms.person.move'), go: t('forms.person.move.go'), draft: `person.move.${id}`, version,
    fields: [f.words(t('forms.person.move.told')), place(t('forms.at.new'), { reasons: options.no_place_reasons, here }), ...heirs(leads)],
    reload: () => card(id), base: {}, refused: taken,
    act(v) { return post(id, 'move', { version: this.version, at: v.at, ...heirOf(v) }) }, opens: (made) => opened(made.id) }),
}

/** Found right today 确认在住: one press, no form. */
export const confirm = (id, version) => api.send('PATCH', `/people/${id}`, { version, confirmed: true })
