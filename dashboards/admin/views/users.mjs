/** Users 用户: the list with its search, and beside it one user or a new one. */

import * as api from '../../pages/api.mjs'
import { h, icon, link } from '../../pages/dom.mjs'
import { counted, t } from '../../pages/i18n.mjs'
import { loadRoles, postLine, roleName } from '../posts.mjs'
import { added, card } from '../user.mjs'

const SIZE = 50
// What is asked for stays while one looks at users.
const asked = { words: '', role: '', active: '', page: 1 }

function body() {
  const wanted = { page: asked.page, size: SIZE }
  if (asked.words.trim()) wanted.words = asked.words.trim()
  if (asked.role) wanted.role = asked.role
  if (asked.active) wanted.active = asked.active === 'yes'
  return wanted
}

function row(user, chosen) {
  const state = [user.active ? (user.must_change ? null : h('span', { class: 'q' }, t('admin.user.on'))) : h('span', { class: 'tag' }, t('admin.user.off')),
    user.must_change && user.active ? h('span', { class: 'tag warn' }, t('admin.user.must_change')) : null]
  return h('tr', { class: user.id === chosen ? 'on' : '', 'data-user': user.username },
    h('td', {}, link(`/admin/users/${user.id}`, { class: 'lnk', 'aria-current': user.id === chosen ? 'true' : null }, user.name),
      h('small', {}, user.username)),
    h('td', {}, user.posts.length ? user.posts.map((p) => h('div', { class: 'post' }, postLine(p))) : h('span', { class: 'q' }, t('admin.post.none'))),
    h('td', {}, state))
}

function pager(found, draw) {
  const pages = Math.max(1, Math.ceil(found.total / SIZE))
  const step = (by) => h('button', { type: 'button', class: 'btn', 'aria-label': t(by < 0 ? 'admin.page.back' : 'admin.page.on'),
    disabled: asked.page + by < 1 || asked.page + by > pages, onclick: () => { asked.page += by; draw() } }, icon(by < 0 ? 'i-left' : 'i-right'))
  return h('div', { class: 'pager' }, h('span', {}, counted('admin.user.count', found.total)),
    pages > 1 ? [step(-1), h('span', {}, `${asked.page} / ${pages}`), step(1)] : null)
}

function filters(roles, changed) {
  let timer = null
  const words = h('input', { class: 'input', type: 'search', maxlength: '60', value: asked.words, placeholder: t('admin.user.find'),
    'aria-label': t('admin.user.find'), oninput: (e) => { asked.words = e.target.value; clearTimeout(timer); timer = setTimeout(changed, 250) } })
  const choice = (key, words_, options) => h('select', { class: 'input', 'aria-label': words_, onchange: (e) => { asked[key] = e.target.value; changed() } },
    options.map(([value, text]) => h('option', { value, selected: value === asked[key] }, text)))
  return h('div', { class: 'bar' }, words,
    choice('role', t('admin.user.role'), [['', t('admin.user.any_role')], ...roles.map((r) => [r.code, roleName(r)])]),
    choice('active', t('admin.user.state'), [['', t('admin.user.any_state')], ['yes', t('admin.user.on')], ['no', t('admin.user.off')]]),
    h('span', { class: 'sp' }),
    link('/admin/users/new', { class: 'btn p' }, icon('i-plus'), t('admin.user.add')))
}

export async function view(box, [which], go) {
  const roles = await loadRoles()
  const rows = h('tbody')
  const foot = h('div', { class: 'foot' })
  const chosen = Number(which)
  let turn = 0
  const draw = async () => {
    const mine = ++turn
    const found = await api.send('POST', '/access/users/search', body())
    if (mine !== turn) return
    rows.replaceChildren(...(found.items.length ? found.items.map((u) => row(u, chosen))
      : [h('tr', {}, h('td', { colspan: '3', class: 'q' }, t('admin.user.nobody')))]))
    foot.replaceChildren(pager(found, draw))
  }
  const again = () => { asked.page = 1; return draw() }
  const list = h('section', { class: 'card list', 'aria-label': t('admin.nav.users') }, filters(roles, again),
    h('div', { class: 'scroller' }, h('table', { class: 'table' }, h('thead', {}, h('tr', {},
      ['name', 'posts', 'state'].map((k) => h('th', { scope: 'col' }, t(`admin.user.${k}`))))), rows)), foot)
  const side = h('section', { class: 'card side' })
  box.replaceChildren(list, side)
  box.classList.toggle('opened', Boolean(which))
  const close = () => go()
  const drawing = draw()
  if (which === 'new') side.replaceChildren(added(roles, { close, go, changed: again }))
  else if (which) await card(side, chosen, roles, { close, changed: draw })
  else side.replaceChildren(h('p', { class: 'hint' }, t('admin.user.choose')))
  await drawing
}
