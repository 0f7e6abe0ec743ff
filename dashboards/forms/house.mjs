/** Forms of a house 房屋 (P7): enter, change, renumber, let, cancel, restore. */

import * as api from '../pages/api.mjs'
import { h } from '../pages/dom.mjs'
import { t } from '../pages/i18n.mjs'
import * as f from './fields.mjs'

const opened = (id) => ({ register: 'houses', id })
let lists = null
const options = async () => (lists ??= await api.get('/houses/form'))

const number = (value = '') => f.text('number', t('forms.house.number'), { needed: true, max: 40, value })
function fields(of, values = {}) {
  const stored = (name) => (c) => (c[name] === null || c[name] === undefined ? '' : String(c[name]))
  const where = (name, value) => f.text(name, t(`forms.${name}`), { needed: true, max: 4, value: value ?? '', shown: stored(name), check: (now) => (/^-?[0-9]{1,3}$/.test(now) && Number(now) !== 0 ? '' : t('forms.house.whole')) })
  const made = [where('unit', values.unit ?? 1), where('floor', values.floor ?? 1), f.text('room', t('forms.room'), { needed: true, max: 10, value: values.room, shown: stored('room') }),
    f.select('use', t('forms.use'), of.uses, { value: values.use ?? 'residential', empty: null, shown: (c) => f.label(of.uses, c.use) }),
    f.text('owner', t('forms.owner'), { value: values.owner, shown: stored('owner') }), f.figure('area_m2', t('forms.area'), { value: values.area_m2, shown: stored('area_m2') })]
  for (const one of made) one.stored = (c) => c[one.name]
  return made
}
const body = (v) => ({ ...v, ...('unit' in v ? { unit: Number(v.unit) } : {}), ...('floor' in v ? { floor: Number(v.floor) } : {}), ...('owner' in v ? { owner: v.owner ?? '' } : {}) })
const taken = (error, note) => {
  if (error.code !== 'number_taken') return false
  const other = error.told.house_id
  note(error.message, other ? h('button', { type: 'button', class: 'lnk', 'data-do': JSON.stringify({ do: 'card', ...opened(other), fresh: true }) }, t('forms.open_entry')) : '')
  return true
}
const about = (deed, path, intent, spec) => ({ title: t(`forms.house.${deed}`), go: t(`forms.house.${deed}.go`), draft: `house.${deed}.${intent.id}`, version: intent.version,
  reload: () => api.get(`/houses/${intent.id}`), base: {}, refused: taken, opens: () => opened(intent.id), ...spec,
  act: spec.act ?? function act(v) { return api.send('POST', `/houses/${intent.id}/${path}`, { version: this.version, ...v }) } })

export const forms = {
  'house.enter': async (_, { building_id }) => ({ title: t('forms.house.enter'), go: t('forms.house.enter.go'), draft: `house.enter.${building_id}`, refused: taken,
    fields: [number(), ...fields(await options())], act: (v) => api.send('POST', '/houses', { building_id, ...body(v) }), opens: (made) => opened(made.id) }),
  'house.change': async (_, intent) => about('change', '', intent, { fields: fields(await options(), intent.values), base: intent.values,
    act(v, touched) { return api.send('PATCH', `/houses/${intent.id}`, { version: this.version, ...body(Object.fromEntries([...touched].map((name) => [name, v[name]]))) }) } }),
  'house.renumber': (_, intent) => about('renumber', 'renumber', intent, { fields: [number(intent.number)] }),
  'house.cancel': async (_, intent) => about('cancel', 'cancel', intent, { fields: [f.words(t('forms.house.cancel.told')), f.choice('reason', t('forms.reason'), (await options()).reasons, { needed: true })] }),
  'house.restore': (_, intent) => about('restore', 'restore', intent, { fields: [f.words(t('forms.house.restore.told'))] }),
  'house.let': (_, intent) => about('let', 'rent', intent, { fields: [f.words(t('forms.house.let.told'))] }),
  'house.unlet': async (_, intent) => about('unlet', 'rent/stop', intent, { fields: [f.choice('reason', t('forms.why'), (await options()).rent_stop_reasons, { needed: true })] }),
}
