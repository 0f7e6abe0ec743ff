/** One user: who, posts, account; and the form for a new one. */

import * as api from '../pages/api.mjs'
import { h, icon } from '../pages/dom.mjs'
import { field, form, picker, sure } from '../pages/form.mjs'
import { failure, may, say } from '../pages/frame.mjs'
import { counted, stamp, t } from '../pages/i18n.mjs'
import { postFields, postLine } from './posts.mjs'

const head = (title, sub, tags, close) => h('header', { class: 'head' },
  h('div', {}, h('h2', {}, title), sub ? h('p', {}, sub) : null, tags),
  h('button', { type: 'button', class: 'ib', 'aria-label': t('pages.close'), onclick: close }, icon('i-close')))

/** A made-up password, shown this once. */
function secret(password) {
  const copy = h('button', { type: 'button', class: 'btn', onclick: async () => {
    await navigator.clipboard?.writeText(password)
    copy.textContent = t('admin.password.copied')
  } }, t('admin.password.copy'))
  return h('div', { class: 'secret', role: 'status' }, h('p', {}, t('admin.password.once')), h('code', {}, password), copy)
}

export function added(roles, { close, go, changed }) {
  const post = postFields(roles)
  const input = (name, more = {}) => h('input', { name, maxlength: '60', autocomplete: 'off', spellcheck: false, ...more })
  const username = input('username', { autocapitalize: 'none' })
  const name = input('name')
  const password = input('password', { maxlength: '200', placeholder: t('admin.password.made_up') })
  const act = async () => {
    const made = { username: username.value.trim(), name: name.value.trim(), post: post.body() }
    if (password.value) made.password = password.value
    const answer = await api.send('POST', '/access/users', made)
    await changed()
    if (!answer.password) { say(t('admin.user.added', { name: made.name })); await go(String(answer.id)); return }
    section.replaceChildren(head(made.name, made.username, null, () => go(String(answer.id))), secret(answer.password),
      h('div', { class: 'form' }, h('div', { class: 'do' }, h('button', { type: 'button', class: 'btn p', onclick: () => go(String(answer.id)) }, t('admin.user.open')))))
  }
  const section = h('div', {}, head(t('admin.user.add'), null, null, close), form(act, [
    field('name', t('admin.user.name'), name), field('username', t('admin.user.username'), username, t('admin.user.username_hint')),
    field('password', t('admin.password.first'), password, t('admin.password.hint')),
    h('h3', {}, t('admin.post.first')), post.fields], { go: t('admin.user.add_now'), cancel: close }))
  return section
}

/** Draw the card of a user into `side`; draws itself anew after each change. */
export async function card(side, id, roles, { close, changed }) {
  const path = `/access/users/${id}`
  let user
  try { user = await api.get(path) } catch (error) { side.replaceChildren(failure(error, () => card(side, id, roles, { close, changed }))); return }
  const again = async (words) => { await Promise.all([changed(), card(side, id, roles, { close, changed })]); if (words) say(words) }
  const act = (method, to, words, body) => async () => {
    try { await api.send(method, path + to, body); await again(words) } catch (error) { say(error.message) }
  }
  const free = user.may.manage && !user.oneself
  const tags = h('div', { class: 'row tags' }, user.active ? h('span', { class: 'tag acc' }, t('admin.user.on')) : h('span', { class: 'tag' }, t('admin.user.off')),
    user.must_change ? h('span', { class: 'tag warn' }, t('admin.user.must_change')) : null,
    user.second_factor ? h('span', { class: 'tag' }, t('admin.user.second_factor')) : null)
  const look = user.may.preview ? h('button', { type: 'button', class: 'btn', onclick: async () => {
    try { await api.send('POST', '/session/as', { user_id: id }) } catch (error) { say(error.message); return }
    location.assign('/')
  } }, icon('i-eye'), t('admin.user.see_as')) : null
  const why = user.oneself ? t('admin.user.oneself') : user.may.manage ? null : t('admin.user.above')
  side.replaceChildren(...[head(user.name, user.username, tags, close),
    look ? h('div', { class: 'doing' }, look) : null,
    why ? h('p', { class: 'why' }, icon('i-lock'), why) : null,
    postsOf(user, roles, free, { path, again, act }),
    detailsOf(user, free, { path, again }),
    accountOf(user, free, { path, again, act })].filter(Boolean))
}

function postsOf(user, roles, free, { path, again, act }) {
  const rows = h('ul', { class: 'posts' })
  const edit = (post) => {
    const made = postFields(roles, post)
    const to = post ? `/posts/${post.id}` : '/posts'
    const done = async () => { await api.send(post ? 'PUT' : 'POST', path + to, made.body()); await again(t('admin.post.saved')) }
    return form(done, made.fields, { go: t('admin.save'), cancel: () => again() })
  }
  for (const post of user.posts) {
    const item = h('li', { 'data-post': post.role.code }, h('div', { class: 'post' }, postLine(post)), free ? h('div', { class: 'row' },
      h('button', { type: 'button', class: 'lnk', onclick: () => item.replaceChildren(edit(post)) }, t('admin.change')),
      sure(t('admin.remove'), t('admin.post.remove_sure'), act('DELETE', `/posts/${post.id}`, t('admin.post.removed')), { class: 'lnk danger' })) : null)
    rows.append(item)
  }
  const more = h('button', { type: 'button', class: 'lnk', onclick: () => { more.hidden = true; rows.append(h('li', {}, edit(null))) } }, t('admin.post.add'))
  return h('section', { class: 'part' }, h('h3', {}, t('admin.user.posts'), free ? more : null),
    user.posts.length ? null : h('p', { class: 'q' }, t('admin.post.none')), rows)
}

async function findStaff(words) {
  const found = await api.send('POST', '/staff/search', { filters: { name: words }, size: 20 })
  return found.items.map((s) => ({ id: s.id, title: s.name, sub: (s.posts ?? []).map((p) => p.grid).join(t('admin.comma')) }))
}

function detailsOf(user, free, { path, again }) {
  const facts = h('dl', { class: 'facts' }, [
    [t('admin.user.name'), user.name], [t('admin.user.staff'), user.staff?.name ?? '—'],
    [t('admin.user.since'), stamp(user.created_at)]].map(([k, v]) => [h('dt', {}, k), h('dd', {}, v)]))
  const box = h('div', {}, facts)
  const edit = () => {
    const name = h('input', { maxlength: '60', value: user.name })
    const picked = user.staff ? [{ id: user.staff.id, title: user.staff.name ?? String(user.staff.id) }] : []
    const link = free && may('staff.read')
    const save = async () => {
      const body = { name: name.value.trim() }
      if (link) body.staff_id = picked[0]?.id ?? null
      await api.send('PATCH', path, body)
      await again(t('admin.user.saved'))
    }
    box.replaceChildren(form(save, [field('name', t('admin.user.name'), name),
      link ? field('staff_id', t('admin.user.staff'), picker({ find: findStaff, picked, words: t('admin.user.find_staff'), none: t('admin.user.no_staff') }), t('admin.user.staff_hint')) : null],
    { go: t('admin.save'), cancel: () => again() }))
  }
  return h('section', { class: 'part' }, h('h3', {}, t('admin.user.details'),
    user.may.manage ? h('button', { type: 'button', class: 'lnk', onclick: edit }, t('admin.change')) : null), box)
}

function accountOf(user, free, { path, again, act }) {
  const line = user.sessions ? t('admin.user.sessions', { n: counted('admin.session', user.sessions), at: stamp(user.seen_at) }) : t('admin.user.no_session')
  const shown = h('div')
  const reset = async () => {
    const answer = await api.send('PUT', `${path}/password`, {})
    shown.replaceChildren(secret(answer.password))
  }
  const buttons = free ? h('div', { class: 'row' },
    sure(t('admin.password.new'), t('admin.password.new_sure'), () => reset().catch((error) => say(error.message))),
    user.second_factor ? sure(t('admin.user.factor_off'), t('admin.sure'), act('DELETE', '/second-factor', t('admin.user.factor_is_off'))) : null,
    user.sessions ? sure(t('admin.user.sign_out'), t('admin.sure'), act('DELETE', '/sessions', t('admin.user.signed_out'))) : null,
    user.active ? sure(t('admin.user.switch_off'), t('admin.user.switch_off_sure'), act('PATCH', '', t('admin.user.is_off'), { active: false }), { class: 'btn danger' })
      : h('button', { type: 'button', class: 'btn', onclick: act('PATCH', '', t('admin.user.is_on'), { active: true }) }, t('admin.user.switch_on'))) : null
  return h('section', { class: 'part' }, h('h3', {}, t('admin.user.account')), h('p', { class: 'q' }, line), buttons, shown)
}
