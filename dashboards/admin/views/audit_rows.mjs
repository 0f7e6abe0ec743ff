/** How one row of the audit reads: what was done, to what, with which words, and what changed. */

import { h, icon } from '../../pages/dom.mjs'
import { may } from '../../pages/frame.mjs'
import { locale, stamp, t } from '../../pages/i18n.mjs'

/** What can be asked for by its kind. */
export const ENTITIES = ['person', 'household', 'family', 'house', 'building', 'premises', 'incident', 'staff', 'patrol_area', 'grid', 'app_user', 'emergency_look']
// Kind -> [register of the desk, right to read it].
const CARDS = {
  person: ['people', 'people.read'], household: ['households', 'households.read'], family: ['families', 'households.read'], house: ['houses', 'places.read'],
  building: ['buildings', 'places.read'], premises: ['premises', 'premises.read'], incident: ['incidents', 'incidents.read'],
  staff: ['staff', 'staff.read'],
}
const number = (n) => new Intl.NumberFormat(locale()).format(n)
const list = (words) => words.join(t('admin.audit.comma'))

/** The text of a key, or the code itself where there is none: the audit may hold older words. */
function word(key, code) {
  try { return t(`${key}.${code.replaceAll(' ', '_')}`) } catch { return code }
}

export const moment = (at) => h('time', { datetime: at }, stamp(at))
export const act = (action) => h('span', { class: `act a-${action.split(' ')[0]}` }, word('admin.audit.act', action))

/** Kind and number; a link to the card where the reader may open it. */
export function what(row, open = true) {
  if (!row.entity) return ''
  const name = word('admin.audit.entity', row.entity)
  if (!row.entity_id) return name
  const words = `${name} #${row.entity_id}`
  const [register, right] = CARDS[row.entity] ?? []
  if (register && open && may(right)) return h('a', { class: 'lnk', href: `/desk/?id=${register}-${row.entity_id}` }, words)
  if (row.entity === 'emergency_look') return h('a', { class: 'lnk', href: `/admin/emergencies/${row.entity_id}` }, words)
  return words
}

function parsed(text) {
  if (!text.startsWith('{')) return null
  try { return JSON.parse(text) } catch { return null }
}

/** What was opened behind a mask, and why. */
export function opened({ what: fields, reason, words }) {
  return t('admin.audit.opened', {
    what: list(fields.map((one) => word('admin.audit.field', one))), reason: word('admin.audit.reason', reason), words,
  })
}

/** The note in words, with the mark of an emergency look or a preview before it. */
export function note(row) {
  const [, look, name, rest] = /^(?:emergency (\d+) ?|as (\S+) ?)?(.*)$/s.exec(row.note ?? '')
  const told = parsed(rest)
  let words = rest && word('admin.audit.note', rest)
  if (told?.what) words = opened(told)
  else if (told?.format) words = t('admin.audit.exported', { format: told.format, n: number(told.rows) })
  else if (told?.of !== undefined) words = t('admin.audit.listed', { n: number(told.rows), of: number(told.of) })
  else if (told?.reason) words = t('admin.audit.because', { reason: word('admin.audit.reason', told.reason), words: told.words })
  const mark = look ? h('a', { class: 'tag emg', href: `/admin/emergencies/${look}` }, t('admin.audit.in_emergency', { n: look })) : null
  const seen = name ? h('span', { class: 'tag' }, t('admin.audit.seen_as', { name })) : null
  return mark || seen || words ? h('span', { class: 'words' }, mark, seen, words) : null
}

function shown(value) {
  if (value === undefined) return ''
  if (value === null) return '—'
  if (typeof value === 'boolean') return t(`admin.audit.${value ? 'yes' : 'no'}`)
  if (value === 'changed') return h('span', { class: 'hint' }, t('admin.audit.marked'))
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** What changed, column by column, before and after; folded until asked for. */
export function changes({ before, after, action }) {
  if (action === 'list') return null
  const keys = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
  if (!keys.length) return null
  const rows = keys.map((key) => h('tr', {}, h('th', { scope: 'row' }, word('admin.audit.field', key)),
    h('td', {}, shown(before?.[key])), h('td', {}, shown(after?.[key]))))
  return h('details', { class: 'changes' }, h('summary', {}, t('admin.audit.changed', { n: keys.length })),
    h('table', {}, h('thead', {}, h('tr', {}, ['field_', 'before', 'after'].map((k) => h('th', { scope: 'col' }, t(`admin.audit.${k}`))))),
      h('tbody', {}, rows)))
}

/** "1–50 of 1,234" and the ways on and back. */
export function pager({ total, page, size }, open) {
  if (!total) return null
  const last = Math.ceil(total / size)
  const step = (to, sign, key) => h('button', { type: 'button', class: 'btn', 'aria-label': t(key), title: t(key), disabled: to < 1 || to > last, onclick: () => open(to) }, icon(sign))
  const from = (page - 1) * size + 1
  return h('footer', { class: 'pager' },
    h('span', {}, t('admin.audit.range', { from: number(from), to: number(Math.min(page * size, total)), total: number(total) })),
    step(page - 1, 'i-left', 'admin.audit.newer'), step(page + 1, 'i-right', 'admin.audit.older'))
}
