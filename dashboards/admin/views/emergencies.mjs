/** 紧急查看: the looks that the reader began or may review; /admin/emergencies/<id> is the report. */

import * as api from '../../pages/api.mjs'
import { h, icon, sheet } from '../../pages/dom.mjs'
import { failure, say } from '../../pages/frame.mjs'
import { clock, locale, named, stamp, t } from '../../pages/i18n.mjs'
import { act, moment, note, opened, pager, what } from './audit_rows.mjs'

const SIZE = 50
const number = (n) => new Intl.NumberFormat(locale()).format(n)
const reason = (look) => named({ name_zh: look.reason_zh, name_en: look.reason_en, name: look.reason })

export async function view(box, [id], go) {
  sheet('/static/admin/audit.css')
  if (/^\d{1,18}$/.test(id ?? '')) await report(box, id)
  else await listed(box, go, 1)
}

/** open | waiting | in_order | not_in_order */
function state(look) {
  if (!look.ended_at) return 'open'
  if (look.in_order === null) return 'waiting'
  return look.in_order ? 'in_order' : 'not_in_order'
}
const badge = (look) => h('span', { class: `tag s-${state(look)}` }, t(`admin.emergency.state.${state(look)}`))

async function listed(box, go, page) {
  const found = await api.get(`/emergencies?page=${page}&size=${SIZE}`)
  const again = (to) => listed(box, go, to).catch((error) => box.replaceChildren(failure(error, () => again(to))))
  if (!found.total) {
    box.replaceChildren(h('p', { class: 'card none' }, t('admin.emergency.none')))
    return
  }
  const heads = ['begun', 'who', 'opened', 'reason', 'lasted', 'state'].map((k) => h('th', { scope: 'col' }, t(`admin.emergency.${k}`)))
  const rows = found.items.map((look) => h('tr', { 'data-id': look.id },
    h('td', { class: 'at' }, h('a', { class: 'lnk', href: `/admin/emergencies/${look.id}` }, stamp(look.begun_at))),
    h('td', {}, h('b', {}, look.name), ' ', look.mine ? h('span', { class: 'tag' }, t('admin.emergency.mine')) : h('small', { class: 'q' }, look.home_grid ?? '')),
    h('td', {}, look.opened_grid), h('td', { class: 'note' }, h('b', {}, reason(look)), ' ', look.words),
    h('td', {}, lasted(look)), h('td', {}, badge(look))))
  box.replaceChildren(h('div', { class: 'card rows' },
    h('div', { class: 'scroller' }, h('table', { class: 'table audit' }, h('thead', {}, h('tr', {}, heads)), h('tbody', {}, rows))),
    pager(found, again)))
}

function lasted(look) {
  const end = look.ended_at ? new Date(look.ended_at) : new Date()
  return t('admin.emergency.minutes', { n: Math.max(1, Math.round((end - new Date(look.begun_at)) / 60000)) })
}

async function report(box, id) {
  const look = await api.get(`/emergencies/${id}`)
  const parts = [
    h('a', { class: 'lnk back', href: '/admin/emergencies' }, icon('i-left'), t('admin.emergency.back')),
    facts(look), look.reviewed_at ? reviewed(look) : null,
    look.may_review ? form(box, look) : null, people(look), acts(look), requests(look),
  ]
  box.replaceChildren(...parts.filter(Boolean))
}

function facts(look) {
  const pairs = [
    ['who', `${look.name}（${look.username}）${look.home_grid ? ` · ${look.home_grid}` : ''}`],
    ['opened', look.opened_chain.map((g) => g.name).join(' › ')],
    ['reason', `${reason(look)}：${look.words}`],
    ['when', `${stamp(look.begun_at)} – ${look.ended_at ? clock(look.ended_at) : t('admin.emergency.still')}（${lasted(look)}）`],
  ]
  const figures = [['people', look.people.length], ['revealed', look.people.reduce((n, p) => n + p.revealed.length, 0)],
    ['exports', look.exports.length], ['requests', look.requests.reduce((n, r) => n + r.n, 0)]]
  return h('section', { class: 'card report' },
    h('header', {}, h('h2', {}, t('admin.emergency.report', { id: look.id })), badge(look)),
    h('dl', {}, pairs.map(([key, words]) => [h('dt', {}, t(`admin.emergency.${key}`)), h('dd', {}, words)])),
    h('ul', { class: 'figures' }, figures.map(([key, n]) => h('li', {}, h('b', {}, number(n)), t(`admin.emergency.figure.${key}`)))))
}

function reviewed(look) {
  return h('section', { class: `card verdict s-${state(look)}` },
    h('b', {}, t(`admin.emergency.state.${state(look)}`)), h('p', {}, look.review_words),
    h('small', { class: 'q' }, `${look.reviewed_by} · ${stamp(look.reviewed_at)}`))
}

function form(box, look) {
  const words = h('textarea', { class: 'input', rows: 3, maxlength: 400, required: true, minlength: 2, placeholder: t('admin.emergency.words'), 'aria-label': t('admin.emergency.words') })
  const problem = h('p', { class: 'problem', role: 'alert' })
  const send = (inOrder) => async () => {
    if (words.value.trim().length < 2) { problem.textContent = t('admin.emergency.need_words'); words.focus(); return }
    try {
      await api.send('POST', `/emergencies/${look.id}/review`, { in_order: inOrder, words: words.value.trim() })
      await report(box, look.id)
      say(t('admin.emergency.done'))
    } catch (error) { problem.textContent = error.message }
  }
  return h('section', { class: 'card review' }, h('h3', {}, t('admin.emergency.review')), words, problem,
    h('div', { class: 'do' },
      h('button', { type: 'button', class: 'btn p', onclick: send(true) }, icon('i-check'), t('admin.emergency.say.in_order')),
      h('button', { type: 'button', class: 'btn danger', onclick: send(false) }, t('admin.emergency.say.not_in_order'))))
}

/** Whose card was opened, how often, and what behind a mask for which reason. */
function people(look) {
  const rows = look.people.map((one) => h('tr', { 'data-person': one.id },
    h('td', {}, what({ entity: 'person', entity_id: one.id }, one.may_open)),
    h('td', { class: 'at' }, moment(one.at)), h('td', {}, t('admin.emergency.times', { n: one.times })),
    h('td', { class: 'note' }, one.revealed.map((r) => h('div', {}, opened(r))))))
  return part('people', ['person', 'first', 'how_often', 'opened_fields'], rows)
}

function acts(look) {
  const rows = look.acts.map((row) => h('tr', { 'data-action': row.action },
    h('td', { class: 'at' }, moment(row.at)), h('td', {}, act(row.action)),
    h('td', {}, what(row, row.may_open)), h('td', { class: 'note' }, note(row))))
  return part('acts', ['time', 'action', 'what', 'note'], rows)
}

function requests(look) {
  const rows = look.requests.map((one) => h('tr', {}, h('td', { class: 'call' }, one.what), h('td', {}, number(one.n))))
  const table = part('requests', ['request', 'count'], rows)
  return h('details', { class: 'folded' }, h('summary', {}, t('admin.emergency.part.requests')), table)
}

function part(name, heads, rows) {
  const inside = rows.length
    ? h('div', { class: 'scroller' }, h('table', { class: 'table audit' },
      h('thead', {}, h('tr', {}, heads.map((k) => h('th', { scope: 'col' }, t(`admin.emergency.col.${k}`))))), h('tbody', {}, rows)))
    : h('p', { class: 'none' }, t(`admin.emergency.no.${name}`))
  return h('section', { class: `card part p-${name}` }, h('h3', {}, t(`admin.emergency.part.${name}`)), inside)
}
