/**
 * /admin 管理: the views and who may open them.
 *
 * To add a view: one line in VIEWS, its name in the navigation as "admin.nav.<name>" (keys that begin
 * with "admin." may stand in a strings file of your own), and a module views/<name>.mjs that exports
 * `view(box, rest, go)`. It draws into `box` (async is fine; an ApiError that it throws is told in its
 * place). `rest` is the address after /admin/<name>/ as a list, `go(...rest)` goes to another one of the
 * same view. Style sheets of a view: `sheet('/static/admin/<name>.css')` of pages/dom.mjs.
 */

import { h, sheet } from '../pages/dom.mjs'
import { begin, draw, failure, may, notice } from '../pages/frame.mjs'
import { t } from '../pages/i18n.mjs'

const VIEWS = [
  { name: 'users', sign: 'i-users', rights: ['admin'], load: () => import('./views/users.mjs') },
  { name: 'roles', sign: 'i-id', rights: ['admin'], load: () => import('./views/roles.mjs') },
  { name: 'dictionaries', sign: 'i-list', rights: ['dictionaries.manage'], load: () => import('./views/dictionaries.mjs') },
  { name: 'parameters', sign: 'i-settings', rights: ['dictionaries.manage'], load: () => import('./views/parameters.mjs') },
  { name: 'audit', sign: 'i-eye', rights: ['audit.read'], load: () => import('./views/audit.mjs') },
  { name: 'emergencies', sign: 'i-unlock', rights: ['emergency.review', 'break_glass'], load: () => import('./views/emergencies.mjs') },
]

let turn = 0

async function open() {
  const mine = ++turn
  const shown = VIEWS.filter((v) => v.rights.some(may))
  const [name, ...rest] = location.pathname.split('/').slice(2).filter(Boolean).map(decodeURIComponent)
  const asked = name ? shown.find((v) => v.name === name) : shown[0]
  const views = shown.map((v) => ({ ...v, href: `/admin/${v.name}`, words: t(`admin.nav.${v.name}`) }))
  const title = asked ? t(`admin.nav.${asked.name}`) : t('pages.nav.admin')
  const body = draw({ title, views, active: asked?.name })
  if (!asked) { body.replaceChildren(notice('i-lock', t('pages.denied'), t('pages.denied_hint'))); return }
  const box = h('div', { class: `v-${asked.name}` })
  body.append(box)
  try {
    const { view } = await asked.load()
    if (mine === turn) await view(box, rest, (...to) => go(asked.name, ...to))
  } catch (error) {
    if (mine === turn) box.replaceChildren(failure(error, open))
  }
}

function go(...parts) {
  history.pushState(null, '', `/admin/${parts.map(encodeURIComponent).join('/')}`)
  return open()
}

async function start() {
  sheet('/static/admin/admin.css')
  await begin('admin')
  addEventListener('popstate', open)
  document.addEventListener('click', (e) => {
    const a = e.target.closest?.('a[href^="/admin/"]')
    if (!a || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey) return
    e.preventDefault()
    history.pushState(null, '', a.getAttribute('href'))
    open()
  })
  await open()
}

start()
