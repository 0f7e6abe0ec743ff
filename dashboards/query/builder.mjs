/** The drawer of combined conditions 组合条件, and which columns the table shows. */

import { h, icon } from '../pages/dom.mjs'
import { t } from '../pages/i18n.mjs'
import { editor, operators, whole } from './row.mjs'
import { fromTree, toTree } from './tree.mjs'

const HOW = ['all', 'any', 'none']
let box = null

export function close() { box?.remove(); box = null }

/** A drawer beside the map with a title; Esc closes it. */
export function drawer(title, id, ...inside) {
  close()
  document.getElementById('drawer')?.remove()
  box = h('aside', { class: 'drawer query', role: 'dialog', 'aria-label': title, id },
    h('header', {}, h('h2', {}, title), h('button', { type: 'button', class: 'ib', 'aria-label': t('pages.close'), onclick: close }, icon('i-close'))), ...inside)
  box.addEventListener('keydown', (event) => { event.stopPropagation(); if (event.key === 'Escape') close() })
  document.body.append(box)
  return box
}

/** The rows of a group with its how; groups in it one level deep. */
function groupBox(group, known, deep, gone) {
  const made = h('fieldset', { class: deep ? 'group inner' : 'group' })
  const fresh = () => { const [first] = known.columns.values(); return { column: first.column, op: operators(first)[0] } }
  const draw = () => {
    const how = h('select', { class: 'input how', 'aria-label': t('query.how'), onchange: (e) => { group.how = e.target.value } },
      HOW.map((one) => h('option', { value: one, selected: one === group.how }, t(`query.how.${one}`))))
    const take = (row) => () => { group.rows.splice(group.rows.indexOf(row), 1); draw() }
    made.replaceChildren(
      h('legend', {}, how, gone ? h('button', { type: 'button', class: 'ib', 'aria-label': t('query.remove'), title: t('query.remove'), onclick: gone }, icon('i-close')) : null),
      ...group.rows.map((row) => (row.rows ? groupBox(row, known, true, take(row)) : editor(row, { ...known, gone: take(row) }))),
      h('div', { class: 'more' }, h('button', { type: 'button', class: 'lnk', 'data-add': 'row', onclick: () => { group.rows.push(fresh()); draw() } }, icon('i-plus'), t('query.add')),
        deep ? null : h('button', { type: 'button', class: 'lnk', 'data-add': 'group', onclick: () => { group.rows.push({ how: 'any', rows: [fresh()] }); draw() } }, icon('i-plus'), t('query.add_group'))))
  }
  draw()
  return made
}

const unfinished = (group) => group.rows.some((row) => (row.rows ? unfinished(row) || !row.rows.length : !whole(row)))

/** Which columns the table shows; all of them is no choice. */
function columnsBox(shown) {
  const picked = new Set(shown.chosen ?? shown.all.map(([field]) => field))
  const el = h('details', { class: 'shown' }, h('summary', {}, t('query.shown')), h('div', { class: 'choice' }, shown.all.map(([field, name], n) => h('label', {}, h('input', {
    type: 'checkbox', value: field, checked: picked.has(field), disabled: n === 0,
    onchange: (e) => (e.target.checked ? picked.add(field) : picked.delete(field)),
  }), h('span', {}, name)))))
  return { el, get: () => (picked.size === shown.all.length ? null : [...picked]) }
}

/**
 * Open the builder. known: {columns, areas}; shown: {all: [[field, name]], chosen}; `added` is a row to
 * begin with. ask(tree, columns) asks; save() goes on to keep it under a name.
 */
export function open({ title, tree, known, shown, added, ask, save }) {
  const group = fromTree(tree)
  const deep = group === null
  const rows = group ?? { how: 'all', rows: [] }
  if (added) rows.rows.push(added)
  const problem = h('em', { class: 'problem', role: 'alert' })
  const columns = columnsBox(shown)
  const go = () => {
    if (unfinished(rows)) { problem.textContent = t('query.unfinished'); return false }
    ask(deep && !rows.rows.length ? tree : toTree(rows), columns.get())
    return true
  }
  const none = known.columns.size === 0
  drawer(title, 'builder', h('form', { novalidate: true, onsubmit: (e) => { e.preventDefault(); if (go()) close() } },
    none ? h('p', { class: 'told' }, t('query.no_columns')) : null,
    deep ? h('p', { class: 'note' }, t('query.deep')) : null,
    none ? null : groupBox(rows, known, false, null), columns.el, problem,
    h('div', { class: 'do' }, h('button', { type: 'submit', class: 'btn p' }, icon('i-search'), t('query.ask')),
      h('button', { type: 'button', class: 'btn', onclick: () => { if (go()) save() } }, icon('i-star'), t('query.save')),
      h('button', { type: 'button', class: 'btn', onclick: () => { ask(null, columns.get()); close() } }, t('query.clear')))))
  ;(box.querySelector('.cond:last-of-type input, .cond:last-of-type select') ?? box.querySelector('[data-add]'))?.focus()
}
