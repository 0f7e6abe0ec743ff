/**
 * The one map of gridgov: wall (大屏), desk (工作台) and phone (巡查端). Plain ES module, no framework.
 *
 *   import { createMap } from '/static/map/gridmap.mjs'
 *   const map = createMap(document.querySelector('#map'), { theme: 'wall', lang: 'zh', on: { select(e) {} } })
 *   map.drill({ gridId: 1, level: 1, bbox: [104.5, 24.0, 105.6, 24.9], childLevel: 2 })
 *
 * The page needs nothing else: the module adds its style sheets (tokens.css, fonts, map.css), the
 * sprite, the strings and MapLibre by itself. `el` needs a size; it gets class `gridmap` and
 * data-theme. Every method may be called at once; calls made before the map is ready are kept and
 * replayed in order. All coordinates are lon/lat degrees (EPSG:4490), bbox = [west, south, east, north].
 *
 * OPTIONS  createMap(el, options)
 *   theme    'wall' | 'desk' | 'phone'                      default 'desk'
 *   lang     'zh' | 'en'                                    default 'zh'
 *   bounds   bbox shown first; maxBounds are derived from it (three times as wide)
 *   padding  {top,right,bottom,left} px that the page's own cards cover; every camera respects it
 *   layers   {name: true|false|null}; names: grids labels buildings premises incidents people roads
 *            water places. false = hidden now, null = never ask the server for it (no permission).
 *            Default: all true, people false.
 *   lights   'tiles' (default: open incidents are read from the tiles in view, live messages keep
 *            them fresh) | 'given' (only setLights/upsertLight; the phone) | 'none'
 *   follow   true: the level drawn follows the zoom until drill() is called (default true)
 *   scale    true (bottom left, default) | false | an element of the page to put the scale bar into
 *   maxZoom  default 20
 *   clockOffset  ms to add to this machine's clock to get the server's
 *   on       {event: function}. Also: controller.on(event, fn) -> function that removes it again.
 *
 * EVENTS
 *   ready()                    first complete picture. el.dataset.ready counts the idle moments.
 *   select(e)                  click/tap. e = {layer, id, lon, lat, properties, features}
 *                              layer: 'light' | 'premises' | 'building' | 'grid' | 'stop' | null (nothing there)
 *                              (that is also the order of precedence). features: all hits in that order
 *                              as [{layer, id, properties}], so that a page can offer a short list.
 *                              grid: properties {code,name,level,parent,serial}; light: {category, warn_at,
 *                              due_at, light, grid}; building: {code,floors,grid,n}; premises: {kind,attention,grid,due}
 *   hover(e | null)            as select, at most once per feature; null when the pointer left. Grids also
 *                              get the hover outline by themselves. e.point = {x, y} px in el.
 *   longpress({lon,lat,point}) 500 ms still press (touch or mouse) or the context-menu button
 *   view({bbox, centre:[lon,lat], zoom, level})   200 ms after the camera came to rest; level = grid level drawn filled
 *   draw({kind, geometry, circle, length})  a drawn shape was finished or changed; kind 'polygon'|'circle'|'line',
 *                              geometry GeoJSON (Polygon, Polygon, LineString), circle {lon,lat,metres} for circles,
 *                              length metres for lines; null after clearDraw
 *   markermove({name, lon, lat})  a draggable marker was dropped
 *   live({lights:{red,yellow,green}, messages:[...], state})  at most 2x a second. messages: the `incident` and
 *                              `change` messages since the last one, as sent by the server, each with .event;
 *                              {event:'resync'} = reload everything. lights: open incidents the map knows (not the truth
 *                              of the area; take that from the API). state 'open' | 'retry' | 'closed'
 *   signedout()                a tile or the stream answered 401
 *   error({message})           text for people (already translated); the element shows it as well if no map is possible
 *
 * CONTROLLER
 *   drill({gridId, level, bbox, childLevel})  children of gridId filled, the level below them as lines, everything
 *                              outside veiled; camera to bbox (700 ms). childLevel default level + 1; null = no children
 *                              (micro-grid: buildings and premises). drill(null) = level follows the zoom again.
 *   setValues(metricKey, {gridId: number|null}, breaks, opts)  choropleth (分级设色) of the children. breaks: four
 *                              ascending limits -> five steps (fewer limits, fewer steps). null = hatched (no data),
 *                              0 = plain. setValues(null) switches it off. metricKey comes back in el.dataset.metric.
 *   setGridInfo({gridId: {name, metricText, green, badge}})   second line under the name: metricText, then ○ green count.
 *                              name overrides the tile's; replaces what was set before.
 *   setLights([light])         light = {id, lon, lat, light?, warn_at, due_at, category, grid_id, path}; times ISO 8601 or
 *                              epoch seconds; light is computed from them each second, `light` counts only if both are absent
 *   upsertLight(light)  removeLight(id)  lights() -> [{...light}]  countLights({inView}) -> {red, yellow, green}
 *   startLive(url='/events')   Server-Sent Events (服务器推送); returns stop(). Reopens by itself with ?since=.
 *   toggleLayer(name, visible)   names as in options.layers
 *   highlight({layer, id} | {layer, ids} | null)  layer 'grid' | 'building' | 'premises' | 'light'; outline/ring only. null clears.
 *   setSelection({buildings:[ids], premises:[ids]} | null)  what lies in the answer (desk): filled symbols, tinted buildings
 *   setOverlay(name, geojson | null, {kind})   kind: 'area' (outline + everything outside faded), 'route' (blue line),
 *                              'walked' (dotted), 'shape' (as a drawn shape), 'points'. Any number of names.
 *   setStops([{id,lon,lat,kind,attention,order,state}] | null)  premises in walking order; state 'due'|'next'|'done'|'later'.
 *                              Tapping one gives select with layer 'stop'.
 *   setPosition({lon,lat,accuracy,heading} | null)   own position: dot, ring of accuracy (metres), wedge
 *   setMarker(name, {lon,lat,draggable,symbol,label} | null)   one pin per name; symbol = sprite id, default 'i-pin-solid'
 *   startDraw('polygon'|'circle'|'line', {geometry?})   starts drawing (or puts geometry up for editing)
 *   clearDraw()                ends drawing, removes the shape
 *   flyTo({lon,lat,zoom} | {bbox, maxZoom})   zoomIn() zoomOut() resize()
 *   setPadding(padding)        px covered by the page's cards; the next camera respects it
 *   refresh(name?)             fetch tiles again (all, or those of one layer name)
 *   image(name) -> Promise<dataURL>   a sprite symbol in the map's colours, for legends outside of the DOM
 *   view()                     the same object as the view event
 *   map                        the MapLibre object once ready (also el.__map); el.__gridmap = the controller
 *   destroy()
 *
 * Tests: wait for `#map[data-ready]`; `el.__map.project([lon, lat])` gives pixels to click; a DOM light is
 * `.gm-light[data-id="7"][data-light="red"]`.
 */

import { canDraw, load, strings, tokens, translator } from './js/env.mjs'
import { addImages, KINDS, picture } from './js/images.mjs'
import { Draw } from './js/draw.mjs'
import { Levels } from './js/levels.mjs'
import { Lights } from './js/lights.mjs'
import { Live } from './js/live.mjs'
import { Names } from './js/names.mjs'
import { Overlays } from './js/overlays.mjs'
import { Pointer } from './js/pointer.mjs'
import { makeStyle, sourceOf } from './js/style.mjs'

const LAYERS = { grids: true, labels: true, buildings: true, premises: true, incidents: true, people: false,
  roads: true, water: true, places: true, lights: true }
const WORLD = [73, 18, 135, 54] // the country, until the page says where it is
const FLIGHT_MS = 700
const LEEWAY = 0.3
const NONE = ['==', ['literal', 0], 1]
const TEXT_SCALE_AT = 1080 // height of the wall in px for which the text sizes are written

/** What the parts of the map share. One instance per map; not for pages. */
class Context {
  constructor(el, options) {
    Object.assign(this, { el, options, theme: options.theme ?? 'desk', lang: options.lang ?? 'zh', ok: false })
    this.layers = { ...LAYERS, ...options.layers }
    this.lightMode = Array.isArray(options.lights) ? 'given' : options.lights ?? 'tiles'
    this.listeners = new Map()
    for (const [event, fn] of Object.entries(options.on ?? {})) if (fn) this.on(event, fn)
    this.textScale = this.theme === 'wall' ? Math.max(0.7, Math.min(innerHeight / TEXT_SCALE_AT, innerWidth / 1920)) : 1
    this.chosen = { building: [], premises: [] }
    this.selection = { buildings: [], premises: [] }
  }

  on(event, fn) {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set())
    this.listeners.get(event).add(fn)
    return () => this.listeners.get(event).delete(fn)
  }

  emit(event, data) {
    for (const fn of this.listeners.get(event) ?? []) fn(data)
  }

  signedOut() {
    if (this.out) return
    this.out = true
    setTimeout(() => { this.out = false }, 10_000)
    this.emit('signedout')
  }

  /** Style changes that do nothing when the layer was never asked for. */
  filter(id, filter) { if (this.map.getLayer(id)) this.map.setFilter(id, filter) }

  paint(id, key, value) { if (this.map.getLayer(id)) this.map.setPaintProperty(id, key, value) }

  layout(id, key, value) { if (this.map.getLayer(id)) this.map.setLayoutProperty(id, key, value) }

  /** {bbox, maxZoom} or {lon, lat, zoom}. */
  camera(to, animate = true) {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
    const duration = animate && this.moved && !calm ? FLIGHT_MS : 0
    this.moved = true
    if (to.bbox) {
      const [w, s, e, n] = to.bbox
      this.map.fitBounds([[w, s], [e, n]], { padding: 16, maxZoom: to.maxZoom ?? 18, duration, linear: true })
    } else this.map.easeTo({ center: [to.lon, to.lat], zoom: to.zoom ?? this.map.getZoom(), duration })
  }

  /** px covered by the page's cards; shrunk where they would leave less than a third of the map. */
  pad({ top = 0, right = 0, bottom = 0, left = 0 }) {
    const fit = (size, a, b) => Math.min(1, (size * 2) / 3 / Math.max(1, a + b))
    const [x, y] = [fit(this.box.clientWidth, left, right), fit(this.box.clientHeight, top, bottom)]
    this.map.setPadding({ top: top * y, bottom: bottom * y, left: left * x, right: right * x })
  }

  lightsGiven() {
    if (this.lightMode === 'tiles') this.lightMode = 'given'
  }

  refresh(name) {
    const { map } = this
    const sources = name ? [sourceOf(name)] : ['base', 'grids', 'things', 'people', 'incidents']
    for (const source of sources) if (source && map.getSource(source)) map.refreshTiles(source)
  }

  toggle(name, visible) {
    if (this.layers[name] === null || !(name in this.layers)) return
    this.layers[name] = Boolean(visible)
    for (const layer of this.map.getStyle().layers) {
      if (layer.metadata?.name === name) this.layout(layer.id, 'visibility', visible ? 'visible' : 'none')
    }
    if (name === 'incidents') this.lights.render()
  }

  highlight(what) {
    const ids = (layer) => (what?.layer === layer ? [what.ids ?? what.id].flat().map(Number) : [])
    const only = (list) => (list.length ? ['in', ['id'], ['literal', list]] : NONE)
    this.filter('grid-select', only(ids('grid')))
    this.filter('building-select', only(ids('building')))
    this.filter('building-ring', only(ids('building')))
    this.filter('premises-ring', only(ids('premises')))
    this.lights.mark(ids('light')[0])
  }

  /** What lies in the answer of a question: tinted buildings, filled symbols. */
  select(what) {
    const at = (id) => ({ source: 'things', sourceLayer: 'buildings', id: Number(id) })
    const things = this.map.getSource('things')
    if (things) for (const id of this.selection.buildings) this.map.removeFeatureState(at(id), 'chosen')
    this.selection = { buildings: what?.buildings ?? [], premises: (what?.premises ?? []).map(Number) }
    if (things) for (const id of this.selection.buildings) this.map.setFeatureState(at(id), { chosen: true })
    this.layout('premises', 'icon-image', this.premisesIcon())
  }

  premisesIcon() {
    const kind = ['match', ['get', 'kind'], KINDS, ['get', 'kind'], 'other']
    const attention = ['to-string', ['match', ['get', 'attention'], [2, 3], ['get', 'attention'], 1]]
    const chosen = ['in', ['id'], ['literal', this.selection.premises]]
    return ['concat', ['case', chosen, 'chosen-', 'premises-'], kind, '-', attention]
  }

  pressRing(point) {
    if (this.pointer?.kind !== 'touch') return null
    const ring = document.createElement('div')
    ring.className = 'gm-press'
    Object.assign(ring.style, { left: `${point.x}px`, top: `${point.y}px` })
    this.el.append(ring)
    return ring
  }

  view() {
    const { map } = this
    const [[w, s], [e, n]] = map.getBounds().toArray()
    const { lng, lat } = map.getCenter()
    return { bbox: [w, s, e, n], centre: [lng, lat], zoom: map.getZoom(), level: this.levels.plan.fill }
  }

  message(text) {
    const box = document.createElement('div')
    box.className = 'gm-message'
    box.setAttribute('role', 'alert')
    box.append(Object.assign(document.createElement('p'), { textContent: text }))
    this.el.append(box)
    this.el.dataset.failed = 'true'
    this.emit('error', { message: text })
  }
}

/** Load everything, make the MapLibre map and its parts; resolves when the style is in. */
async function build(ctx) {
  const { el, options, theme } = ctx
  if (!canDraw()) {
    const t = translator(await strings(ctx.lang))
    el.classList.add('gridmap')
    return ctx.message(t('map.no_webgl'))
  }
  const { ML, faces, symbols, texts } = await load(ctx.lang)
  if (ctx.gone) return null
  Object.assign(ctx, { ML, symbols, t: translator(texts), token: tokens(el) })
  const style = makeStyle({ c: ctx.token, t: ctx.t, k: ctx.textScale, theme, faces,
    layers: ctx.lightMode === 'tiles' ? ctx.layers : { ...ctx.layers, incidents: null } })
  const map = new ML.Map({
    container: ctx.box, style, validateStyle: false, bounds: box(options.bounds ?? WORLD), fitBoundsOptions: { padding: 16 },
    maxBounds: options.bounds ? wider(options.bounds) : undefined, maxZoom: options.maxZoom ?? 20, minZoom: 3,
    attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false, fadeDuration: 0,
    locale: { 'Map.Title': ctx.t('map.label') },
    transformRequest: (url) => ({ url: url.startsWith('gmfont:') ? url : new URL(url, location.href).href }),
  })
  ctx.map = el.__map = map
  map.touchZoomRotate.disableRotation()
  map.keyboard.disableRotation()
  map.on('error', ({ error }) => {
    if (error?.status === 401) ctx.signedOut()
    else if (error) el.dataset.lastError = `${error.status ?? ''} ${error.message ?? error}`.slice(0, 200)
  })
  await map.once('styledata')
  await addImages(map, symbols, ctx.token, theme)
  if (!map.isStyleLoaded()) await new Promise((done) => { map.once('load', done) })
  return ctx.gone ? null : parts(ctx)
}

/** Wire the parts together and report camera, tiles and idle moments. */
function parts(ctx) {
  const { map, el, options } = ctx
  ctx.ok = true
  ctx.levels = new Levels(ctx)
  ctx.overlays = new Overlays(ctx)
  ctx.names = new Names(ctx)
  ctx.lights = new Lights(ctx)
  ctx.draw = new Draw(ctx)
  ctx.pointer = new Pointer(ctx)
  if (options.padding) ctx.pad(options.padding)
  if (options.bounds) ctx.camera({ bbox: options.bounds }, false)
  ctx.select(null)
  scaleBar(ctx)
  ctx.levels.update(true)
  map.on('zoom', () => ctx.levels.update())
  map.on('moveend', () => {
    ctx.lights.render()
    clearTimeout(ctx.viewTimer)
    ctx.viewTimer = setTimeout(() => !ctx.gone && ctx.emit('view', ctx.view()), 200)
  })
  map.on('sourcedata', (e) => {
    if (e.sourceId === 'incidents' && e.isSourceLoaded) ctx.lights.harvest()
    if (e.sourceId === 'grids' && e.isSourceLoaded) ctx.lights.render()
  })
  map.on('idle', () => {
    ctx.lights.harvest()
    ctx.lights.render()
    const n = Number(el.dataset.ready ?? 0) + 1
    el.dataset.ready = n
    if (n === 1) ctx.emit('ready')
  })
  new ResizeObserver((_, watch) => (ctx.gone ? watch.disconnect() : map.resize())).observe(el)
  return ctx
}

function scaleBar(ctx) {
  const { options, el, ML, map } = ctx
  if (options.scale === false) return
  const holder = options.scale instanceof Element ? options.scale : el.appendChild(document.createElement('div'))
  holder.classList.add('gm-scale')
  const control = new ML.ScaleControl({ maxWidth: ctx.theme === 'wall' ? 150 : 110, unit: 'metric' })
  holder.append(control.onAdd(map))
  ctx.scale = control
}

const box = ([w, s, e, n]) => [[w, s], [e, n]]

/** How far the map may be moved: three times the first view, at least LEEWAY degrees around it. */
function wider([w, s, e, n]) {
  const x = Math.max(e - w, LEEWAY)
  const y = Math.max(n - s, LEEWAY)
  return box([w - x, Math.max(-85, s - y), e + x, Math.min(85, n + y)])
}

/** Make a map in `el`; see the top of this file. */
export function createMap(el, options = {}) {
  const ctx = new Context(el, options)
  el.classList.add('gridmap')
  el.dataset.theme = ctx.theme
  ctx.box = el.appendChild(Object.assign(document.createElement('div'), { className: 'gm-canvas' }))
  const waiting = []
  const later = (fn) => (...args) => {
    if (ctx.gone) return
    if (ctx.ok) fn(...args)
    else waiting.push(() => fn(...args))
  }
  build(ctx).then((made) => {
    if (!made) return
    for (const call of waiting.splice(0)) {
      try {
        call()
      } catch (error) {
        reportError(error) // one wrong call must not keep the others from being made
      }
    }
  }).catch(async (error) => {
    const texts = await strings(ctx.lang).catch(() => ({}))
    ctx.message((texts['map.load_error'] ?? '{reason}').replace('{reason}', error.message))
  })
  const controller = {
    el,
    get map() { return ctx.map },
    on: (event, fn) => ctx.on(event, fn),
    drill: later((to) => ctx.levels.drill(to)),
    setValues: later((metric, data, breaks) => ctx.levels.setValues(metric, data, breaks)),
    setGridInfo: later((info) => ctx.levels.setInfo(info)),
    setLights: later((list) => ctx.lights.set(list)),
    upsertLight: later((light) => ctx.lights.upsert(light)),
    removeLight: later((id) => ctx.lights.close(id)),
    lights: () => (ctx.ok ? ctx.lights.list() : []),
    countLights: ({ inView } = {}) => (ctx.ok ? ctx.lights.count(inView) : { red: 0, yellow: 0, green: 0 }),
    startLive(url = '/events') {
      let live = null
      let stopped = false
      later(() => { if (!stopped) live = ctx.live = new Live(ctx, url) })()
      return () => { stopped = true; live?.stop() }
    },
    toggleLayer: later((name, visible) => ctx.toggle(name, visible)),
    highlight: later((what) => ctx.highlight(what)),
    setSelection: later((what) => ctx.select(what)),
    setOverlay: later((name, data, how) => ctx.overlays.set(name, data, how)),
    setStops: later((list) => ctx.overlays.setStops(list)),
    setPosition: later((at) => ctx.overlays.setPosition(at)),
    setMarker: later((name, pin) => ctx.overlays.setMarker(name, pin)),
    startDraw: later((kind, how) => {
      ctx.draw.start(kind, how).catch((error) => ctx.emit('error', { message: ctx.t('map.draw_error', { reason: error.message }) }))
    }),
    clearDraw: later(() => ctx.draw.clear()),
    flyTo: later((to) => ctx.camera(to)),
    zoomIn: later(() => ctx.map.zoomIn()),
    zoomOut: later(() => ctx.map.zoomOut()),
    resize: later(() => ctx.map.resize()),
    setPadding: later((padding) => ctx.pad(padding)),
    refresh: later((name) => ctx.refresh(name)),
    image: async (name) => {
      const { symbols } = await load(ctx.lang)
      return picture(symbols, tokens(el), ctx.theme, name)
    },
    view: () => (ctx.ok ? ctx.view() : null),
    destroy() {
      ctx.gone = true
      ctx.live?.stop()
      for (const part of [ctx.pointer, ctx.lights, ctx.overlays, ctx.draw]) part?.destroy()
      clearTimeout(ctx.viewTimer)
      ctx.scale?.onRemove()
      ctx.map?.remove()
      ctx.ok = false
      ctx.box.remove()
      el.querySelectorAll(':scope > .gm-message, :scope > .gm-scale').forEach((node) => node.remove())
      delete el.__map
      delete el.__gridmap
    },
  }
  el.__gridmap = controller
  return controller
}
