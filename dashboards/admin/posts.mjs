/** Posts 岗位: how one reads, and the form that gives or changes one. */

import * as api from '../pages/api.mjs'
import { h } from '../pages/dom.mjs'
import { field, picker } from '../pages/form.mjs'
import { named, t } from '../pages/i18n.mjs'

const KINDS = ['own_below', 'own', 'chosen', 'records', 'all']
let names = null

export const roleName = (role) => named({ name_zh: role.name_zh, name_en: role.name_en })

/** The roles, with what the reader lacks to give them. */
export const loadRoles = () => api.get('/access/roles')

/** Permission -> name; by group for the matrix. */
export async function loadPermissions() {
  names ??= await api.get('/access/permissions')
  return names
}

/** 乡镇网格长 · 八达镇及以下 */
export function postLine(post) {
  const where = post.scope === 'all' ? t('admin.scope.all')
    : post.scope === 'chosen' ? post.grids.map((g) => g.name).join(t('admin.comma'))
      : t(`admin.scope.line.${post.scope}`, { grid: post.grid?.name ?? '' })
  return [h('b', {}, roleName(post.role)), h('span', {}, where)]
}

async function findGrids(words) {
  const rows = await api.get(`/grids?q=${encodeURIComponent(words)}`)
  return rows.map((g) => ({ id: g.id, title: g.name, sub: `${t(`admin.level.${g.level}`)} · ${g.chain.slice(0, -1).map((c) => c.name).join(' › ') || g.code}` }))
}

/** The fields of a post: {fields, body()}. */
export function postFields(roles, post = null) {
  const start = post ? [post.grid, ...post.grids].filter(Boolean).map((g) => ({ id: g.id, title: g.name })) : []
  const picked = [...start]
  const role = h('select', {}, post ? null : h('option', { value: '', disabled: true, selected: true }, t('admin.post.choose_role')), roles.map((r) => h('option', { value: r.code, selected: post?.role.code === r.code, disabled: r.missing.length > 0 },
    r.missing.length ? t('admin.role.not_yours', { name: roleName(r) }) : roleName(r))))
  const kind = h('select', {}, KINDS.map((k) => h('option', { value: k, selected: k === (post?.scope ?? KINDS[0]) }, t(`admin.scope.${k}`))))
  const hint = h('small', { class: 'q' })
  const place = h('div', { class: 'place' })
  const draw = () => {
    hint.textContent = t(`admin.scope.hint.${kind.value}`)
    const many = kind.value === 'chosen'
    if (!many) picked.splice(1)
    const made = field(many ? 'grids' : 'grid_id', t(many ? 'admin.post.grids' : 'admin.post.grid'),
      picker({ find: findGrids, many, picked, words: t('admin.post.find_grid'), none: t('admin.post.no_grid') }))
    place.replaceChildren(...(kind.value === 'all' ? [] : [made]))
  }
  kind.addEventListener('change', draw)
  draw()
  const body = () => {
    const ids = picked.map((g) => g.id)
    const made = { role: role.value, scope: kind.value }
    if (kind.value === 'chosen') made.grids = ids
    else if (kind.value !== 'all' && ids.length) made.grid_id = ids[0]
    return made
  }
  return { fields: [field('role', t('admin.post.role'), role), field('scope', t('admin.post.scope'), kind), hint, place], body }
}
