/** Forms of premises 场所 (O1-O4): enter, change, cancel, restore, move, attention, inspection. */

import * as api from '../pages/api.mjs'
import { h } from '../pages/dom.mjs'
import { named, t } from '../pages/i18n.mjs'
import * as f from './fields.mjs'
import { place } from './place.mjs'

const card = (id) => api.get(`/premises/${id}`)
const opened = (id) => ({ register: 'premises', id })
const PHONE = /^\+?[0-9][0-9 -]{4,22}$/
let lists = null
const options = async () => (lists ??= await api.get('/premises/form'))

function fields(of, values = {}) {
  const stored = (name) => (c) => (c[name] === null || c[name] === undefined ? '' : String(c[name]))
  const also = f.ticks('also', t('forms.also'), of.kinds.map((one) => ({ id: one.code, title: named(one), sub: '' })), { needed: false, text: true })
  also.set(values.also)
  return [
    f.text('name', t('forms.premises.name'), { needed: true, max: 80, value: values.name, shown: stored('name') }),
    f.text('licence', t('forms.licence'), { needed: true, max: 40, value: values.licence, shown: stored('licence') }),
    f.select('kind', t('forms.kind'), of.kinds, { needed: true, value: values.kind, shown: (c) => f.label(of.kinds, c.kind) }), also,
    f.text('in_charge', t('forms.in_charge'), { value: values.in_charge, shown: stored('in_charge') }),
    f.text('phone', t('forms.phone'), { max: 24, kind: 'tel', place: values.name ? t('forms.hidden') : '', shown: stored('phone'), check: (now) => (PHONE.test(now) ? '' : t('forms.phone.wrong')) }),
    f.text('address', t('forms.address'), { max: 160, value: values.address, shown: stored('address') }),
    f.figure('floor_area_m2', t('forms.floor_area'), { value: values.floor_area_m2, shown: stored('floor_area_m2') }),
    f.figure('employees', t('forms.employees'), { whole: true, value: values.employees, shown: stored('employees') }),
  ]
}
const kinds = (v) => [v.kind, ...(v.also ?? []).filter((code) => code !== v.kind)]
const taken = (error, note) => {
  if (error.code !== 'licence_taken') return false
  note(error.message, h('button', { type: 'button', class: 'lnk', 'data-do': JSON.stringify({ do: 'card', ...opened(error.told.premises_id), fresh: true }) }, t('forms.open_entry')))
  return true
}
/** A form about one premises as it stands. */
const about = (deed, intent, spec) => ({ title: t(`forms.premises.${deed}`), go: t(`forms.premises.${deed}.go`), draft: `premises.${deed}.${intent.id}`,
  version: intent.version, reload: () => card(intent.id), base: {}, refused: taken, opens: () => opened(intent.id), ...spec,
  act: spec.act ?? function act(v) { return api.send('POST', `/premises/${intent.id}/${deed}`, { version: this.version, ...spec.body(v) }) } })
const because = () => f.text('reason', t('forms.why'), { needed: true, max: 200, check: (now) => (now.length < 2 ? t('forms.needed') : '') })

async function inspection({ id, name }) {
  const list = await api.get(`/premises/${id}/checklist`)
  const answers = ['ok', 'not_ok', 'na'].map((code) => ({ code, name: t(`forms.answer.${code}`) }))
  const items = list.map((one) => ({ one, field: f.choice(`item.${one.code}`, named(one), answers, { needed: true }) }))
  const by = f.day('rectify_by', t('forms.rectify_by'))
  const bad = (v) => items.filter(({ field }) => v[field.name] === 'not_ok').length
  const check = by.check
  by.check = (v) => (bad(v) && !v.rectify_by ? t('forms.rectify_by.needed') : check(v))
  by.el.hidden = true
  return { title: t('forms.premises.inspect', { name }), go: t('forms.premises.inspect.go'), draft: `premises.inspect.${id}`, opens: () => opened(id),
    fields: [...items.map(({ field }) => field), by, f.text('note', t('forms.note'), { max: 1000 }), f.once()], follow: (v) => { by.el.hidden = !bad(v) },
    act: (v) => api.send('POST', `/premises/${id}/inspections`, { txn: v.txn, made_at: new Date().toISOString(), note: v.note ?? '',
      ...(bad(v) ? { rectify_by: v.rectify_by } : {}), answers: items.map(({ one, field }) => ({ code: one.code, answer: v[field.name] })) }) }
}

export const forms = {
  'premises.enter': async (_, { at }) => {
    const of = await options()
    return { title: t('forms.premises.enter'), go: t('forms.premises.enter.go'), draft: 'premises.enter', refused: taken, opens: (made) => opened(made.id),
      fields: [...fields(of), place(t('forms.premises.at'), { value: at, reasons: of.no_place_reasons, houses: false })],
      act: ({ kind, also, ...v }) => api.send('POST', '/premises', { ...v, kinds: kinds({ kind, also }), phone: v.phone ?? '', address: v.address ?? '' }) }
  },
  'premises.change': async (_, intent) => {
    const made = fields(await options(), intent.values)
    for (const one of made) one.stored = (c) => (one.name === 'phone' ? '' : c[one.name])
    return about('change', intent, { fields: made, base: intent.values, act(v, touched) {
      const names = [...touched].filter((name) => !['kind', 'also'].includes(name))
      const changed = Object.fromEntries(names.map((name) => [name, v[name] ?? (['phone', 'address'].includes(name) ? '' : null)]))
      if (touched.has('kind') || touched.has('also')) changed.kinds = kinds(v)
      return api.send('PATCH', `/premises/${intent.id}`, { version: this.version, ...changed })
    } })
  },
  'premises.cancel': async (_, intent) => about('cancel', intent, { fields: [f.words(t('forms.premises.cancel.told')), f.choice('reason', t('forms.reason'), (await options()).reasons, { needed: true })], body: (v) => ({ reason: v.reason }) }),
  'premises.restore': (_, intent) => about('restore', intent, { fields: [f.words(t('forms.premises.restore.told'))], body: () => ({}) }),
  'premises.move': async (_, intent) => about('move', intent, { fields: [place(t('forms.premises.at.new'), { reasons: (await options()).no_place_reasons, houses: false, here: intent.here }),
    f.text('address', t('forms.address'), { max: 160 })], body: (v) => ({ at: v.at, ...(v.address ? { address: v.address } : {}) }) }),
  'premises.raise': (_, intent) => about('raise', intent, { fields: [f.choice('level', t('forms.level'), ['2', '3'].map((code) => ({ code, name: t(`forms.level.${code}`) })), { needed: true }), because()], body: (v) => ({ level: Number(v.level), reason: v.reason }) }),
  'premises.lower': (_, intent) => about('lower', intent, { fields: [f.words(t('forms.premises.lower.told')), because()], body: (v) => ({ reason: v.reason }) }),
  'premises.inspect': (_, intent) => inspection(intent),
}
