/** Forms of services to people (P13): record one, withdraw it; begin and end looking after somebody. */

import * as api from '../pages/api.mjs'
import { h } from '../pages/dom.mjs'
import { t, today } from '../pages/i18n.mjs'
import * as f from './fields.mjs'
import { who } from './who.mjs'

const HOUR = 3_600_000
let lists = null
const options = async () => (lists ??= await api.get('/services/form'))
const person = (id) => ({ register: 'people', id })
const base = (deed, id) => ({ title: t(`forms.service.${deed}`), go: t(`forms.service.${deed}.go`), draft: `service.${deed}.${id ?? 'new'}` })

/** The moment as the clock in Beijing shows it, for a field, and back. */
const shown = () => new Date(Date.now() + 8 * HOUR).toISOString().slice(0, 16)
const moment = (typed) => `${typed}:00+08:00`

const teamsOn = (day) => api.get(`/teams/mine?day=${day}`)
const code = (team) => ({ code: String(team.id), name: team.name })

/** Team and members belong together, and both to the day of the service. */
function served(of, teams) {
  const post = (one) => f.label(of.posts, one.post)
  const when = f.text('served_at', t('forms.service.when'), { needed: true, kind: 'datetime-local', value: shown(), check: (now) => (now > shown() ? t('forms.future') : '') })
  const team = f.select('team_id', t('forms.service.team'), teams.map(code), { needed: true, hint: teams.length ? '' : t('forms.service.no_team') })
  const members = f.ticks('members', t('forms.service.members'), [])
  const kept = members.set
  let wanted = []
  members.set = (ids) => { wanted = ids ?? []; kept(wanted) }
  members.check = (v) => (v.team_id && !v.members ? t('forms.needed') : '')
  let filled = ''
  let day = today()
  function fill(id) {
    const found = teams.find((one) => String(one.id) === id)?.members ?? []
    const own = found.filter((one) => one.staff_id === window.deskState.me.staff).map((one) => one.id)
    members.fill(found.map((one) => ({ id: one.id, title: one.name, sub: post(one) })))
    kept(wanted.length ? wanted : own)
    wanted = []
    filled = id
  }
  async function follow(v) {
    const now = v.served_at?.slice(0, 10) ?? day
    if (now !== day && now <= today()) {
      wanted = v.members ?? []
      day = now
      teams = await teamsOn(now)
      fill(v.team_id ?? '')
    } else if ((v.team_id ?? '') !== filled) fill(v.team_id ?? '')
    members.el.hidden = !v.team_id
  }
  members.el.hidden = true
  return { fields: [when, team, members], follow }
}

async function record(all, intent) {
  const of = await options()
  const about = who(all, of.ways, intent, t('forms.service.whom'))
  const by = served(of, await teamsOn(today()))
  const photos = f.photos('photos', t('forms.photos'))
  return { ...base('record', intent.id), opens: () => (intent.id ? person(intent.id) : null),
    fields: [...about.fields, f.choice('kind', t('forms.service.kind'), of.kinds, { needed: true }), ...by.fields, f.once(),
      f.long('words', t('forms.service.words'), { needed: true, place: t('forms.service.words.place') }), photos],
    follow: (v, fields, name) => { about.follow(v, fields, name); by.follow(v) },
    async act(v) {
      const made = await api.send('POST', '/services', { ...about.body(v), txn: v.txn, team_id: Number(v.team_id), members: v.members, kind: v.kind, served_at: moment(v.served_at), words: v.words })
      for (const file of photos.files()) await api.upload(`/services/${made.id}/photos`, file.name, file)
      return made
    } }
}

async function findStaff(words) {
  const found = await api.send('POST', '/staff/search', { filters: { name: words }, size: 8 })
  return found.items.map((row) => ({ id: row.id, title: row.name, sub: row.grid }))
}

export const forms = {
  'service.record': record,
  'service.start': async (_, { id, name }) => {
    const of = await options()
    const own = Boolean(window.deskState.me.staff)
    return { ...base('start', id), opens: () => person(id),
      fields: [f.words(h('b', {}, name)), f.choice('kind', t('forms.service.object_kind'), of.object_kinds, { needed: true }), f.choice('reason', t('forms.why'), of.start_reasons, { needed: true }),
        f.found('staff_id', t('forms.service.staff'), { find: findStaff, needed: !own, hint: own ? t('forms.service.staff.own') : '', place: t('forms.service.staff.find') }),
        f.day('started_on', t('forms.since'), { value: today(), to: today(), needed: true })],
      act: (v) => api.send('POST', '/service-objects', { person_id: id, kind: v.kind, reason: v.reason, staff_id: v.staff_id, started_on: v.started_on }) }
  },
  'service.stop': async (_, intent) => ({ ...base('stop', intent.id), opens: () => person(intent.person),
    fields: [f.words(t('forms.service.stop.told')), f.choice('reason', t('forms.why'), (await options()).stop_reasons, { needed: true }), f.day('stopped_on', t('forms.until'), { value: today(), to: today(), needed: true })],
    act: (v) => api.send('POST', `/service-objects/${intent.id}/stop`, { version: intent.version, reason: v.reason, stopped_on: v.stopped_on }) }),
  'service.withdraw': async (_, intent) => ({ ...base('withdraw', intent.id), opens: () => person(intent.person),
    fields: [f.words(t('forms.service.withdraw.told')), f.choice('reason', t('forms.why'), (await options()).withdraw_reasons, { needed: true })],
    act: (v) => api.send('POST', `/services/${intent.id}/withdraw`, { version: intent.version, reason: v.reason }) }),
}
