/**
 * Questions on the desk: combined conditions, click-to-filter on cells and headings, saved views. All
 * of it changes what is asked of the server (deskAct); no row is filtered here.
 */

import * as api from '../pages/api.mjs'
import { h, icon } from '../pages/dom.mjs'
import { loadTexts, t } from '../pages/i18n.mjs'
import * as builder from './builder.mjs'
import { editor, equal, operators, whole } from './row.mjs'
import { AREA, fromTree, toTree, without, withRow } from './tree.mjs'
import * as views from './views.mjs'
import * as words from './words.mjs'

const S = window.deskState
const known = new Map() // register -> Map(column -> what it is)
const names = new Map() // 'grid-12' -> name, as the page met them
let patrols = null
let texts = null

const lang = () => (document.getElementById('desk').lang === 'en' ? 'en' : 'zh')
const ready = () => (texts ??= loadTexts(lang(), '/static/pages/strings.pages', '/static/pages/strings.query'))
const tree = () => S.conditions[S.tab] ?? null
const ask = (made) => window.deskAct({ do: 'conditions', tree: made })

/** The columns that this reader may ask about; those of staff are none. */
async function columns(register = S.tab) {
  await ready()
  if (!known.has(register)) {
    const found = await api.get(`/views/columns/${register}`)
    known.set(register, new Map(found.map((one) => [one.column, one])))
  }
  return known.get(register)
}

const ownGrid = () => document.querySelector('#crumb b')?.textContent || t('query.place.grid')

/** The areas to choose from: the grid in view, what is drawn, patrol areas. */
async function areas() {
  patrols ??= await api.get('/patrol-areas').catch(() => [])
  const found = [{ place: { grid: S.grid }, name: ownGrid() }]
  if (S.place && !('grid' in S.place) && !('nearest' in S.place)) found.unshift({ place: S.place, name: words.place(S.place, names) })
  found.push(...patrols.map((one) => ({ place: { patrol_area: one.id }, name: one.name })))
  for (const one of found) { const [kind] = Object.keys(one.place); if (kind === 'grid' || kind === 'patrol_area') names.set(`${kind}-${one.place[kind]}`, one.name) }
  return found
}

/** The columns of the table with their names, hidden ones too. */
const tableColumns = () => (S.table?.getColumns() ?? []).filter((c) => c.getColId() !== 'metres').map((c) => [c.getColId(), c.getColDef().headerName])

async function build(added = null) {
  try {
    const mine = { columns: await columns(), areas: await areas() }
    builder.open({
      title: t('query.title', { register: document.querySelector(`[role="tab"][data-tab="${S.tab}"]`)?.firstChild.textContent ?? '' }),
      tree: tree(), known: mine, added, save: () => keep(),
      shown: { all: tableColumns(), chosen: S.columns[S.tab] ?? null },
      ask(made, shown) { if (JSON.stringify(shown) !== JSON.stringify(S.columns[S.tab] ?? null)) window.deskAct({ do: 'columns', columns: shown }); ask(made) },
    })
  } catch (error) { told(error) }
}

function told(error) {
  if (!(error instanceof api.ApiError)) throw error
  window.deskSay(error.message)
}

// ---- saved views -----------------------------------------------------------------------------

/** Filters of the bar that are counted from today become conditions that are, too. */
function relative(filters) {
  const { fresh, ...rest } = filters
  if (fresh) return [rest, { or: [{ column: 'confirmed_on', op: 'days', until: -Number(fresh) - 1 }, { column: 'confirmed_on', op: 'empty' }] }]
  if (filters.due) {
    const { due, ...others } = filters
    const never = { and: [{ column: 'due_on', op: 'empty' }, { column: 'last_check_on', op: 'empty' }] }
    return [others, { or: [{ column: 'due_on', op: 'days', until: 0 }, never] }]
  }
  return [filters, null]
}

/** What is asked now, as a view keeps it. */
function question(withPlace) {
  const [filters, more] = relative(S.filters[S.tab] ?? {})
  const conditions = more ? (tree() ? { and: [...(tree().and ?? [tree()]), more] } : more) : tree()
  const made = {}
  if (Object.keys(filters).length) made.filters = filters
  if (conditions) made.conditions = conditions
  if (S.asked.sort) made.sort = S.asked.sort
  if (S.columns[S.tab]) made.columns = S.columns[S.tab]
  if (withPlace) made.place = S.place
  return made
}

async function keep(view = null) {
  await ready()
  shut()
  const limited = S.place && !(('grid' in S.place) && S.place.grid === S.grid) && !('nearest' in S.place)
  views.edit({ register: S.tab, view, question, place: limited ? words.place(S.place, names) : null, done: (said) => window.deskSay(said) })
}

const menu = () => document.getElementById('views')
const shut = () => menu()?.removeAttribute('data-open')

async function openViews() {
  await ready()
  if (menu().hasAttribute('data-open')) { shut(); return }
  for (const other of document.querySelectorAll('.menu[data-open]')) other.removeAttribute('data-open')
  menu().setAttribute('data-open', '')
  await views.draw(menu(), S.tab, {
    pick(view) { shut(); window.deskAct({ do: 'view', question: view.question }) },
    edit: keep, keep: () => keep(),
  })
}

// ---- what is asked, as chips ------------------------------------------------------------------

let drawn = ''
async function chips() {
  const strip = document.getElementById('conditions')
  if (!strip) return
  const now = JSON.stringify([S.tab, tree()])
  if (now === drawn) return
  drawn = now
  if (!tree()) { strip.replaceChildren(); return }
  const [mine] = await Promise.all([columns(), areas()])
  if (now !== JSON.stringify([S.tab, tree()])) return
  const group = fromTree(tree())
  const chip = (text, gone) => h('span', { class: 'fc' }, h('button', { type: 'button', class: 'open', title: t('query.change'), onclick: () => build() }, text),
    gone ? h('button', { type: 'button', class: 'x', 'aria-label': `${t('query.remove')} ${text}`, onclick: gone }, icon('i-close')) : null)
  const join = group && group.how !== 'all' ? [h('span', { class: 'how' }, t(`query.how.${group.how}`))] : []
  const all = group ? group.rows.map((row, n) => chip(words.told(row, mine, names), () => ask(without(tree(), (_, at) => at === n)))) : [chip(t('query.deep_chip'), null)]
  strip.replaceChildren(icon('i-filter'), ...join, ...all, h('button', { type: 'button', class: 'lnk', onclick: () => ask(null) }, t('query.clear')))
}
let seen = ''
document.addEventListener('desk:asked', () => {
  const now = JSON.stringify([S.tab, S.page, S.place, tree()])
  if (now === seen) return // only drawn anew: what is open stays open
  seen = now
  knob.hidden = true
  put(null)
  chips().catch(told)
})

// ---- click to filter ----------------------------------------------------------------------------

const knob = h('button', { type: 'button', class: 'knob', hidden: true, onclick: (e) => { e.stopPropagation(); offer(over, knob.getBoundingClientRect()) } }, icon('i-filter'))
let over = null
let popped = null

const put = (made) => { popped?.remove(); popped = made; if (made) document.body.append(made) }

/** What a place of the table can be asked by: {column, raw, shown, head}. */
function aim(target) {
  const cell = target.closest?.('#table .ag-cell[col-id], #table .ag-header-cell[col-id]')
  if (!cell) return null
  const name = cell.getAttribute('col-id')
  const column = known.get(S.tab)?.get(name)
  const head = cell.classList.contains('ag-header-cell')
  if (!column && (name !== 'grid' || head)) return null
  if (head) return { cell, column, head }
  const node = S.table?.getRowNode(cell.closest('.ag-row')?.getAttribute('row-id'))
  return node ? { cell, column, raw: node.data.raw[name], shown: cell.textContent.trim(), grid: name === 'grid' } : null
}

function hover(event) {
  if (event.target.closest?.('.knob')) return
  over = aim(event.target)
  knob.hidden = !over
  if (!over) return
  const at = over.cell.getBoundingClientRect()
  const holder = document.getElementById('rows')
  const frame = holder.getBoundingClientRect()
  if (knob.parentNode !== holder) holder.append(knob)
  knob.title = over.head ? t('query.filter_column', { column: over.column.name }) : t('query.filter_value')
  knob.setAttribute('aria-label', knob.title)
  // On the side where no words are: figures stand at the right.
  const x = over.cell.classList.contains('num') ? at.left - frame.left + 4 : at.right - frame.left - 26
  knob.style.translate = `${Math.round(x)}px ${Math.round(at.top - frame.top + (at.height - 22) / 2)}px`
}

/** The menu of a cell, or the small form of a heading, beside a box on the screen. */
function offer(what, at) {
  if (!what) return
  const made = what.head ? ofColumn(what.column) : ofCell(what)
  put(made)
  const { width, height } = made.getBoundingClientRect()
  made.style.left = `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`
  made.style.top = `${Math.max(8, at.bottom + height + 8 > innerHeight ? at.top - height - 4 : at.bottom + 4)}px`
  made.querySelector('button, input, select')?.focus()
}

const add = (row) => { put(null); ask(withRow(tree(), row)) }

function ofCell({ column, raw, shown, grid }) {
  const item = (sign, text, act) => h('button', { type: 'button', role: 'menuitem', onclick: act }, icon(sign), text)
  const items = []
  if (grid) {
    names.set(`grid-${raw}`, shown)
    for (const op of ['in', 'notin']) items.push(item(op === 'in' ? 'i-filter' : 'i-minus', t(`query.only.${op}`, { v: shown }), () => add({ column: AREA, op, place: { grid: raw } })))
  } else {
    const empty = raw === null || raw === undefined || raw === ''
    const v = empty ? t('query.op.empty') : Array.isArray(raw) ? shown : words.value(column, raw)
    if (!empty || column.ops.includes('empty')) {
      items.push(item('i-filter', t('query.only.in', { v }), () => add(equal(column, raw))))
      if (column.kind !== 'time') items.push(item('i-minus', t('query.only.notin', { v }), () => add(equal(column, raw, true))))
    }
    if (!empty && ['number', 'date'].includes(column.kind)) {
      items.push(item('i-up', t('query.since', { v }), () => add({ column: column.column, op: 'between', since: raw })))
      items.push(item('i-down', t('query.until', { v }), () => add({ column: column.column, op: 'between', until: raw })))
    }
  }
  if (column && !grid) items.push(item('i-more', t('query.other', { column: column.name }), () => { put(null); build({ column: column.column, op: operators(column)[0] }) }))
  const held = fromTree(tree())?.rows.some((row) => row.column === (grid ? AREA : column.column))
  if (held) items.push(item('i-close', t('query.uncolumn'), () => { put(null); ask(without(tree(), (row) => row.column === (grid ? AREA : column.column))) }))
  return h('div', { class: 'ask-menu', role: 'menu' }, items)
}

/** The filter of one column: the row that it has, or a new one. */
function ofColumn(column) {
  const group = fromTree(tree())
  const at = group?.how === 'all' ? group.rows.findIndex((row) => row.column === column.column) : -1
  const row = at >= 0 ? { ...group.rows[at] } : { column: column.column, op: operators(column)[0] }
  const go = () => {
    if (!whole(row)) return
    put(null)
    if (at < 0) ask(withRow(tree(), row))
    else ask(toTree({ ...group, rows: group.rows.map((one, n) => (n === at ? row : one)) }))
  }
  const clear = at >= 0 ? h('button', { type: 'button', class: 'btn', onclick: () => { put(null); ask(without(tree(), (_, n) => n === at)) } }, t('query.uncolumn')) : null
  return h('form', { class: 'ask-menu ask-column drawer-like', onsubmit: (e) => { e.preventDefault(); go() } },
    h('b', {}, column.name), editor(row, { columns: new Map([[column.column, column]]), areas: [], gone: null }),
    h('div', { class: 'doing' }, h('button', { type: 'submit', class: 'btn p' }, t('query.ask')), clear))
}

document.addEventListener('mouseover', hover)
document.addEventListener('contextmenu', (event) => {
  const what = aim(event.target)
  if (!what) return
  event.preventDefault()
  const cell = what.cell.getBoundingClientRect()
  const keyed = event.clientX === 0 && event.clientY === 0
  offer(what, keyed ? cell : { left: event.clientX, top: event.clientY, bottom: event.clientY })
})
document.addEventListener('mousedown', (event) => { if (popped && !popped.contains(event.target) && !event.target.closest?.('.knob')) put(null) })
document.addEventListener('keydown', (event) => {
  if (!popped) return
  event.stopPropagation()
  if (event.key === 'Escape') put(null)
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step || popped.matches('form')) return
  const stops = [...popped.querySelectorAll('button')]
  event.preventDefault()
  stops.at((stops.indexOf(document.activeElement) + step) % stops.length)?.focus()
}, true)

api.on('signedout', () => window.deskLeave())
Object.assign(window.deskMore, { conditions: () => build(), views: openViews })
// The columns of the register in view, so that cells know what they can be asked by.
document.addEventListener('desk:asked', () => { if (S.tab) columns().catch(told) })
if (S.tab) { columns().catch(told); chips().catch(told) }
