/** One row of the builder: which column, how it is compared, with what. */

import { h, icon } from '../pages/dom.mjs'
import { t } from '../pages/i18n.mjs'
import { AREA } from './tree.mjs'
import { place } from './words.mjs'

// What the page offers of a column's operators, in its order; the API takes more.
const OFFERED = {
  text: ['contains', 'eq', 'ne', 'starts'], code: ['in', 'notin'], codes: ['in', 'notin'], yes: ['eq'],
  number: ['between', 'eq', 'ne'], date: ['between', 'days'], time: ['between', 'days'],
}
const ZONE = '+08:00'

/** The operators of a column on the page; the first is the usual one. */
export const operators = (column) => [...OFFERED[column.kind], ...(column.ops.includes('empty') ? ['filled', 'empty'] : [])]

/** The row that a value of a column makes: equal, or on that day. */
export function equal(column, raw, turned = false) {
  const { kind } = column
  if (raw === null || raw === undefined || raw === '') return { column: column.column, op: turned ? 'filled' : 'empty' }
  if (kind === 'code' || kind === 'codes') return { column: column.column, op: turned ? 'notin' : 'in', values: Array.isArray(raw) ? raw : [String(raw)] }
  if (kind === 'date') return { column: column.column, op: turned ? 'ne' : 'eq', value: raw }
  if (kind === 'time') return { column: column.column, op: 'between', ...dayOf(raw) }
  return { column: column.column, op: turned ? 'ne' : 'eq', value: raw }
}

function dayOf(moment) {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date(moment))
  return { since: `${day}T00:00:00${ZONE}`, until: `${day}T23:59:59.999999${ZONE}` }
}

const select = (options, chosen, label, onchange) => h('select', { class: 'input', 'aria-label': label, onchange: (e) => onchange(e.target.value) },
  options.map(([code, words]) => h('option', { value: code, selected: code === chosen }, words)))

/** The fields of a row's values; they write into `row`. */
function values(row, column, areas) {
  const box = h('div', { class: 'values' })
  const put = (key, read) => (e) => {
    const found = e.target.value === '' ? undefined : read(e.target.value)
    if (found === undefined) delete row[key]
    else row[key] = found
  }
  const input = (key, read, props, shown = row[key]) => h('input', { class: 'input', 'aria-label': t(`query.field.${key}`), value: shown === undefined ? '' : String(shown), oninput: put(key, read), ...props })
  const number = (key, props) => input(key, Number, { type: 'number', step: 'any', inputmode: 'decimal', ...props })
  const pair = (a, b) => box.append(a, h('span', {}, t('query.to')), b)
  if (row.column === AREA) {
    const keys = areas.map((one) => JSON.stringify(one.place))
    if (!row.place) row.place = areas[0].place
    if (!keys.includes(JSON.stringify(row.place))) areas = [...areas, { place: row.place, name: place(row.place, new Map()) }]
    box.append(select(areas.map((one) => [JSON.stringify(one.place), one.name]), JSON.stringify(row.place), t('query.column.area'), (v) => { row.place = JSON.parse(v) }))
  } else if (row.op === 'empty' || row.op === 'filled') {
    return box
  } else if (row.op === 'in' || row.op === 'notin') {
    row.values ??= []
    // What is chosen stands first: a long list is cut.
    const first = (one) => (row.values.includes(one.code) ? 0 : 1)
    box.append(h('div', { class: 'choice' }, [...column.options].sort((a, b) => first(a) - first(b)).map((one) => h('label', {}, h('input', {
      type: 'checkbox', value: one.code, checked: row.values.includes(one.code),
      onchange: (e) => { row.values = e.target.checked ? [...row.values, one.code] : row.values.filter((v) => v !== one.code) },
    }), h('span', {}, one.name)))))
  } else if (column.kind === 'yes') {
    row.value ??= true
    box.append(select([['true', t('query.yes')], ['false', t('query.no')]], String(row.value), column.name, (v) => { row.value = v === 'true' }))
  } else if (row.op === 'days') {
    pair(number('since', { step: '1', placeholder: '-30' }), number('until', { step: '1', placeholder: '0' }))
    box.append(h('small', {}, t('query.days_hint')))
  } else if (row.op === 'between' && column.kind === 'number') {
    pair(number('since', { placeholder: '≥' }), number('until', { placeholder: '≤' }))
  } else if (column.kind === 'date' || column.kind === 'time') {
    const end = { since: 'T00:00:00', until: 'T23:59:59.999999', value: '' }
    const date = (key) => input(key, (v) => (column.kind === 'time' ? `${v}${end[key]}${ZONE}` : v), { type: 'date' }, row[key]?.slice(0, 10))
    if (row.op === 'between') pair(date('since'), date('until'))
    else box.append(date('value'))
  } else if (column.kind === 'number') {
    box.append(number('value'))
  } else {
    box.append(input('value', (v) => v.trim() || undefined, { maxlength: '60', placeholder: t('query.words') }))
  }
  return box
}

/** Whether a row says enough to be asked. */
export function whole(row) {
  if (row.column === AREA) return Boolean(row.place)
  if (row.op === 'empty' || row.op === 'filled') return true
  if (row.op === 'in' || row.op === 'notin') return Boolean(row.values?.length)
  if (row.op === 'between' || row.op === 'days') return row.since !== undefined || row.until !== undefined
  return row.value !== undefined
}

/** A row to edit; `gone()` when it is taken away. It can always change into one of another column. */
export function editor(row, { columns, areas, gone }) {
  const box = h('div', { class: 'cond', role: 'group' })
  const draw = () => {
    const column = columns.get(row.column)
    const known = [...columns.values()].map((one) => [one.column, one.name])
    const pick = select([...known, [AREA, t('query.column.area')]], row.column, t('query.column'), (name) => {
      for (const key of Object.keys(row)) delete row[key]
      Object.assign(row, { column: name, op: name === AREA ? 'in' : operators(columns.get(name))[0] })
      draw()
    })
    const mine = column ? operators(column) : ['in', 'notin']
    const ops = mine.includes(row.op) ? mine : [row.op, ...mine]
    const how = select(ops.map((op) => [op, t(column ? `query.op.${op}` : `query.area.${op}`)]), row.op, t('query.op'), (op) => {
      for (const key of ['value', 'values', 'since', 'until']) if (!(['in', 'notin'].includes(op) && key === 'values')) delete row[key]
      row.op = op
      draw()
    })
    box.replaceChildren(h('div', { class: 'what' }, pick, how,
      gone ? h('button', { type: 'button', class: 'ib', 'aria-label': t('query.remove'), title: t('query.remove'), onclick: gone }, icon('i-close')) : null),
    values(row, column, areas))
  }
  draw()
  return box
}
