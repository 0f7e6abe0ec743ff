/**
 * Labels of a person 标签 (P5): begin one, end one with a reason; what the rules will do next.
 * Codes travel in bodies only.
 */

import * as api from '../pages/api.mjs'
import { h } from '../pages/dom.mjs'
import { day, named, t, today } from '../pages/i18n.mjs'
import * as f from './fields.mjs'

const opened = (id) => ({ register: 'people', id })
const listed = (id) => api.get(`/people/${id}/labels`)
const base = (deed, id) => ({ title: t(`forms.label.${deed}`), go: t(`forms.label.${deed}.go`), draft: `label.${deed}.${id}`, opens: () => opened(id) })

const SHOWN = 200
/** Who, where, what: a press opens the card of the person. */
function change(one) {
  const told = t(`forms.upcoming.${one.act}`, { label: named(one.label), before: one.out_of ? named(one.out_of) : '' })
  const show = () => { window.deskForms.close(); window.deskAct({ do: 'card', ...opened(one.person_id) }) }
  return h('li', {}, h('button', { type: 'button', onclick: show }, h('b', {}, one.person), h('span', {}, told), h('small', {}, one.grid)))
}

export const forms = {
  'label.upcoming': async () => {
    const found = await api.get(`/labels/upcoming?size=${SHOWN}&grid=${window.deskState.grid}`)
    const days = Map.groupBy(found.items, (one) => one.day)
    const list = h('div', { class: 'upcoming' }, [...days].map(([iso, all]) => [h('h3', {}, day(iso)), h('ol', {}, all.map(change))]))
    const words = found.total > SHOWN ? t('forms.upcoming.some', { n: found.total, shown: SHOWN }) : t('forms.upcoming.all', { n: found.total })
    return { title: t('forms.upcoming'), go: t('forms.close'), draft: 'label.upcoming', opens: () => null,
      fields: [f.words(`${day(found.from)} – ${day(found.to)} · ${words}`), { el: list }], act: () => null }
  },
  'label.start': async (_, { id }) => {
    const found = await listed(id)
    const past = new Set(found.past.map((one) => one.code))
    const offer = (v) => found.may_start.find((one) => one.code === v.code)
    const term = f.day('term_ends_on', t('forms.label.term'))
    const since = f.day('since', t('forms.label.since'), { to: today() })
    term.el.hidden = since.el.hidden = true
    term.check = (v) => (offer(v)?.needs_term && !v.term_ends_on ? t('forms.needed') : '')
    return { ...base('start', id), fields: [f.select('code', t('forms.label'), found.may_start, { needed: true }), term, since],
      follow: (v) => { term.el.hidden = !offer(v)?.needs_term; since.el.hidden = !offer(v)?.years },
      act: (v) => {
        const restart = past.has(v.code)
        const body = { code: v.code, ...(offer(v).needs_term ? { term_ends_on: v.term_ends_on } : {}), ...(!restart && offer(v).years && v.since ? { since: v.since } : {}) }
        return api.send('POST', `/people/${id}/labels${restart ? '/restart' : ''}`, body)
      } }
  },
  'label.stop': async (_, { id }) => {
    const found = await listed(id)
    return { ...base('stop', id), fields: [f.words(found.in_force.length ? t('forms.label.stop.told') : t('forms.label.none')),
      f.choice('code', t('forms.label'), found.in_force, { needed: true }), f.choice('reason', t('forms.why'), found.stop_reasons, { needed: true })],
    act: (v) => api.send('POST', `/people/${id}/labels/stop`, { code: v.code, reason: v.reason }) }
  },
}
