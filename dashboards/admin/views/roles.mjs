/** Roles 角色: permissions by group against roles, and beside it one role to change. */

import * as api from '../../pages/api.mjs'
import { h, icon, link } from '../../pages/dom.mjs'
import { field, form, sure } from '../../pages/form.mjs'
import { may, say } from '../../pages/frame.mjs'
import { counted, lang, named, t } from '../../pages/i18n.mjs'
import { loadPermissions, loadRoles, roleName } from '../posts.mjs'

const groupName = (p) => (lang() === 'en' ? p.group_en : p.group_zh)

function groups(permissions) {
  const found = new Map()
  for (const p of permissions) found.set(groupName(p), [...(found.get(groupName(p)) ?? []), p])
  return [...found]
}

function matrix(permissions, roles, chosen) {
  const heads = roles.map((r) => h('th', { scope: 'col', class: r.code === chosen ? 'on' : '' },
    link(`/admin/roles/${r.code}`, { class: 'lnk' }, roleName(r)), h('small', {}, r.users == null ? '' : counted('admin.role.users', r.users))))
  const row = (p) => h('tr', {}, h('th', { scope: 'row' }, named(p)), roles.map((r) => {
    const held = r.permissions.includes(p.code)
    return h('td', { class: r.code === chosen ? 'on' : '' }, held ? h('span', { class: 'held', role: 'img', 'aria-label': t('admin.role.held') }, icon('i-check')) : h('span', { class: 'no', 'aria-hidden': 'true' }, '·'))
  }))
  return h('div', { class: 'scroller' }, h('table', { class: 'table matrix' },
    h('thead', {}, h('tr', {}, h('th', {}, t('admin.role.permission')), heads)),
    groups(permissions).map(([name, list]) => h('tbody', {}, h('tr', { class: 'group' }, h('th', { colspan: String(roles.length + 1), scope: 'rowgroup' }, h('span', {}, name))), list.map(row)))))
}

function editor(permissions, role, { close, go }) {
  const zh = h('input', { maxlength: '40', value: role?.name_zh ?? '' })
  const en = h('input', { maxlength: '80', value: role?.name_en ?? '' })
  const code = h('input', { maxlength: '30', autocapitalize: 'none', spellcheck: false })
  const held = new Set(role?.permissions ?? [])
  const boxes = groups(permissions).map(([name, list]) => h('fieldset', {}, h('legend', {}, name), list.map((p) => {
    const locked = !may(p.code) && !held.has(p.code)
    return h('label', { class: `tick ${locked ? 'locked' : ''}`, title: locked ? t('admin.role.locked') : null },
      h('input', { type: 'checkbox', value: p.code, checked: held.has(p.code), disabled: locked,
        onchange: (e) => (e.target.checked ? held.add(p.code) : held.delete(p.code)) }), h('span', {}, named(p)), locked ? icon('i-lock') : null)
  })))
  const save = async () => {
    const body = { name_zh: zh.value.trim(), name_en: en.value.trim(), permissions: [...held] }
    if (role) await api.send('PUT', `/access/roles/${role.code}`, body)
    else await api.send('POST', '/access/roles', { ...body, code: code.value.trim() })
    await go(role?.code ?? code.value.trim())
    say(t('admin.role.saved'))
  }
  const remove = role && role.users === 0 ? sure(t('admin.remove'), t('admin.sure'), async () => {
    try { await api.send('DELETE', `/access/roles/${role.code}`); await go(); say(t('admin.role.removed')) } catch (error) { say(error.message) }
  }, { class: 'btn danger' }) : null
  return [h('header', { class: 'head' }, h('div', {}, h('h2', {}, role ? roleName(role) : t('admin.role.add')), role ? h('p', {}, role.code) : null),
    h('button', { type: 'button', class: 'ib', 'aria-label': t('pages.close'), onclick: close }, icon('i-close'))),
  role?.users ? h('p', { class: 'why' }, icon('i-users'), counted('admin.role.at_once', role.users)) : null,
  form(save, [role ? null : field('code', t('admin.role.code'), code, t('admin.role.code_hint')),
    field('name_zh', t('admin.role.name_zh'), zh), field('name_en', t('admin.role.name_en'), en),
    h('div', { class: 'ticks', 'data-field': 'permissions' }, boxes, h('em', { class: 'problem', role: 'alert' }))],
  { go: t('admin.save'), cancel: close, danger: remove })].filter(Boolean)
}

export async function view(box, [which], go) {
  const [permissions, roles] = await Promise.all([loadPermissions(), loadRoles()])
  // Roles are the same everywhere: only who manages everything is told how many hold one, and may change it.
  const all = roles.every((r) => r.users != null)
  const role = roles.find((r) => r.code === which)
  const list = h('section', { class: 'card list', 'aria-label': t('admin.nav.roles') },
    h('div', { class: 'bar' }, h('span', { class: 'q' }, t(all ? 'admin.role.hint' : 'admin.role.look_only')), h('span', { class: 'sp' }),
      all ? link('/admin/roles/new', { class: 'btn p' }, icon('i-plus'), t('admin.role.add')) : null),
    matrix(permissions, roles, role?.code))
  const open = all && (role || which === 'new')
  const side = h('section', { class: 'card side' }, open ? editor(permissions, role, { close: () => go(), go }) : null)
  side.hidden = !open
  box.replaceChildren(list, side)
  box.classList.toggle('opened', Boolean(open))
}
