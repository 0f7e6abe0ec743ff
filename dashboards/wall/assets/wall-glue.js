/**
 * Glue between the address, the map and the answers of the server: dash_clientside.wall.
 *
 * The address is the state. Links with data-go, clicks on the map and Esc change it; `want` reads it
 * and asks the server; `show` tells the map what the answer says.
 */
(() => {
  'use strict'
  const dash = (window.dash_clientside = window.dash_clientside || {})
  const W = (window.gridgovWall = window.gridgovWall || { want: null, seen: null, live: 'retry', answered: 0 })
  const TURN_SLACK_MS = 400
  const BEAT_LIMIT_MS = 4000
  const told = {}
  let turn = null
  let asked = 0
  let dirty = false

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
  const keep = () => dash.no_update

  /** The address with some parts changed; null removes a part. */
  W.address = (change) => {
    const query = new URLSearchParams(location.search)
    for (const [key, value] of Object.entries(change)) {
      if (value === null) query.delete(key)
      else query.set(key, value)
    }
    return `?${query}`
  }
  W.go = (search) => {
    if (search !== location.search) dash.set_props('url', { search })
  }

  /** Ask again for the same grid; while an answer is under way, once more after it. */
  W.beat = () => {
    if (Date.now() - asked < BEAT_LIMIT_MS && asked > W.answered) {
      dirty = true
      return
    }
    asked = Date.now()
    dash.set_props('beat', { data: asked })
  }

  function want(search) {
    const query = new URLSearchParams(search || '')
    const next = { grid: query.get('grid'), metric: query.get('metric') }
    const incident = Number(query.get('incident')) || null
    const first = W.want === null
    const changed = !same(next, W.want)
    if (changed) {
      W.drilling = !W.want || W.want.grid !== next.grid
      W.want = next
      W.drilledAt = performance.now()
      asked = Date.now()
    }
    const other = incident !== W.incident
    W.incident = incident
    document.documentElement.lang = document.getElementById('wall')?.dataset.lang === 'en' ? 'en' : 'zh-CN'
    return [changed ? next : keep(), other || first ? incident : keep()]
  }

  /** Something in the area changed: ask for new figures. Also keeps the state of the channel. */
  function beat(live) {
    if (!live) return [keep()]
    if (live.state !== W.live) {
      const back = live.state === 'open' && W.live !== 'open' && W.seen
      W.live = live.state
      dash.set_props('poll', { interval: live.state === 'open' ? 30000 : 10000 })
      if (back) W.beat()
    }
    if (live.messages.some((m) => m.event === 'incident' || m.event === 'change' || m.event === 'resync')) W.beat()
    W.paintState?.()
    return [keep()]
  }

  /** A light opens its card; anything else means the grid it stands in, buildings included. */
  function click(hit) {
    if (!hit || !W.seen) return [keep()]
    if (hit.layer === 'light') return [W.address({ incident: hit.id })]
    const grid = hit.features.find((one) => one.layer === 'grid')
    if (!grid || grid.id === W.seen.grid.gridId) return [keep()]
    return [W.address({ grid: grid.id, incident: null })]
  }

  const UNIT = () => Math.min(innerWidth / 192, innerHeight / 108)
  const KIDS = [14, 18.6, 29.6]

  /** Room that the cards cover, so that the camera keeps the grid in the open. */
  function padding(rows) {
    const u = UNIT()
    const side = Math.max(innerWidth - 192 * u, 0) / 2 + 43.4 * u
    return { top: 15 * u, right: side, bottom: (5.4 + KIDS[rows]) * u, left: side }
  }

  function show(seen) {
    if (!seen) return [keep(), keep(), keep(), keep()]
    W.seen = seen
    W.answered = Date.now()
    W.offset = seen.as_of * 1000 - W.answered
    document.getElementById('wall').classList.remove('loading')
    const next = { padding: padding(seen.rows), grid: seen.grid, values: seen.values, info: seen.info }
    const out = ['padding', 'grid', 'values', 'info'].map((key) => {
      if (same(told[key], next[key])) return keep()
      told[key] = next[key]
      return next[key]
    })
    document.getElementById('map')?.__gridmap?.setPadding(next.padding)
    clearTimeout(turn)
    if (seen.turns_at) {
      const wait = seen.turns_at * 1000 - (Date.now() + W.offset) + TURN_SLACK_MS
      turn = setTimeout(W.beat, Math.min(Math.max(wait, TURN_SLACK_MS), 2 ** 31 - 1))
    }
    if (dirty) {
      dirty = false
      setTimeout(W.beat, 0)
    }
    W.arrived?.()
    return out
  }

  const hover = (hit) => {
    W.hover?.(hit && hit.features.find((f) => f.layer === 'grid'), hit)
    return [keep()]
  }
  const mark = (incident) => [incident ? { layer: 'light', id: incident } : null]
  const out = (gone) => {
    if (gone) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
    return [keep()]
  }
  const rest = () => {
    W.rested?.()
    return [keep()]
  }
  dash.wall = { want, beat, click, show, hover, mark, out, rest }
})()
