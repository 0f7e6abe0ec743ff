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
 *   setPadding(padding)  setTheme(theme)  setLang(lang)
 *   refresh(name?)             fetch tiles again (all, or those of one layer name)
 *   image(name) -> Promise<dataURL>   a sprite symbol in the map's colours, for legends outside of the DOM
 *   view()                     the same object as the view event
 *   map                        the MapLibre object once ready (also el.__map); el.__gridmap = the controller
 *   destroy()
 *
 * Tests: wait for `#map[data-ready]`; `el.__map.project([lon, lat])` gives pixels to click; a DOM light is
 * `.gm-light[data-id="7"][data-light="red"]`.
 */
export function createMap(el, options = {}) {
  throw new Error('not built yet')
}
