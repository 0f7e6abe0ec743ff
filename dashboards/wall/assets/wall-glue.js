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
  const nothing = () => [dash.no_update]
  const set = (id, props) => dash.set_props(id, props)
  /** After the figures that were just drawn have been painted. */
  const afterPaint = (fn) => requestAnimationFrame(() => setTimeout(fn, 0))

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
    if (search !== location.search) set('url', { search })
  }

  /** Ask again for the same grid; while an answer is under way, once more after it. */
  W.beat = () => {
    if (Date.now() - asked < BEAT_LIMIT_MS && asked > W.answered) {
      dirty = true
      return
    }
    asked = Date.now()
    set('beat', { data: asked })
  }

  function want(search) {
    const query = new URLSearchParams(search || '')
    const next = { grid: query.get('grid'), mode: query.get('mode'), metric: query.get('metric') }
    const incident = Number(query.get('incident')) || null
    const first = W.want === null
    const changed = !same(next, W.want)
    if (changed) {
      W.drilling = !W.want || W.want.grid !== next.grid
      W.want = next
      asked = Date.now()
    }
    const other = incident !== W.incident
    W.incident = incident
    document.documentElement.lang = document.getElementById('wall')?.dataset.lang === 'en' ? 'en' : 'zh-CN'
    return [changed ? next : keep(), other || first ? incident : keep()]
  }

  /** Something in the area changed: ask for new figures. Also keeps the state of the channel. */
  function live(told) {
    if (!told) return nothing()
    if (told.state !== W.live) {
      const back = told.state === 'open' && W.live !== 'open' && W.seen
      W.live = told.state
      set('poll', { interval: told.state === 'open' ? 30000 : 10000 })
      if (back) W.beat()
    }
    if (told.messages.some((m) => ['incident', 'change', 'resync'].includes(m.event))) W.beat()
    W.paintState?.()
    return nothing()
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

  const GRAPH = { displayModeBar: false, responsive: true, doubleClick: false, scrollZoom: false }
  const CHART_WAIT_MS = 2500
  let chart = null

  /** The map, told what it shows; it is put in once the figures of the first answer stand. */
  function tellMap(seen) {
    const now = { grid: seen.grid, values: seen.values, gridInfo: seen.info }
    const room = padding(seen.rows)
    const news = Object.fromEntries(Object.entries(now).filter(([key, value]) => !same(told[key], value)))
    Object.assign(told, news)
    const map = document.getElementById('map')
    if (!map) {
      const lang = document.getElementById('wall').dataset.lang
      const props = { id: 'map', theme: 'wall', lang, live: '/events', className: 'map', padding: room, ...now }
      if (W.incident) props.highlight = marked()
      set('map-box', { children: { namespace: 'dashboards_map', type: 'GridMap', props } })
      setTimeout(drawChart, CHART_WAIT_MS)
      return
    }
    // Not as a prop: a new padding stops the flight that a new grid has just begun.
    if (!same(told.room, room)) map.__gridmap?.setPadding(room)
    told.room = room
    if (Object.keys(news).length) set('map', news)
  }

  /** The figure, made for 1920 x 1080, at the size of this screen. */
  function sized({ data, layout }) {
    const k = UNIT() / 10
    const wide = ({ line, marker }) => ({
      ...(line && { line: { ...line, width: line.width * k } }),
      ...(marker && { marker: { ...marker, size: marker.size * k } }),
    })
    const margin = Object.fromEntries(Object.entries(layout.margin).map(([side, px]) => [side, px * k]))
    const font = { ...layout.font, size: layout.font.size * k }
    return { data: data.map((one) => ({ ...one, ...wide(one) })), layout: { ...layout, font, margin } }
  }

  function drawChart() {
    if (!W.trend) return
    const figure = sized(W.trend)
    const props = { id: 'trend-figure', config: GRAPH, responsive: true, figure }
    if (chart) set('trend-figure', { figure })
    else set('plot', { children: { namespace: 'dash_core_components', type: 'Graph', props } })
    chart = true
  }

  function show(seen, trend) {
    if (!seen) return nothing()
    W.seen = seen
    W.trend = trend
    W.answered = Date.now()
    W.offset = seen.as_of * 1000 - W.answered
    document.getElementById('wall').classList.remove('loading')
    document.getElementById('wall').dataset.mode = seen.mode
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
    afterPaint(() => {
      tellMap(W.seen)
      if (chart) drawChart()
    })
    return nothing()
  }

  /** The card of the chosen incident is asked for anew with every answer; without one, nothing is. */
  let shown = null
  function card(incident, seen) {
    if (!seen || (!incident && !shown)) return [keep()]
    shown = incident
    return [{ incident, as_of: seen.as_of }]
  }
  const hover = (hit) => {
    W.hover?.(hit && hit.features.find((one) => one.layer === 'grid'), hit)
    return nothing()
  }
  const marked = () => (W.incident ? { layer: 'light', id: W.incident } : null)
  const mark = () => {
    if (document.getElementById('map')) set('map', { highlight: marked() })
    return nothing()
  }
  const out = (gone) => {
    if (gone) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`)
    return nothing()
  }
  const rest = () => {
    if (!chart) drawChart()
    W.rested?.()
    return nothing()
  }
  dash.wall = { want, live, card, click, show, hover, mark, out, rest }
})()
