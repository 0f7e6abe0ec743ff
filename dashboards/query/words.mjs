/** A condition in words, for chips and menus. */

import { t } from '../pages/i18n.mjs'
import { AREA } from './tree.mjs'

const SHORT = 24
const cut = (text) => (text.length > SHORT ? `${text.slice(0, SHORT)}…` : text)
const day = (value) => String(value).slice(0, 10)

/** One value as people read it: the word of a code, a date without its time. */
export function value(column, one) {
  if (typeof one === 'boolean') return t(one ? 'query.yes' : 'query.no')
  const word = column.options.find((o) => o.code === String(one))
  if (word) return word.name
  return column.kind === 'time' || column.kind === 'date' ? day(one) : String(one)
}

function days(n) {
  if (n === 0) return t('query.today')
  return n < 0 ? t('query.days_ago', { n: -n }) : t('query.days_on', { n })
}

function range(row, word) {
  if (row.since === undefined) return t('query.until', { v: word(row.until) })
  if (row.until === undefined) return t('query.since', { v: word(row.since) })
  return row.since === row.until ? word(row.since) : t('query.range', { a: word(row.since), b: word(row.until) })
}

/** A place in words. `names` tells what the page knows: id of a grid or a patrol area -> name. */
export function place(where, names) {
  const [kind] = Object.keys(where)
  return names.get(`${kind}-${where[kind]}`) ?? t(`query.place.${kind}`)
}

/** What a row or a group asks. columns: those of the register by name. */
export function told(row, columns, names) {
  if (row.rows) return `${t(`query.how.${row.how}`)} ${t('query.open')}${row.rows.map((one) => told(one, columns, names)).join(t('query.semicolon'))}${t('query.shut')}`
  if (row.column === AREA) return `${t(`query.area.${row.op}`)} ${place(row.place, names)}`
  const column = columns.get(row.column)
  if (!column) return row.column
  const word = (one) => cut(value(column, one))
  if (row.op === 'between') return `${column.name} ${range(row, word)}`
  if (row.op === 'days') return `${column.name} ${range(row, days)}`
  if (row.op === 'in' || row.op === 'notin') return `${column.name} ${t(`query.sign.${row.op}`)} ${row.values.map(word).join(t('query.comma'))}`
  if (row.op === 'empty' || row.op === 'filled') return `${column.name} ${t(`query.op.${row.op}`)}`
  return `${column.name} ${t(`query.sign.${row.op}`)} ${word(row.value)}`
}
