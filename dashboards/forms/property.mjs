/** Forms of the property of residents (P14): enter, change, cancel, restore. */

import * as api from '../pages/api.mjs'
import { t } from '../pages/i18n.mjs'
import * as f from './fields.mjs'
import { who } from './who.mjs'

const opened = (id) => ({ register: 'properties', id })
let lists = null
const options = async () => (lists ??= await api.get('/properties/form'))

function fields(of, values = {}) {
  const stored = (name) => (c) => c[name] ?? ''
  const made = [f.select('kind', t('forms.property.kind'), of.kinds, { needed: true, value: values.kind, shown: (c) => f.label(of.kinds, c.kind) }),
    f.text('number', t('forms.plate'), { needed: true, max: 40, value: values.number, shown: stored('number') }),
    f.text('brand', t('forms.brand'), { max: 40, value: values.brand, shown: stored('brand') }),
    f.text('colour', t('forms.colour'), { max: 20, value: values.colour, shown: stored('colour') }),
    f.text('note', t('forms.note'), { max: 200, value: values.note, shown: stored('note') })]
  for (const one of made) one.stored = stored(one.name)
  return made
}
const words = (v) => ({ kind: v.kind, number: v.number, brand: v.brand ?? '', colour: v.colour ?? '', note: v.note ?? '' })
const about = (deed, intent, spec) => ({ title: t(`forms.property.${deed}`), go: t(`forms.property.${deed}.go`), draft: `property.${deed}.${intent.id}`,
  version: intent.version, reload: () => api.get(`/properties/${intent.id}`), base: {}, opens: () => opened(intent.id), ...spec,
  act: spec.act ?? function act(v) { return api.send('POST', `/properties/${intent.id}/${deed}`, { version: this.version, ...spec.body(v) }) } })

export const forms = {
  'property.enter': async (all, intent) => {
    const of = await options()
    const owner = who(all, of.ways, intent, t('forms.owner.person'))
    return { title: t('forms.property.enter'), go: t('forms.property.enter.go'), draft: `property.enter.${intent.id ?? 'new'}`,
      fields: [...owner.fields, ...fields(of)], follow: owner.follow, opens: (made) => (intent.id ? { register: 'people', id: intent.id } : opened(made.id)),
      act: (v) => api.send('POST', '/properties', { ...owner.body(v), ...words(v) }) }
  },
  'property.change': async (_, intent) => about('change', intent, { fields: fields(await options(), intent.values), base: intent.values,
    act(v, touched) {
      const changed = Object.fromEntries([...touched].map((name) => [name, words(v)[name]]))
      return api.send('PATCH', `/properties/${intent.id}`, { version: this.version, ...changed })
    } }),
  'property.cancel': async (_, intent) => about('cancel', intent, { fields: [f.words(t('forms.property.cancel.told')), f.choice('reason', t('forms.reason'), (await options()).reasons, { needed: true })], body: (v) => ({ reason: v.reason }) }),
  'property.restore': (_, intent) => about('restore', intent, { fields: [f.words(t('forms.property.restore.told'))], body: () => ({}) }),
}
