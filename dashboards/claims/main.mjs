/** /claims 导入认领: rows to be claimed, and the files that they came in. */

import { h, sheet } from '../pages/dom.mjs'
import { begin, draw, failure, may, notice } from '../pages/frame.mjs'
import { t } from '../pages/i18n.mjs'

const VIEWS = [
  { name: 'people', sign: 'i-person', right: 'claims.claim', load: () => import('./views/rows.mjs') },
  { name: 'premises', sign: 'i-premises', right: 'claims.claim', load: () => import('./views/rows.mjs') },
  { name: 'files', sign: 'i-import', right: 'claims.import', load: () => import('./views/files.mjs') },
]
let turn = 0

async function open() {
  const mine = ++turn
  const shown = VIEWS.filter((v) => may(v.right))
  const [name, ...rest] = location.pathname.split('/').slice(2).filter(Boolean).map(decodeURIComponent)
  const asked = name ? shown.find((v) => v.name === name) : shown[0]
  const views = shown.map((v) => ({ ...v, href: `/claims/${v.name}`, words: t(`claims.nav.${v.name}`) }))
  const body = draw({ title: asked ? t(`claims.nav.${asked.name}`) : t('claims.title'), views, active: asked?.name })
  if (!asked) { body.replaceChildren(notice('i-lock', t('pages.denied'), t('pages.denied_hint'))); return }
  const box = h('div', { class: `v-${asked.name === 'files' ? 'files' : 'rows'}` })
  body.append(box)
  try {
    const { view } = await asked.load()
    if (mine === turn) await view(box, asked.name, rest, (...to) => go(asked.name, ...to))
  } catch (error) {
    if (mine === turn) box.replaceChildren(failure(error, open))
  }
}

function go(...parts) {
  history.pushState(null, '', `/claims/${parts.map(encodeURIComponent).join('/')}`)
  return open()
}

async function start() {
  sheet('/static/claims/claims.css')
  await begin('claims', 'forms')
  addEventListener('popstate', open)
  document.addEventListener('click', (e) => {
    const a = e.target.closest?.('a[href^="/claims"]')
    if (!a || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey) return
    e.preventDefault()
    history.pushState(null, '', a.getAttribute('href'))
    open()
  })
  await open()
}

start()
