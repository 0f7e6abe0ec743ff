/**
 * Between the tree of conditions of the API and the rows of the page.
 *
 * A page shows one group of rows, and in it groups of rows: {how, rows: [row | {how, rows}]}, how =
 * 'all' | 'any' | 'none'. A row is {column, op, ...}: the API's comparison, with 'filled' (not empty)
 * and 'notin' (not in) as words of its own; {column: '@area', op: 'in'|'notin', place} is an area.
 */

export const AREA = '@area'
const INSIDE = { all: 'and', any: 'or' }
const TURNED = { filled: 'empty', notin: 'in' }

const leaf = (row) => {
  if (row.column === AREA) return row.op === 'notin' ? { not: { in: row.place } } : { in: row.place }
  const op = TURNED[row.op] ?? row.op
  const made = { column: row.column, op }
  for (const key of ['value', 'values', 'since', 'until']) if (row[key] !== undefined && row[key] !== null) made[key] = row[key]
  return row.op in TURNED ? { not: made } : made
}

/** The tree of a group; null where nothing is asked. */
export function toTree(group) {
  const parts = group.rows.map((row) => (row.rows ? toTree(row) : leaf(row))).filter(Boolean)
  if (!parts.length) return null
  if (group.how === 'none') return { not: { or: parts } }
  return { [INSIDE[group.how]]: parts }
}

function row(tree) {
  if (tree.in) return { column: AREA, op: 'in', place: tree.in }
  if (tree.column) return { ...tree }
  if (!tree.not) return null
  if (tree.not.in) return { column: AREA, op: 'notin', place: tree.not.in }
  const turned = { empty: 'filled', in: 'notin' }[tree.not.op]
  return turned ? { ...tree.not, op: turned } : null
}

function group(tree, deep) {
  const how = tree.and ? 'all' : tree.or ? 'any' : tree.not?.or ? 'none' : null
  if (!how) return null
  const rows = (tree.and ?? tree.or ?? tree.not.or).map((one) => row(one) ?? (deep ? group(one, false) : null))
  return rows.every(Boolean) ? { how, rows } : null
}

/** The rows of a tree; null for one that the page cannot show, deeper than its own. */
export function fromTree(tree) {
  if (!tree) return { how: 'all', rows: [] }
  const one = row(tree)
  return one ? { how: 'all', rows: [one] } : group(tree, true)
}

/** The tree with one more row that has to hold as well. */
export function withRow(tree, added) {
  const shown = fromTree(tree)
  if (shown?.how === 'all') return toTree({ how: 'all', rows: [...shown.rows, added] })
  return { and: [...(tree ? [tree] : []), leaf(added)] }
}

/** The tree without the rows of its first level that `gone` names. */
export function without(tree, gone) {
  const shown = fromTree(tree)
  return shown ? toTree({ ...shown, rows: shown.rows.filter((one, n) => !gone(one, n)) }) : null
}
