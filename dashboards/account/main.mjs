/** /account 我的账号, for everybody who is signed in: password, second factor, sessions, language. */

import * as api from '../pages/api.mjs'
import { h, sheet } from '../pages/dom.mjs'
import { field, form, sure } from '../pages/form.mjs'
import { begin, draw, failure, notice, reader, say, speak } from '../pages/frame.mjs'
import { lang, stamp, t } from '../pages/i18n.mjs'
import { enrol } from './enrol.mjs'

const secret = (name, kind) => h('input', { name, type: 'password', autocomplete: kind, maxlength: '200' })
const part = (name, title, ...inside) => h('section', { class: 'card', id: name }, h('h2', {}, title), inside)

function password() {
  const current = secret('current', 'current-password')
  const fresh = secret('new', 'new-password')
  const again = secret('again', 'new-password')
  const act = async (made) => {
    if (fresh.value !== again.value) throw new api.ApiError(t('login.differ'), { status: 422, field: 'again' })
    await api.send('PUT', '/me/password', { current: current.value, new: fresh.value })
    made.reset()
    say(t('account.password.changed'))
    await sessions()
  }
  return part('password', t('account.password'), form(act, [
    h('input', { name: 'username', autocomplete: 'username', value: reader().user.username, hidden: true }),
    field('current', t('login.current'), current), field('new', t('login.new'), fresh, t('login.rule')), field('again', t('login.again'), again),
  ], { go: t('account.password.save') }))
}

async function factor() {
  const { totp } = await api.get('/me')
  const box = h('div')
  const redraw = async () => document.querySelector('#factor').replaceWith(await factor())
  if (totp.on) {
    const once = secret('password', 'current-password')
    const code = h('input', { name: 'code', autocomplete: 'one-time-code', maxlength: '20' })
    const act = async () => {
      await api.send('DELETE', '/me/totp', { password: once.value, code: code.value })
      await redraw()
      say(t('account.factor.is_off'))
    }
    const open = () => box.replaceChildren(form(act, [field('password', t('login.password'), once), field('code', t('login.code'), code, t('account.factor.code_hint'))],
      { go: t('account.factor.off'), cancel: redraw }))
    box.append(h('p', { class: 'state' }, h('span', { class: 'tag acc' }, t('account.factor.on')), t('account.factor.left', { n: totp.recovery_codes })),
      h('div', { class: 'do' }, h('button', { type: 'button', class: 'btn', onclick: open }, t('account.factor.off'))))
  } else {
    box.append(h('p', { class: 'state' }, h('span', { class: 'tag' }, t('account.factor.none')), t('account.factor.why')),
      h('div', { class: 'do' }, h('button', { type: 'button', class: 'btn p', onclick: () => enrol(box, redraw) }, t('account.factor.begin'))))
  }
  return part('factor', t('account.factor'), box)
}

async function sessions() {
  const rows = await api.get('/me/sessions')
  const everywhere = async () => {
    await api.send('DELETE', '/me/sessions')
    location.assign('/login')
  }
  const made = part('sessions', t('account.sessions'), h('ul', { class: 'places' }, rows.map((row) => h('li', {},
    h('div', {}, h('b', {}, row.agent || t('account.session.program')), row.current ? h('span', { class: 'tag acc' }, t('account.session.this')) : null),
    h('p', { class: 'q' }, t('account.session.times', { since: stamp(row.created_at), seen: stamp(row.seen_at) }))))),
  h('div', { class: 'do' }, sure(t('account.sessions.end'), t('account.sessions.sure'), everywhere, { class: 'btn danger' })))
  document.querySelector('#sessions')?.replaceWith(made)
  return made
}

const language = () => part('language', t('pages.language'), h('div', { class: 'do', role: 'radiogroup', 'aria-label': t('pages.language') },
  [['zh', '中文'], ['en', 'English']].map(([code, words]) => h('button', { type: 'button', role: 'radio', class: `btn ${lang() === code ? 'p' : ''}`,
    lang: code === 'zh' ? 'zh-CN' : 'en', 'aria-checked': String(lang() === code), onclick: () => speak(code) }, words))))

async function start() {
  sheet('/static/account/account.css')
  await begin('account', 'login')
  const views = [{ name: 'account', href: '/account', sign: 'i-person', words: t('pages.nav.account') }]
  const box = draw({ title: t('pages.nav.account'), views, active: 'account' })
  const me = reader()
  if (me.preview) { box.append(notice('i-eye', t('account.preview'), t('account.preview_hint'))); return }
  try {
    const roles = me.home_grid ? me.home_grid.name : ''
    const head = h('header', { class: 'card who-am-i' }, h('span', { class: 'av l' }, me.user.name.slice(0, 1)),
      h('div', {}, h('b', {}, me.user.name), h('p', { class: 'q' }, [me.user.username, roles].filter(Boolean).join(' · '))))
    box.append(h('div', { class: 'account' }, head, password(), h('div', { class: 'column' }, await factor(), await sessions(), language())))
  } catch (error) { box.replaceChildren(failure(error, () => location.reload())) }
}

start()
