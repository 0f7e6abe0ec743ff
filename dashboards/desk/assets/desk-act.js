/**
 * What the desk shows, in one place, and the one function that changes it: deskAct(intent).
 *
 * Intents come from anything with data-do, from the map, from the table and from the keyboard. The
 * state is handed to Dash through five stores, each of which is written only when it changed:
 * grid (id), place (the question), question (place, register, filters, sort, page), card, tick.
 */
(() => {
  'use strict'
  const set = (id, props) => window.dash_clientside.set_props(id, props)
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b)
  const TABS = ['people', 'households', 'families', 'houses', 'buildings', 'premises', 'incidents', 'staff', 'service-objects', 'properties']
  const S = {
    me: null, grid: null, place: null, tab: null, filters: { incidents: { open: 'true' }, 'service-objects': { mine: 'true' } }, conditions: {}, columns: {}, sort: {}, page: 1, size: 10, room: 900,
    cards: [], tool: 'select', metres: { circle: null, line: 50 }, n: 10, drawn: null, rows: [], total: 0,
    pick: null, asked: { filters: {}, conditions: null, sort: null }, layers: {}
  }
  const sent = {}
  let serial = 0

  function send(store, value) {
    if (same(sent[store], value)) return
    sent[store] = value === undefined ? undefined : JSON.parse(JSON.stringify(value))
    set(store, { data: value })
  }

  /** Hand everything that changed to Dash, the address bar and the map's tools. */
  function flush() {
    send('grid', S.grid)
    send('place', S.place)
    send('question', {
      place: S.place, register: S.tab, filters: S.filters[S.tab] || {},
      conditions: S.conditions[S.tab] || null, columns: S.columns[S.tab] || null,
      sort: S.sort[S.tab] || null, page: S.page, size: S.size, room: S.room
    })
    const top = S.cards[S.cards.length - 1]
    send('card-of', top ? { ...top, depth: S.cards.length } : null)
    address()
    dress()
    mark()
    document.dispatchEvent(new Event('desk:asked'))
  }

  let table = null

  /** The row whose card is open is the selected one. */
  function mark() {
    const api = table
    if (!api) return
    const top = S.cards[0]
    const node = top && top.register === S.tab ? api.getRowNode(String(top.id)) : null
    if (node) node.setSelected(true, true)
    else api.deselectAll()
  }

  function address() {
    const search = new URLSearchParams({ grid: S.grid, tab: S.tab })
    const top = S.cards[S.cards.length - 1]
    if (top && top.id) search.set('id', top.register === S.tab ? top.id : `${top.register}-${top.id}`)
    const url = `${location.pathname}?${search}`
    if (url === location.pathname + location.search) return
    const now = new URLSearchParams(location.search)
    const how = now.get('grid') === String(S.grid) ? 'replaceState' : 'pushState'
    history[how](null, '', url)
  }

  /** Classes that follow the state: the tool in use, an open card. */
  function dress() {
    const desk = document.getElementById('desk')
    if (!desk) return
    desk.dataset.tool = S.tool
    desk.dataset.tab = S.tab
    desk.classList.toggle('carded', S.cards.length > 0)
    desk.classList.toggle('filtered', Object.keys(S.filters[S.tab] || {}).length > 0 || Boolean(S.conditions[S.tab]))
    for (const b of desk.querySelectorAll('[data-tool-name]')) {
      b.setAttribute('aria-pressed', String(b.dataset.toolName === S.tool))
    }
    for (const b of desk.querySelectorAll('[data-tab]')) {
      const chosen = b.dataset.tab === S.tab
      b.setAttribute('aria-selected', String(chosen))
      if (chosen) inSight(b)
    }
    for (const b of desk.querySelectorAll('[data-layer]')) {
      b.setAttribute('aria-checked', String(S.layers[b.dataset.layer] !== false))
    }
  }

  /** Scroll the tabs, and nothing around them, until one of them shows. */
  function inSight(tab) {
    const box = tab.parentElement
    const right = tab.offsetLeft + tab.offsetWidth + 28 - box.clientWidth
    if (box.scrollLeft < right) box.scrollLeft = right
    if (box.scrollLeft > tab.offsetLeft - 28) box.scrollLeft = tab.offsetLeft - 28
  }

  const home = () => ({ grid: S.grid })
  const ownPlace = () => S.place && Object.keys(S.place).length === 1 && S.place.grid === S.grid

  function ask(place) { S.place = place; S.page = 1 }

  /** The map's controller: drawing is a dialogue with the map, not a property of it. */
  const control = () => document.getElementById('map')?.__gridmap

  function useTool(name) {
    const shape = ['polygon', 'circle', 'line'].includes(name)
    if (shape || name === 'nearest' || S.tool !== name) stopDrawing()
    S.tool = name
    if (shape || name === 'nearest') clearPlace()
    if (shape) control()?.startDraw(name)
  }

  function stopDrawing() {
    if (S.drawn || ['polygon', 'circle', 'line'].includes(S.tool)) control()?.clearDraw()
    S.drawn = null
  }

  function clearPlace() {
    S.drawn = null
    if (!ownPlace()) ask(home())
    set('map', { markers: {}, highlight: null })
  }

  function drawnPlace() {
    const d = S.drawn
    if (d.kind === 'circle') {
      return { near: { lon: d.circle.lon, lat: d.circle.lat, metres: Math.round(S.metres.circle || d.circle.metres) } }
    }
    if (d.kind === 'line') return { along: { line: d.geometry, metres: S.metres.line } }
    return { polygon: d.geometry }
  }

  /** A circle of so many metres, as the map wants it. */
  function ring({ lon, lat }, metres) {
    const north = metres / 110574
    const east = metres / (111320 * Math.cos((lat * Math.PI) / 180))
    const at = (n) => [lon + east * Math.cos((n * Math.PI) / 32), lat + north * Math.sin((n * Math.PI) / 32)]
    return { type: 'Polygon', coordinates: [[...Array(64).keys(), 0].map(at)] }
  }

  /** The filters of a register, and nothing else that narrows it: a figure opens its own rows. */
  function only(register, filters) {
    S.filters = { ...S.filters, [register]: filters }
    S.conditions = { ...S.conditions, [register]: null }
    syncFilters()
  }

  function openCard(card, fresh) {
    const top = S.cards[S.cards.length - 1]
    if (top && same(top, card)) return
    S.cards = fresh ? [card] : [...S.cards, card].slice(-20)
  }

  const acts = {
    grid({ id }) {
      if (!id) return
      stopDrawing()
      Object.assign(S, { grid: id, cards: [], tool: 'select' })
      ask(home())
      set('map', { markers: {}, highlight: null })
    },
    /** Rows behind a figure: {register, filters?, grid?}. */
    rows({ register, filters, grid, sort }) {
      if (grid && grid !== S.grid) acts.grid({ id: grid })
      if (S.drawn) acts.clear()
      S.tab = register
      if (sort) S.sort = { ...S.sort, [register]: sort }
      ask(home())
      only(register, filters || {})
    },
    tab({ register }) { S.tab = register; S.page = 1 },
    unplaced() { if (S.drawn) acts.clear(); ask({ unplaced: true }); S.tab = 'people'; S.filters = {}; S.conditions = {}; syncFilters() },
    /** The rows of a building, a house or a household. */
    inside({ place, register }) {
      if (S.drawn) acts.clear()
      S.tab = register
      ask(place)
      only(register, {})
    },
    card({ register, id, fresh }) { openCard({ register, id }, fresh) },
    here({ lon, lat, hits }) {
      openCard({ register: 'here', lon, lat, hits: hits || [] }, true)
      set('map', { markers: { here: { lon, lat, symbol: 'i-pin-solid' } } })
    },
    back() { S.cards = S.cards.slice(0, -1) },
    close() { S.cards = []; set('map', { markers: {}, highlight: null }) },
    walk({ step }) { walk(step) },
    show({ lon, lat, zoom, layer, id, label, bbox }) {
      serial += 1
      const camera = bbox ? { bbox, maxZoom: 18, ts: serial } : { lon, lat, zoom: zoom || 17.6, ts: serial }
      const props = { camera, highlight: layer ? { layer, id } : null }
      props.markers = layer && layer !== 'building' ? {} : { shown: { lon, lat, symbol: 'i-pin-solid', label } }
      set('map', bbox ? { camera } : props)
    },
    /** The camera goes there; pins stay as they are. */
    look({ lon, lat }) { set('map', { camera: { lon, lat, zoom: 17.6, ts: (serial += 1) } }) },
    fit() { send('fit', { grid: S.grid, ts: (serial += 1) }) },
    tool({ name }) { useTool(S.tool === name && name !== 'select' ? 'select' : name) },
    clear() {
      stopDrawing()
      S.tool = 'select'
      clearPlace()
    },
    zoom({ step }) { step > 0 ? control()?.zoomIn() : control()?.zoomOut() },
    layer({ name }) {
      S.layers = { ...S.layers, [name]: S.layers[name] === false }
      set('map', { layers: { ...S.layers, labels: S.layers.grids } })
    },
    metres({ value }) {
      const metres = Math.min(20000, Math.max(1, Math.round(Number(value)) || 0))
      if (!metres || !S.drawn) return
      S.metres[S.drawn.kind] = metres
      ask(drawnPlace())
      if (S.drawn.kind !== 'circle') return
      S.redrawn = true
      control()?.startDraw('circle', { geometry: ring(S.drawn.circle, metres) })
    },
    count({ value }) {
      S.n = Math.min(200, Math.max(1, Math.round(Number(value)) || 10))
      if (S.place.nearest) ask({ nearest: { ...S.place.nearest, n: S.n } })
    },
    sort({ column, order }) { S.sort = { ...S.sort, [S.tab]: column ? { column, order } : null }; S.page = 1 },
    page({ page }) { S.page = Math.min(Math.max(1, page), Math.max(1, Math.ceil(S.total / S.size))) },
    size({ size, room }) {
      const first = (S.page - 1) * S.size
      S.size = size
      S.room = room
      S.page = Math.floor(first / size) + 1
    },
    filters({ values }) {
      const kept = Object.fromEntries(Object.entries(values).filter(([, v]) => v !== null && v !== '' && v !== undefined))
      if (same(kept, S.filters[S.tab] || {})) return
      S.filters = { ...S.filters, [S.tab]: kept }
      S.page = 1
    },
    unfilter() { S.page = 1; only(S.tab, {}) },
    /** Combined conditions of the register in view; null takes them away. */
    conditions({ tree }) { S.conditions = { ...S.conditions, [S.tab]: tree || null }; S.page = 1 },
    columns({ columns }) { S.columns = { ...S.columns, [S.tab]: columns || null } },
    /** A saved view: all that narrows, orders and shows the register in view. */
    view({ question }) {
      S.sort = { ...S.sort, [S.tab]: question.sort || null }
      S.columns = { ...S.columns, [S.tab]: question.columns || null }
      S.conditions = { ...S.conditions, [S.tab]: question.conditions || null }
      S.filters = { ...S.filters, [S.tab]: question.filters || {} }
      if (S.drawn) acts.clear()
      if (question.place) ask(question.place)
      else ask(home())
      syncFilters()
    },
    refresh() { set('tick', { data: Date.now() }) },
    retry() { acts.refresh(); set('recard', { data: Date.now() }) },
    find({ register, words, key }) {
      S.tab = register
      ask(home())
      only(register, { [key]: words })
    }
  }

  /** The filter bar is drawn anew whenever its values were set from outside. */
  function syncFilters() { set('refilter', { data: (serial += 1) }) }

  function walk(step) {
    const top = S.cards[S.cards.length - 1]
    if (!top || top.register !== S.tab) return
    const at = S.rows.indexOf(top.id)
    const next = at + step
    if (at >= 0 && next >= 0 && next < S.rows.length) {
      S.cards = [{ register: S.tab, id: S.rows[next] }]
    } else if (at >= 0) {
      const page = S.page + step
      if (page < 1 || page > Math.ceil(S.total / S.size)) return
      S.pick = step > 0 ? 'first' : 'last'
      S.page = page
    }
  }

  /** The one way to change what the desk shows. */
  window.deskAct = (intent) => {
    const act = acts[intent.do]
    if (!act || !S.me) return
    act(intent)
    flush()
  }
  window.deskState = S

  function fromAddress() {
    const search = new URLSearchParams(location.search)
    const grid = Number(search.get('grid'))
    S.grid = Number.isSafeInteger(grid) && grid > 0 ? grid : S.me.home
    S.tab = S.me.tabs.includes(search.get('tab')) ? search.get('tab') : S.me.tabs[0] || null
    const [, register, id] = /^(?:([a-z-]+)-)?(\d+)$/.exec(search.get('id') || '') || []
    S.cards = id && (!register || TABS.includes(register)) ? [{ register: register || S.tab, id: Number(id) }] : []
    ask(home())
  }

  window.dash_clientside = window.dash_clientside || {}
  window.dash_clientside.desk = {
    boot(me) {
      if (!me || S.me) return
      S.me = me
      S.layers = me.layers
      fromAddress()
      flush()
      window.addEventListener('popstate', () => { fromAddress(); flush() })
      window.deskPage(S)
    },
    /** The tabs were drawn anew: say which one is chosen. */
    tabs() { dress() },
    /** What the table got: the ids of the page, for walking through the rows from the card. */
    arrived(page) {
      if (!page) return
      S.rows = page.ids
      S.asked = page.asked
      S.total = page.total
      window.dash_ag_grid.getApiAsync('table').then((api) => { table = api; S.table = api; setTimeout(mark, 60) })
      if (S.pick && S.rows.length) {
        const id = S.pick === 'first' ? S.rows[0] : S.rows[S.rows.length - 1]
        S.pick = null
        S.cards = [{ register: S.tab, id }]
        flush()
      }
    },
    cell(cell) {
      if (cell && cell.rowId && cell.colId !== 'link') window.deskAct({ do: 'card', register: S.tab, id: Number(cell.rowId), fresh: true })
    },
    filter(_values, ids) {
      const context = window.dash_clientside.callback_context
      if (!context.triggered.length || !ids.length || ids[0].register !== S.tab) return
      const values = {}
      ids.forEach((id, n) => { values[id.filter] = _values[n] })
      window.deskAct({ do: 'filters', values })
    },
    measure(values, ids) {
      if (ids.length && values[0]) window.deskAct({ do: ids[0].measure, value: values[0] })
    },
    select(e) { if (e) window.deskMap.select(e) },
    dragged(e) { if (e) window.deskForms?.drags()?.(e.lon, e.lat) },
    longpress(e) { if (e) window.deskAct({ do: 'here', lon: e.lon, lat: e.lat }) },
    draw(e) {
      if (!e || !S.me) return
      // The map answers a circle that was set to so many metres: the metres are known already.
      if (S.redrawn) { S.redrawn = false; S.drawn = { ...e, circle: S.drawn.circle }; return }
      if (S.drawn === null && e.kind === 'circle') S.metres.circle = null
      if (S.drawn && e.kind === 'circle' && !same(e.circle, S.drawn.circle)) S.metres.circle = null
      S.drawn = e
      S.tool = 'select'
      S.cards = []
      S.page = 1
      S.place = drawnPlace()
      if (!['people', 'households', 'houses', 'buildings', 'premises', 'incidents'].includes(S.tab)) S.tab = S.me.tabs[0]
      flush()
    },
    live(e) { window.deskMap.live(e) },
    signedOut(out) { if (out) window.deskLeave() }
  }
})()
