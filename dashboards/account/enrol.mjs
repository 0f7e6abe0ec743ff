/** Setting up the second factor, step by step: password, scan and first code, recovery codes. */

import * as api from '../pages/api.mjs'
import { h } from '../pages/dom.mjs'
import { field, form } from '../pages/form.mjs'
import { t } from '../pages/i18n.mjs'

export function enrol(box, done) {
  const once = h('input', { name: 'password', type: 'password', autocomplete: 'current-password', maxlength: '200' })
  const act = async () => scan(box, done, await api.send('POST', '/me/totp', { password: once.value }))
  box.replaceChildren(form(act, [field('password', t('login.password'), once)], { go: t('login.next'), cancel: done }))
  once.focus()
}

function scan(box, done, { svg, secret, uri }) {
  const code = h('input', { name: 'code', inputmode: 'numeric', autocomplete: 'one-time-code', maxlength: '7' })
  const act = async () => codes(box, done, (await api.send('POST', '/me/totp/confirm', { code: code.value })).recovery_codes)
  box.replaceChildren(h('p', { class: 'state' }, t('login.scan_hint')),
    h('div', { class: 'scan' }, h('img', { alt: '', width: '168', height: '168', src: `data:image/svg+xml,${encodeURIComponent(svg)}` }),
      h('p', {}, t('login.by_hand'), h('code', {}, secret.match(/.{4}/g).join(' ')), h('a', { class: 'open', href: uri }, t('login.open_app')))),
    form(act, [field('code', t('login.code'), code)], { go: t('login.confirm'), cancel: done }))
  code.focus()
}

function codes(box, done, list) {
  box.replaceChildren(h('h3', {}, t('login.codes_title')), h('p', { class: 'state' }, t('login.codes_hint')),
    h('ol', { class: 'codes' }, list.map((code) => h('li', {}, code))),
    h('div', { class: 'do' }, h('button', { type: 'button', class: 'btn p', onclick: done }, t('account.factor.kept')),
      h('button', { type: 'button', class: 'btn', onclick: () => print() }, t('login.print'))))
}
