/** Forms of a household 户 (P3): found, renumber, head, join, leave, birth, death, merge, split, dissolve. */

import * as api from '../pages/api.mjs'
import { t } from '../pages/i18n.mjs'
import * as f from './fields.mjs'
import { entryBody, entryFields, followIdentity, heir, heirOf, taken } from './person.mjs'

const card = (id) => api.get(`/households/${id}`)
const opened = (id) => ({ register: 'households', id })
const code = (one) => ({ code: String(one.id), name_zh: one.name, name_en: one.name })
const sub = (one) => [one.relation_name, one.age === null ? null : t('forms.age', { n: one.age })].filter(Boolean).join(' · ')
const ticked = (members) => members.map((one) => ({ id: one.id, title: one.name, sub: sub(one) }))

async function findPeople(words) {
  const found = await api.send('POST', '/people/search', { filters: { name: words }, size: 8 })
  return found.items.map((row) => ({ id: row.id, title: row.name, sub: [row.age === null ? null : t('forms.age', { n: row.age }), row.grid, row.house ?? row.building].filter(Boolean).join(' · ') }))
}
async function findHouseholds(words) {
  const found = await api.send('POST', '/households/search', { filters: { number: words }, size: 8 })
  return found.items.map((row) => ({ id: row.id, title: row.number, sub: [row.head, row.grid].filter(Boolean).join(' · ') }))
}

const number = (value = '') => f.text('number', t('forms.number'), { max: 30, needed: true, value })
const relation = (options, value = '') => f.select('relation', t('forms.relation'), options.relations, { needed: true, value })
/** One of the members. */
const member = (words, members, hint = '') => f.select('person_id', words, members.map(code), { needed: true, hint })

/** A form about one household as it stands. */
const about = (deed, make) => (options, intent) => {
  const spec = make(options, intent)
  return { title: t(`forms.household.${deed}`), go: t(`forms.household.${deed}.go`), draft: `household.${deed}.${intent.id}`,
    version: intent.version, reload: () => card(intent.id), base: {}, opens: () => opened(intent.id), ...spec,
    act(v) { return api.send('POST', `/households/${intent.id}/${deed}`, { version: this.version, ...spec.body(v) }) } }
}
/** Whoever of the members may follow when the head goes. */
const heirs = (members, going) => (members.find((one) => one.head)?.id === going ? members.filter((one) => one.id !== going) : [])

/** Leaving and death: the next head is asked for as soon as the head is chosen. */
const goes = (deed) => about(deed, (options, { members }) => {
  const who = member(t(`forms.household.${deed}.who`), members)
  const next = heir(members.length > 1 ? members : [])
  if (next) next.el.hidden = true
  const asked = () => next && heirs(members, Number(who.get())).length > 0
  if (next) {
    const check = next.check
    next.check = (v) => (asked() ? (v.new_head_id === who.get() ? t('forms.new_head.same') : check(v)) : '')
  }
  return { fields: [who, next], follow: () => { if (next) next.el.hidden = !asked() },
    body: (v) => ({ person_id: Number(v.person_id), ...(asked() ? heirOf(v) : {}) }) }
})

export const forms = {
  'household.found': (options, { members }) => ({ title: t('forms.household.found'), go: t('forms.household.found.go'), draft: 'household.found',
    fields: [number(), f.found('members', t('forms.members'), { find: findPeople, many: true, picked: members ?? [], needed: true, hint: t('forms.members.hint'), place: t('forms.members.find') }),
      f.text('address', t('forms.address'), { max: 160, hint: t('forms.household.address') })],
    act: (v) => api.send('POST', '/households', { number: v.number, members: v.members, address: v.address ?? '' }), opens: (made) => opened(made.id) }),

  'household.renumber': about('renumber', (options, { number: old }) => ({ fields: [number(old)], body: (v) => ({ number: v.number }) })),
  'household.head': about('head', (options, { members }) => ({
    fields: [member(t('forms.household.head.who'), members.filter((one) => !one.head)), f.select('old_relation', t('forms.old_relation'), options.relations, { needed: true, value: 'other' })],
    body: (v) => ({ person_id: Number(v.person_id), old_relation: v.old_relation }) })),
  'household.join': about('join', (options) => ({
    fields: [f.found('person_id', t('forms.household.join.who'), { find: findPeople, needed: true, place: t('forms.members.find'), hint: t('forms.household.join.hint') }), relation(options, 'other')],
    body: (v) => ({ person_id: v.person_id, relation: v.relation }) })),
  'household.leave': goes('leave'),
  'household.death': goes('death'),
  'household.birth': about('birth', (options, { at }) => ({
    fields: [relation(options), ...entryFields(options, { at, cls: 'registered', only: ['registered', 'unsettled'] })], follow: followIdentity(options), refused: taken,
    body: (v) => ({ relation: v.relation, child: entryBody(v) }) })),
  'household.merge': about('merge', (options) => ({
    fields: [f.words(t('forms.household.merge.told')), f.found('other_id', t('forms.household.merge.other'), { find: findHouseholds, needed: true, place: t('forms.household.merge.find') })],
    body: (v) => ({ other_id: v.other_id }) })),
  'household.split': about('split', (options, { members }) => {
    const who = f.ticks('members', t('forms.household.split.who'), ticked(members.map((one) => ({ ...one, relation_name: one.relation ? f.label(options.relations, one.relation) || t('forms.head') : '' }))))
    const first = f.select('first', t('forms.household.split.first'), members.map(code))
    first.check = (v) => (!v.first ? t('forms.needed') : (v.members ?? []).includes(Number(v.first)) ? '' : t('forms.household.split.one_of'))
    const next = f.select('new_head_id', t('forms.new_head.staying'), members.map(code), { hint: t('forms.new_head.hint') })
    next.el.hidden = true
    const head = members.find((one) => one.head)?.id
    const asked = () => (who.get() ?? []).includes(head)
    next.check = (v) => (asked() && !v.new_head_id ? t('forms.needed') : asked() && (v.members ?? []).includes(Number(v.new_head_id)) ? t('forms.new_head.same') : '')
    return { fields: [f.words(t('forms.household.split.told')), who, first, number(), next], follow: () => { next.el.hidden = !asked() },
      body: (v) => ({ number: v.number, members: [...new Set([Number(v.first), ...v.members])], ...(asked() ? heirOf(v) : {}) }), opens: (made) => opened(made.id) }
  }),
  'household.dissolve': about('dissolve', () => ({ fields: [f.words(t('forms.household.dissolve.told'))], body: () => ({}) })),
}
