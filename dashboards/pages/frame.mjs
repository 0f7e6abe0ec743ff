/** The frame of /admin and /account: navigation at the left, title, language and user at the top. */

import * as api from './api.mjs'
import { h, icon } from './dom.mjs'
import { lang, loadTexts, t } from './i18n.mjs'

const PAGES = [['desk', 'desk.view', 'i-map'], ['screen', 'screen.view', 'i-full'], ['patrol', 'patrol.view', 'i-walk']]
const ADMIN = ['admin', 'dictionaries.manage', 'audit.read', 'break_glass', 'emergency.review']
const page = document.querySelector('#page')
let me = null

export const reader = () => me
export const may = (permission) => me.permissions.includes(permission)

/** Who is signed in, and the words of the page. Leads to sign-in where the session is over. */
export async function begin(...parts) {
  const bases = ['pages', ...parts].map((part) => `/static/pages/strings.${part}`)
  await loadTexts('zh', ...bases)
  api.on('signedout', () => location.assign(`/login?next=${encodeURIComponent(location.pathname)}`))
  me = await api.get('/me')
  if (me.lang !== 'zh') await loadTexts(me.lang, ...bases)
}

export async function speak(chosen) {
  await api.send('PUT', '/me/lang', { lang: chosen })
  localStorage.setItem('gridgov.lang', chosen) // the phone page keeps its own choice
  location.reload()
}

export async function signOut() {
  await api.send('DELETE', '/session').catch(() => {})
  location.assign('/login')
}

const entry = (href, sign, words, on = false) => h('li', {}, h('a', {
  href, class: on ? 'on' : '', 'aria-current': on ? 'page' : null }, icon(sign), h('span', {}, words)))

function nav(views, active) {
  const others = PAGES.filter(([, permission]) => may(permission)).map(([name, , sign]) =>
    entry(`/${name}/`, sign, t(`pages.nav.${name}`)))
  return h('nav', { class: 'nav', 'aria-label': t('pages.nav.label') },
    h('div', { class: 'brand' }, icon('i-grid', 'logo'), h('span', {}, t('pages.brand'))),
    h('ul', {}, views.map((v) => entry(v.href, v.sign, v.words, v.name === active)),
      others.length && views.length ? h('li', { class: 'sep' }) : null, others),
    me.demo ? h('div', { class: 'ft' }, h('span', { class: 'tag' }, t('pages.demo'))) : null)
}

function userMenu() {
  const box = h('div', { class: 'menu', id: 'user' },
    h('div', { class: 'who' }, h('b', {}, me.user.name), h('small', {}, me.user.username)),
    h('a', { href: '/account' }, icon('i-person'), t('pages.nav.account')),
    ADMIN.some(may) ? h('a', { href: '/admin' }, icon('i-settings'), t('pages.nav.admin')) : null,
    h('button', { type: 'button', onclick: signOut }, icon('i-logout'), t('pages.sign_out')))
  const toggle = h('button', { type: 'button', class: 'me', 'aria-expanded': 'false', 'aria-controls': 'user',
    onclick: () => { const open = box.toggleAttribute('data-open'); toggle.setAttribute('aria-expanded', String(open)) } },
  h('span', { class: 'av l' }, (me.user.name || me.user.username).slice(0, 1)), h('span', { class: 'name' }, me.user.name), icon('i-down'))
  const holder = h('div', { class: 'holder' }, toggle, box)
  const close = () => { box.removeAttribute('data-open'); toggle.setAttribute('aria-expanded', 'false') }
  document.addEventListener('click', (e) => { if (!holder.contains(e.target)) close() })
  document.addEventListener('keydown', (e) => { if (e.key === 'Escape') close() })
  return holder
}

const speech = () => h('div', { class: 'lang', role: 'group', 'aria-label': t('pages.language') },
  [['zh', '中'], ['en', 'EN']].map(([code, words]) => h('button', { type: 'button', lang: code === 'zh' ? 'zh-CN' : 'en',
    'aria-pressed': String(lang() === code), 'data-lang': code, onclick: () => speak(code) }, words)))

/** Draw the frame; returns the place of the view. views: [{name, href, sign, words}]. */
export function draw({ title, views, active }) {
  document.title = title
  const body = h('main', { id: 'view', tabindex: '-1' })
  page.replaceChildren(h('div', { class: 'frame' }, nav(views, active),
    h('header', { class: 'top' }, h('h1', {}, title), h('span', { class: 'sp' }), me.demo ? h('span', { class: 'tag demo' }, t('pages.demo')) : null, speech(), userMenu()),
    body), h('div', { id: 'said', class: 'said', role: 'status', 'aria-live': 'polite' }))
  return body
}

/** A sentence in place of what cannot be shown, with what can be done about it. */
export const notice = (sign, title, text, action = null) => h('div', { class: 'notice', role: 'status' },
  icon(sign), h('b', {}, title), text ? h('p', {}, text) : null, action)

/** What stands there when something could not be read. */
export function failure(error, retry) {
  if (!(error instanceof api.ApiError)) throw error
  if (error.status === 403) return notice('i-lock', t('pages.denied'), error.message)
  return notice('i-info', t('pages.not_read'), error.message,
    h('button', { type: 'button', class: 'btn', onclick: retry }, icon('i-refresh'), t('pages.retry')))
}

let fading = null
/** A dark bar at the foot for some seconds. */
export function say(words) {
  const box = document.querySelector('#said')
  clearTimeout(fading)
  box.textContent = words
  fading = setTimeout(() => { box.textContent = '' }, 8000)
}
