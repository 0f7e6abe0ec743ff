/**
 * 审计: who did, changed, looked at or took out what, and when. /admin/audit, with the two questions
 * that are asked most under an address of their own: .../person/<id> and .../user/<id>.
 */

import * as api from '../../pages/api.mjs'
import { h, icon, sheet } from '../../pages/dom.mjs'
import { failure, may, say } from '../../pages/frame.mjs'
import { lang, locale, t } from '../../pages/i18n.mjs'
import { ENTITIES, act, changes, moment, note, pager, what } from './audit_rows.mjs'

const SIZE = 50
const GROUPS = ['looks', 'changes', 'exports', 'sign_ins', 'emergencies']
const NEXT_DAY = 86400000
const number = (n) => new Intl.NumberFormat(locale()).format(n)

/** Filters of an address: [] | ['person', id] | ['user', id]. */
function fromAddress([kind, id]) {
  if (!/^\d{1,18}$/.test(id ?? '')) return {}
  if (kind === 'person') return { entity: 'person', entity_id: id, group: 'looks' }
  return kind === 'user' ? { actor_id: id } : {}
}

export async function view(box, rest, go) {
  sheet('/static/admin/audit.css')
  const asked = { ...fromAddress(rest), page: 1 }
  const rows = h('div', { class: 'card rows' })
  const title = h('p', { class: 'question', hidden: true, role: 'status' })
  const bar = filters(asked, search)
  box.replaceChildren(questions(go), title, bar, rows)
  head(title, rest, null)

  async function search(page = 1) {
    asked.page = page
    rows.setAttribute('aria-busy', 'true')
    try {
      const found = await api.send('POST', '/audit/search', { filters: body(asked), page, size: SIZE })
      rows.replaceChildren(table(found, go, rest), pager(found, search))
      head(title, rest, found)
    } catch (error) {
      rows.replaceChildren(failure(error, () => search(page)))
    }
    rows.removeAttribute('aria-busy')
  }
  await search()
}

function body(asked) {
  const { since, until, actor, actor_id: by, entity, entity_id: id, group } = asked
  const day = (iso, add = 0) => new Date(new Date(`${iso}T00:00:00+08:00`).getTime() + add).toISOString()
  const made = {
    group, actor: actor || undefined, actor_id: by && Number(by), entity: entity || undefined,
    requests: !asked.requests && !id ? false : undefined,
    entity_id: id && Number(id), since: since && day(since), until: until && day(until, NEXT_DAY),
  }
  return Object.fromEntries(Object.entries(made).filter(([, value]) => value || value === false))
}

/** The two questions, ready to be asked. */
function questions(go) {
  const one = (name, label, hint, props, ask) => {
    const input = h('input', { class: 'input', 'aria-label': hint, placeholder: hint, required: true, name, ...props })
    return h('form', { class: `card ask ask-${name}`, onsubmit: (e) => { e.preventDefault(); ask(input.value.trim()) } },
      h('b', {}, label), h('div', { class: 'row' }, input, h('button', { class: 'btn p', type: 'submit' }, t('admin.audit.ask'))))
  }
  const byName = async (words) => {
    const found = await api.send('POST', '/audit/search', { filters: { actor: words }, size: 1 }).catch((e) => ({ error: e }))
    if (found.error) { say(found.error.message); return }
    const [row] = found.items
    if (row?.actor_id) go('user', row.actor_id)
    else say(t('admin.audit.nobody'))
  }
  return h('div', { class: 'questions' },
    one('person', t('admin.audit.who_looked'), t('admin.audit.person_id'), { inputmode: 'numeric', pattern: '[0-9]{1,18}' }, (id) => go('person', id)),
    one('user', t('admin.audit.what_did'), t('admin.audit.user_name'), { maxlength: 60, autocomplete: 'off' }, byName))
}

/** What is asked, in words, with its answer. */
function head(box, [kind, id], found) {
  box.hidden = !['person', 'user'].includes(kind)
  if (box.hidden) return
  const row = found?.items[0]
  const name = kind === 'user' ? row?.name || row?.actor || `#${id}` : `#${id}`
  const total = found ? h('span', { class: 'tag acc' }, t(`admin.audit.found.${kind}`, { n: number(found.total) })) : null
  box.replaceChildren(h('b', {}, t(`admin.audit.question.${kind}`, { name })), ' ', total,
    kind === 'person' && may('people.read') ? h('a', { class: 'lnk', href: `/desk/?id=people-${id}` }, t('admin.audit.card')) : null,
    h('a', { class: 'lnk', href: '/admin/audit' }, t('admin.audit.all')))
}

function filters(asked, search) {
  const field = (name, label, control) => {
    control.name = name
    control.value = asked[name] ?? ''
    control.addEventListener('change', () => { asked[name] = control.value.trim() })
    return h('label', { class: 'field' }, h('span', {}, label), control)
  }
  const choice = (all, options) => h('select', { class: 'input' }, h('option', { value: '' }, all),
    options.map(([value, words]) => h('option', { value }, words)))
  const input = (props) => h('input', { class: 'input', autocomplete: 'off', ...props })
  const form = h('form', { class: 'card filters', onsubmit: (e) => { e.preventDefault(); search() } },
    field('actor', t('admin.audit.by'), input({ maxlength: 60, placeholder: t('admin.audit.user_name') })),
    field('group', t('admin.audit.action'), choice(t('admin.audit.any'), GROUPS.map((g) => [g, t(`admin.audit.group.${g}`)]))),
    field('entity', t('admin.audit.what'), choice(t('admin.audit.any'), ENTITIES.map((e) => [e, t(`admin.audit.entity.${e}`)]))),
    field('entity_id', t('admin.audit.id'), input({ inputmode: 'numeric', pattern: '[0-9]{1,18}', class: 'input short' })),
    field('since', t('admin.audit.since'), input({ type: 'date', lang: lang() === 'en' ? 'en-GB' : 'zh-CN' })),
    field('until', t('admin.audit.until'), input({ type: 'date' })),
    h('label', { class: 'each' }, h('input', { type: 'checkbox', name: 'requests', onchange: (e) => { asked.requests = e.target.checked } }), t('admin.audit.requests')),
    h('div', { class: 'do' }, h('button', { class: 'btn p', type: 'submit' }, icon('i-search'), t('admin.audit.search')),
      may('export') ? files(asked) : null))
  return form
}

const files = (asked) => ['xlsx', 'csv'].map((format) => h('button', {
  type: 'button', class: 'btn', 'data-format': format, onclick: (e) => save(e.currentTarget, asked, format),
}, icon('i-download'), t(`admin.audit.export.${format}`)))

/** All rows of the search as a file. */
async function save(button, asked, format) {
  button.disabled = true
  try {
    const answer = await fetch(`/api/v1/audit/export?format=${format}`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'Accept-Language': lang() },
      body: JSON.stringify({ filters: body(asked) }),
    })
    if (!answer.ok) { say((await answer.json()).error.message); return }
    const url = URL.createObjectURL(await answer.blob())
    h('a', { href: url, download: `audit.${format}` }).click()
    setTimeout(() => URL.revokeObjectURL(url), 10000)
  } catch { say(t('pages.error.offline')) } finally { button.disabled = false }
}

function table(found, go, [kind]) {
  if (!found.total) return h('p', { class: 'none' }, t('admin.audit.none'))
  const heads = ['time', 'by', 'action', 'what', 'grid', 'note'].map((name) => h('th', { scope: 'col' }, t(`admin.audit.${name}`)))
  return h('div', { class: 'scroller' }, h('table', { class: 'table audit' },
    h('thead', {}, h('tr', {}, heads)), h('tbody', {}, found.items.map((row) => line(row, go, kind)))))
}

function line(row, go, kind) {
  const who = row.name ? [h('b', {}, row.name), h('small', {}, row.actor)] : h('small', {}, row.actor)
  const by = row.actor_id && kind !== 'user'
    ? h('button', { type: 'button', class: 'lnk by', title: t('admin.audit.what_did'), onclick: () => go('user', row.actor_id) }, who)
    : h('span', { class: 'by' }, who)
  return h('tr', { 'data-action': row.action, 'data-id': row.id },
    h('td', { class: 'at' }, moment(row.at)), h('td', {}, by), h('td', {}, act(row.action)),
    h('td', {}, what(row)), h('td', { class: 'in' }, row.grid ?? ''), h('td', { class: 'note' }, note(row), changes(row)))
}
