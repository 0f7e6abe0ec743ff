/** Me: name, language, sign out. */

import { send } from '../../pages/api.mjs'
import { h, icon } from '../../pages/dom.mjs'
import { keepLang, lang, t } from '../i18n.mjs'
import * as outbox from '../outbox.mjs'
import { state } from '../state.mjs'
import { bar, demo, notice } from './parts.mjs'

async function speak(chosen) {
  keepLang(chosen)
  await send('PUT', '/me/lang', { lang: chosen }).catch(() => {})
  location.reload()
}

async function signOut() {
  await send('DELETE', '/session').catch(() => {})
  location.assign('/login?next=/patrol')
}

export async function me() {
  const waiting = (await outbox.reports()).filter((r) => r.state !== 'sent').length
  const choice = (code, words) => h('button', { class: `chip ${lang() === code ? 'on' : ''}`, lang: code === 'zh' ? 'zh-CN' : 'en', role: 'radio',
    'aria-checked': String(lang() === code), 'data-lang': code, onclick: () => speak(code) }, words)
  return { body: [bar(t('patrol.me.title')), h('div', { class: 'scroll pad stack' },
    h('article', { class: 'card lrow' }, h('span', { class: 'me' }, state.me.user.name.slice(0, 1)),
      h('div', { class: 'grow' }, h('b', {}, state.me.user.name), h('p', {}, state.me.home_grid?.name ?? '')), demo()),
    h('h2', { class: 'h' }, t('patrol.me.language')),
    h('div', { class: 'chips', role: 'radiogroup', 'aria-label': t('patrol.me.language') }, choice('zh', t('patrol.me.zh')), choice('en', t('patrol.me.en'))),
    waiting ? notice('i-outbox', t('patrol.me.unsent', { n: waiting }), t('patrol.me.unsent_hint')) : null,
    h('a', { class: 'btn quiet', href: '/account' }, icon('i-lock'), t('patrol.me.account')),
    h('button', { class: 'btn line', onclick: signOut }, icon('i-logout'), t('patrol.me.sign_out')))] }
}
