/** The map style, made from the tokens of the theme. Levels and values are put in by levels.mjs, names by names.mjs. */

/** Which tile layers come in one request, so that a toggle never fetches what is there already. */
const GROUPS = {
  base: { layers: ['roads', 'water', 'places'], minzoom: 7, maxzoom: 15 },
  grids: { layers: ['grids', 'labels'], minzoom: 0, maxzoom: 14 },
  things: { layers: ['buildings', 'premises'], minzoom: 12, maxzoom: 17 },
  people: { layers: ['people'], minzoom: 9, maxzoom: 17 },
  incidents: { layers: ['incidents'], minzoom: 7, maxzoom: 14 },
}
const TILE_LAYER = { labels: 'grids_label' }

/** Source name of a layer name, e.g. 'premises' -> 'things'. */
export const sourceOf = (name) => Object.keys(GROUPS).find((group) => GROUPS[group].layers.includes(name))

/** Tile sources for the layers that may be asked for (layers[name] !== null). */
export function sources(layers) {
  const out = {}
  for (const [group, { layers: names, minzoom, maxzoom }] of Object.entries(GROUPS)) {
    const wanted = names.filter((name) => layers[name] !== null).map((name) => TILE_LAYER[name] ?? name)
    if (!wanted.length) continue
    out[group] = {
      type: 'vector', tiles: [`/tiles/${wanted.join(',')}/{z}/{x}/{y}.mvt`], minzoom, maxzoom,
    }
  }
  return out
}

const NONE = ['==', ['literal', 0], 1]
const empty = { type: 'geojson', data: { type: 'FeatureCollection', features: [] } }
const zoom = (...stops) => ['interpolate', ['linear'], ['zoom'], ...stops]
const isLine = ['==', ['geometry-type'], 'LineString']
const isArea = ['==', ['geometry-type'], 'Polygon']
const hovered = (yes, no) => ['case', ['boolean', ['feature-state', 'hover'], false], yes, no]

function baseLayers(c, theme) {
  const wall = theme === 'wall'
  const rank = (one, two, three) => ['match', ['get', 'rank'], 1, one, 2, two, three]
  const road = (k) => zoom(10, ['*', k, rank(1, 0.5, 0)], 13, ['*', k, rank(2.2, 1.2, 0.5)],
    16, ['*', k, rank(9, 6, 3.5)], 18, ['*', k, rank(20, 14, 8)])
  return [
    { id: 'green', name: 'water', source: 'base', 'source-layer': 'water', type: 'fill', minzoom: 10,
      filter: ['all', isArea, ['in', ['get', 'kind'], ['literal', ['wood', 'park']]]],
      paint: { 'fill-color': c('green'), 'fill-opacity': wall ? 0.6 : 0.8 } },
    { id: 'water-area', name: 'water', source: 'base', 'source-layer': 'water', type: 'fill',
      filter: ['all', isArea, ['!', ['in', ['get', 'kind'], ['literal', ['wood', 'park']]]]],
      paint: { 'fill-color': c('water'), 'fill-opacity': wall ? 0.5 : 1 } },
    { id: 'water-line', name: 'water', source: 'base', 'source-layer': 'water', type: 'line', filter: isLine,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': c('water'), 'line-opacity': wall ? 0.62 : 1,
        'line-width': zoom(8, rank(2.2, 1, 0), 12, rank(3.2, 2, 1), 16, rank(16, 8, 3), 18, rank(40, 18, 7)) } },
    { id: 'road-case', name: 'roads', source: 'base', 'source-layer': 'roads', type: 'line', minzoom: 12.5,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': c('road-case'), 'line-width': zoom(12.5, rank(2.6, 1.6, 0.8), 16,
        rank(10.6, 7.6, 5), 18, rank(22, 16, 10)) } },
    { id: 'road', name: 'roads', source: 'base', 'source-layer': 'roads', type: 'line', minzoom: wall ? 12 : 10.5,
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': c('road'), 'line-width': road(1) } },
    { id: 'building', name: 'buildings', source: 'things', 'source-layer': 'buildings', type: 'fill', minzoom: 14,
      paint: { 'fill-color': ['case', ['boolean', ['feature-state', 'chosen'], false], c('building-sel'),
        c('building')], 'fill-opacity': zoom(14, 0.35, 15.5, 1) } },
    { id: 'building-line', name: 'buildings', source: 'things', 'source-layer': 'buildings', type: 'line',
      minzoom: 15.2, paint: { 'line-color': c('building-line'), 'line-width': zoom(15.2, 0.3, 18, 1.2) } },
  ]
}

function areaLayers(c, theme) {
  const grids = { name: 'grids', source: 'grids', 'source-layer': 'grids', filter: NONE }
  const round = { 'line-join': 'round', 'line-cap': 'round' }
  return {
    under: [
      { ...grids, id: 'rim', type: 'line', layout: round, paint: { 'line-color': c('rim'), 'line-width': 22,
        'line-opacity': Number(c('rim-opacity')) } },
      { ...grids, id: 'land', type: 'fill', paint: { 'fill-color': c('land') } },
      { ...grids, id: 'grid-fill', type: 'fill', paint: { 'fill-color': c('k1'), 'fill-opacity': 0,
        'fill-antialias': false } },
      { ...grids, id: 'grid-nodata', type: 'fill', paint: { 'fill-pattern': 'hatch' } },
    ],
    lines: [
      { ...grids, id: 'grid-fine', type: 'line', layout: round, paint: { 'line-color': c('fine'),
        'line-width': theme === 'wall' ? 1 : 0.9, 'line-opacity': theme === 'wall' ? 0.42 : 0.5 } },
      { ...grids, id: 'grid-case', type: 'line', layout: round, paint: { 'line-color': c('grid-case'),
        'line-width': 4, 'line-opacity': theme === 'wall' ? 0 : 0.8 } },
      { ...grids, id: 'grid-line', type: 'line', layout: { 'line-join': 'round' },
        paint: { 'line-color': c('grid'), 'line-width': 1.6 } },
    ],
    over: [
      { ...grids, id: 'veil', type: 'fill', paint: { 'fill-color': c('veil'), 'fill-antialias': false,
        'fill-opacity': Number(c('veil-opacity')) } },
      { ...grids, id: 'outline-case', type: 'line', layout: round, paint: { 'line-color': c('outline-case'),
        'line-width': 6, 'line-opacity': theme === 'wall' ? 0 : 0.9 } },
      { ...grids, id: 'outline', type: 'line', layout: round, paint: { 'line-color': c('outline'),
        'line-width': theme === 'wall' ? 1.8 : theme === 'phone' ? 3.5 : 2.4 } },
      { ...grids, id: 'grid-hover-fill', type: 'fill', paint: { 'fill-color': c('hover'),
        'fill-opacity': hovered(0.1, 0) } },
      { ...grids, id: 'grid-hover', type: 'line', layout: round, paint: { 'line-color': c('hover'),
        'line-width': 2.6, 'line-opacity': hovered(1, 0) } },
      { ...grids, id: 'grid-select', type: 'line', layout: round, paint: { 'line-color': c('select'),
        'line-width': 3 } },
      { id: 'building-select', name: 'buildings', source: 'things', 'source-layer': 'buildings', type: 'fill',
        minzoom: 14, filter: NONE, paint: { 'fill-color': c('select') } },
      { id: 'building-ring', name: 'buildings', source: 'things', 'source-layer': 'buildings', type: 'line',
        minzoom: 14, filter: NONE, paint: { 'line-color': c('select'), 'line-width': 2, 'line-gap-width': 5 } },
    ],
  }
}

function textLayers(c, theme, t, k) {
  const halo = { 'text-halo-color': c('halo'), 'text-halo-width': theme === 'phone' ? 2.2 : 1.8 }
  const regular = ['Map Regular']
  const small = (theme === 'wall' ? 16 : theme === 'phone' ? 13 : 12) * k
  const count = (key, value) => {
    const [before, after] = t(key, { n: '\u0000' }).split('\u0000')
    return ['concat', before, ['to-string', value], after]
  }
  const along = (size) => ({ 'symbol-placement': 'line', 'symbol-spacing': 420, 'text-font': regular, 'text-size': size })
  return [
    { id: 'water-name', name: 'water', source: 'base', 'source-layer': 'water', type: 'symbol', minzoom: 13,
      filter: ['all', isLine, ['has', 'name']],
      layout: { ...along(small), 'text-field': ['get', 'name'], 'text-letter-spacing': 0.4 },
      paint: { 'text-color': c('water-label'), ...halo } },
    { id: 'road-name', name: 'roads', source: 'base', 'source-layer': 'roads', type: 'symbol', minzoom: 14.5,
      filter: ['has', 'name'], layout: { ...along(small), 'text-field': ['get', 'name'], 'text-letter-spacing': 0.04,
        'symbol-sort-key': ['get', 'rank'] },
      paint: { 'text-color': c('road-label'), ...halo, 'text-halo-width': 2.4 } },
    { id: 'place-name', name: 'places', source: 'base', 'source-layer': 'places', type: 'symbol',
      minzoom: theme === 'wall' ? 13 : 12, filter: ['in', ['get', 'kind'], ['literal', ['hamlet', 'street', 'village']]],
      layout: { 'text-field': ['get', 'name'], 'text-font': regular, 'text-size': small, 'text-padding': 12,
        'symbol-sort-key': ['get', 'rank'] },
      paint: { 'text-color': c('road-label'), ...halo } },
    { id: 'building-name', name: 'buildings', source: 'things', 'source-layer': 'buildings', type: 'symbol',
      minzoom: 17.3, filter: ['>', ['coalesce', ['get', 'n'], 0], 0],
      layout: { 'text-field': ['concat', count('map.floors', ['coalesce', ['get', 'floors'], 1]), '\n',
        count('map.households', ['get', 'n'])],
      'text-font': regular, 'text-size': small, 'text-padding': 4 },
      paint: { 'text-color': c('building-label'), ...halo } },
    { id: 'people-count', name: 'people', source: 'people', 'source-layer': 'people', type: 'symbol',
      layout: { 'text-field': count('map.people', ['get', 'n']), 'text-font': regular, 'text-size': small,
        'text-offset': [0, 2.2], 'text-padding': 3 },
      paint: { 'text-color': c('label2'), ...halo } },
    { id: 'premises-count', name: 'premises', source: 'things', 'source-layer': 'premises', type: 'symbol',
      minzoom: 13.5, maxzoom: 15, filter: ['has', 'n'],
      layout: { 'text-field': count('map.premises', ['get', 'n']), 'text-font': regular, 'text-size': small,
        'text-offset': [0, 1.7] },
      paint: { 'text-color': c('label2'), ...halo } },
    { id: 'premises-dot', name: 'premises', source: 'things', 'source-layer': 'premises', type: 'circle', minzoom: 15,
      filter: ['!', ['has', 'n']],
      paint: { 'circle-radius': theme === 'wall' ? 2 : 3, 'circle-color': c('chip'), 'circle-stroke-color': c('chip-line'),
        'circle-stroke-width': 1 } },
    { id: 'premises-ring', name: 'premises', source: 'things', 'source-layer': 'premises', type: 'circle',
      minzoom: 15, filter: NONE, paint: { 'circle-radius': 17, 'circle-color': 'rgba(0,0,0,0)',
        'circle-stroke-color': c('select'), 'circle-stroke-width': 2 } },
    { id: 'premises', name: 'premises', source: 'things', 'source-layer': 'premises', type: 'symbol', minzoom: 15.5,
      filter: ['!', ['has', 'n']],
      layout: { 'icon-image': 'none', 'icon-padding': 1, 'symbol-sort-key': ['-', 0, ['coalesce', ['get', 'attention'], 1]] } },
    // Invisible: it makes the incident points available to querySourceFeatures.
    { id: 'incident-points', name: 'incidents', source: 'incidents', 'source-layer': 'incidents', type: 'circle',
      filter: ['!', ['has', 'n']], paint: { 'circle-radius': 1, 'circle-opacity': 0 } },
  ]
}

/** Name; below it the metric and the counts of lights that are not drawn singly, each with its sign. */
function nameField() {
  const second = { 'font-scale': 0.86, 'text-font': ['literal', ['Map Regular']] }
  const has = (key) => ['!=', ['get', key], '']
  const any = ['any', ...['metric', 'red', 'yellow', 'green'].map(has)]
  const field = ['format', ['get', 'name'], {}, ['case', any, '\n', ''], {}, ['get', 'metric'], second]
  for (const light of ['red', 'yellow', 'green']) {
    field.push(['case', has(light), '  ', ''], second, ['image', ['case', has(light), `text-${light}`, 'none']], {},
      ['case', has(light), ['concat', ' ', ['get', light]], ''], second)
  }
  return field
}

function gridLabels(c, theme) {
  const placed = { name: 'labels', source: 'names', type: 'symbol' }
  const always = { 'text-allow-overlap': true, 'text-padding': 2 } // names.mjs has found the room
  const label = { name: 'labels', source: 'grids', 'source-layer': 'grids_label', type: 'symbol', filter: NONE }
  const halo = { 'text-halo-color': c('halo'), 'text-halo-width': theme === 'phone' ? 2.4 : 2 }
  const font = { 'text-font': ['Map Semibold'], 'text-line-height': 1.25, 'text-max-width': 12 }
  return [
    { ...label, id: 'far-name', layout: { ...font, 'text-font': ['Map Regular'], 'text-field': ['get', 'name'],
      'text-letter-spacing': 0.28, 'text-padding': 8 },
    paint: { 'text-color': c('far'), ...halo, 'text-halo-width': 1.2 } },
    { ...placed, id: 'grid-tab', filter: ['get', 'tab'],
      layout: { ...always, 'text-font': ['Map Regular'], 'icon-image': 'tab', 'icon-text-fit': 'both',
        'icon-text-fit-padding': [1, 4, 1, 4], 'icon-allow-overlap': true,
        'text-field': ['case', ['==', ['get', 'metric'], ''], ['get', 'name'],
          ['concat', ['get', 'name'], '\u3000', ['get', 'metric']]] },
      paint: { 'text-color': c('label') } },
    { ...placed, id: 'grid-name', filter: ['!', ['get', 'tab']],
      layout: { ...always, ...font, 'text-max-width': 30, 'text-field': nameField() },
      paint: { 'text-color': theme === 'phone' ? c('grid') : c('label'), ...halo } },
  ]
}

/** The style object. c: token function, t: translator, k: scale of text sizes, layers: {name: true|false|null}. */
export function makeStyle({ c, t, k, theme, layers, faces }) {
  const areas = areaLayers(c, theme)
  const list = [
    ...areas.under, ...baseLayers(c, theme), ...areas.lines, ...textLayers(c, theme, t, k), ...areas.over,
    ...gridLabels(c, theme),
    { id: 'light', name: 'lights', source: 'lights', type: 'symbol',
      layout: { 'icon-image': ['concat', 'light-', ['get', 'light']], 'icon-allow-overlap': true,
        'icon-padding': ['match', ['get', 'light'], 'red', theme === 'wall' ? 14 : 6, 3],
        'symbol-sort-key': ['match', ['get', 'light'], 'red', 3, 'yellow', 2, 1] },
      paint: { 'icon-opacity': 0 } },
  ]
  const made = list.filter(({ name }) => layers[name] !== null).map(({ name, ...layer }) => ({
    ...layer,
    metadata: { name },
    layout: { ...layer.layout, visibility: layers[name] === false ? 'none' : 'visible' },
  }))
  return {
    version: 8, name: `gridgov ${theme}`, 'font-faces': faces, transition: { duration: 200, delay: 0 },
    sources: { ...sources(layers), lights: structuredClone(empty), names: structuredClone(empty) },
    layers: [{ id: 'ground', type: 'background', paint: { 'background-color': c('ground') } }, ...made],
  }
}
