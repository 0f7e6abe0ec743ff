/**
 * Whom a row of a list is about (P12): an entry of people, somebody entered at the same time, or
 * only a name. Which of them may be given is the system's mode of association, `ways`.
 */

import { h } from '../pages/dom.mjs'
import { t } from '../pages/i18n.mjs'
import * as f from './fields.mjs'
import { findPeople } from './circle.mjs'
import { entryBody, entryFields, followIdentity } from './person.mjs'

const PHONE = /^\+?[0-9][0-9 -]{4,22}$/

/** `known`: {id, name, grid} when the form was opened from a person's card. -> {fields, follow, body}. */
export function who(options, ways, known, words) {
  if (!ways.includes('linked')) return typed(known)
  if (known.id) return { fields: [f.words(h('b', {}, known.name))], follow() {}, body: () => ({ person_id: known.id }) }
  const person = f.found('person_id', words, { find: findPeople, needed: !ways.includes('entered'), place: t('forms.members.find') })
  if (!ways.includes('entered')) return { fields: [person], follow() {}, body: (v) => ({ person_id: v.person_id }) }
  return entered(options, person)
}

function typed(known) {
  const fields = [f.text('name', t('forms.name'), { needed: true, value: known.name ?? '' }),
    f.text('phone', t('forms.phone'), { max: 24, kind: 'tel', check: (now) => (PHONE.test(now) ? '' : t('forms.phone.wrong')) })]
  return { fields, follow() {}, body: (v) => ({ name: v.name, phone: v.phone ?? '', grid_id: known.grid ?? window.deskState.grid }) }
}

/** Somebody chosen, or all that a new entry needs. */
function entered(options, person) {
  const news = entryFields(options)
  const chosen = () => person.get() !== null
  for (const one of news) {
    const check = one.check
    one.check = (v) => (chosen() ? '' : check(v))
  }
  const follow = followIdentity(options)
  return { fields: [person, f.words(t('forms.who.new')), ...news],
    follow(v, all, name) {
      follow(v, all, name)
      for (const one of news) one.el.toggleAttribute('hidden', chosen())
      if (!chosen()) news.find((one) => one.name === 'id_number').el.hidden = v.id_kind === 'none'
    },
    body: (v) => (chosen() ? { person_id: v.person_id } : { person: entryBody(v) }) }
}
