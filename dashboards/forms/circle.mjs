/**
 * Forms of a household 户 (P3) and of a family 家庭 (P4): found, renumber, head, join, leave, merge,
 * split, dissolve; birth and death in a household; a family changes its address and moves.
 */

import * as api from '../pages/api.mjs'
import { t } from '../pages/i18n.mjs'
import * as f from './fields.mjs'
import { entryBody, entryFields, followIdentity, heir, heirOf, taken } from './person.mjs'
import { place } from './place.mjs'

const REGISTERS = { household: 'households', family: 'families' }
const code = (one) => ({ code: String(one.id), name_zh: one.name, name_en: one.name })
const sub = (one) => [one.relation_name, one.age === null ? null : t('forms.age', { n: one.age })].filter(Boolean).join(' · ')
/** Members to be ticked, with what they are to the head. */
const ticked = (options, kind, members) => members.map((one) => ({ id: one.id, title: one.name,
  sub: sub({ ...one, relation_name: one.relation ? f.label(options.relations, one.relation) || t(`forms.${kind}.is_head`) : '' }) }))

export async function findPeople(words) {
  const found = await api.send('POST', '/people/search', { filters: { name: words }, size: 8 })
  return found.items.map((row) => ({ id: row.id, title: row.name, sub: [row.age === null ? null : t('forms.age', { n: row.age }), row.grid, row.house ?? row.building].filter(Boolean).join(' · ') }))
}
const findCircles = (kind) => async (words) => {
  const found = await api.send('POST', `/${REGISTERS[kind]}/search`, { filters: { number: words }, size: 8 })
  return found.items.map((row) => ({ id: row.id, title: row.number, sub: [row.head, row.grid].filter(Boolean).join(' · ') }))
}

const relation = (kind, options, value = '') => f.select('relation', t(`forms.${kind}.relation`), options.relations, { needed: true, value })
/** One of the members. */
const member = (words, members, hint = '') => f.select('person_id', words, members.map(code), { needed: true, hint })

/** A form about one household or family as it stands. */
const about = (kind, deed, make) => (options, intent) => {
  const spec = make(options, intent)
  const path = `/${REGISTERS[kind]}/${intent.id}`
  return { title: t(`forms.${kind}.${deed}`), go: t(`forms.${kind}.${deed}.go`), draft: `${kind}.${deed}.${intent.id}`,
    version: intent.version, reload: () => api.get(path), base: {}, opens: () => ({ register: REGISTERS[kind], id: intent.id }), ...spec,
    act(v) { return api.send('POST', `${path}/${deed}`, { version: this.version, ...spec.body(v) }) } }
}
/** Whoever of the members may follow when the head goes. */
const heirs = (members, going) => (members.find((one) => one.head)?.id === going ? members.filter((one) => one.id !== going) : [])

/** Leaving and death: the next head is asked for as soon as the head is chosen. */
const goes = (kind, deed) => about(kind, deed, (options, { members }) => {
  const who = member(t(`forms.${kind}.${deed}.who`), members)
  const next = heir(members.length > 1 ? members : [], kind)
  if (next) next.el.hidden = true
  const asked = () => next && heirs(members, Number(who.get())).length > 0
  if (next) {
    const check = next.check
    next.check = (v) => (asked() ? (v.new_head_id === who.get() ? t('forms.new_head.same') : check(v)) : '')
  }
  return { fields: [who, next], follow: () => { if (next) next.el.hidden = !asked() },
    body: (v) => ({ person_id: Number(v.person_id), ...(asked() ? heirOf(v) : {}) }) }
})

/** What both can do; `w` gives the words of the kind. */
function circle(kind) {
  const w = (key) => t(`forms.${kind}.${key}`)
  const opened = (id) => ({ register: REGISTERS[kind], id })
  const number = (value = '') => f.text('number', w('number'), { max: 30, needed: true, value })
  const made = {
    found: (options, { members }) => ({ title: w('found'), go: w('found.go'), draft: `${kind}.found`,
      fields: [number(), f.found('members', t('forms.members'), { find: findPeople, many: true, picked: members ?? [], needed: true, hint: w('members.hint'), place: t('forms.members.find') }),
        f.text('address', t('forms.address'), { max: 160, hint: w('address') })],
      act: (v) => api.send('POST', `/${REGISTERS[kind]}`, { number: v.number, members: v.members, address: v.address ?? '' }), opens: (one) => opened(one.id) }),

    renumber: about(kind, 'renumber', (options, { number: old }) => ({ fields: [number(old)], body: (v) => ({ number: v.number }) })),
    head: about(kind, 'head', (options, { members }) => ({
      fields: [member(w('head.who'), members.filter((one) => !one.head)), f.select('old_relation', w('old_relation'), options.relations, { needed: true, value: 'other' })],
      body: (v) => ({ person_id: Number(v.person_id), old_relation: v.old_relation }) })),
    join: about(kind, 'join', (options) => ({
      fields: [f.found('person_id', w('join.who'), { find: findPeople, needed: true, place: t('forms.members.find'), hint: w('join.hint') }), relation(kind, options, 'other')],
      body: (v) => ({ person_id: v.person_id, relation: v.relation }) })),
    leave: goes(kind, 'leave'),
    merge: about(kind, 'merge', () => ({
      fields: [f.words(w('merge.told')), f.found('other_id', w('merge.other'), { find: findCircles(kind), needed: true, place: w('merge.find') })],
      body: (v) => ({ other_id: v.other_id }) })),
    split: about(kind, 'split', (options, { members }) => {
      const who = f.ticks('members', w('split.who'), ticked(options, kind, members))
      const first = f.select('first', w('split.first'), members.map(code))
      first.check = (v) => (!v.first ? t('forms.needed') : (v.members ?? []).includes(Number(v.first)) ? '' : t('forms.split.one_of'))
      const next = f.select('new_head_id', w('heir.staying'), members.map(code), { hint: w('heir.hint') })
      next.el.hidden = true
      const head = members.find((one) => one.head)?.id
      const asked = () => (who.get() ?? []).includes(head)
      next.check = (v) => (asked() && !v.new_head_id ? t('forms.needed') : asked() && (v.members ?? []).includes(Number(v.new_head_id)) ? t('forms.new_head.same') : '')
      return { fields: [f.words(w('split.told')), who, first, number(), next], follow: () => { next.el.hidden = !asked() },
        body: (v) => ({ number: v.number, members: [...new Set([Number(v.first), ...v.members])], ...(asked() ? heirOf(v) : {}) }), opens: (one) => opened(one.id) }
    }),
    dissolve: about(kind, 'dissolve', () => ({ fields: [f.words(w('dissolve.told'))], body: () => ({}) })),
  }
  return Object.fromEntries(Object.entries(made).map(([deed, form]) => [`${kind}.${deed}`, form]))
}

export const forms = {
  ...circle('household'),
  ...circle('family'),
  'household.death': goes('household', 'death'),
  'household.birth': about('household', 'birth', (options, { at }) => ({
    fields: [relation('household', options), ...entryFields(options, { at, cls: 'registered', only: ['registered', 'unsettled'] })], follow: followIdentity(options), refused: taken,
    body: (v) => ({ relation: v.relation, child: entryBody(v) }) })),
  'family.change': about('family', 'change', (options, { address }) => ({
    fields: [f.text('address', t('forms.address'), { max: 160, needed: true, value: address })], body: (v) => ({ address: v.address }) })),
  'family.move': about('family', 'move', (options, { members, here }) => {
    const who = f.ticks('members', t('forms.family.move.who'), ticked(options, 'family', members), { needed: false })
    who.set(members.map((one) => one.id))
    return { fields: [f.words(t('forms.family.move.told')), place(t('forms.at.new'), { reasons: options.no_place_reasons, here }),
      f.text('address', t('forms.address'), { max: 160, needed: true }), who], refused: taken,
    body: (v) => ({ at: v.at, address: v.address, members: v.members ?? [] }) }
  }),
}
