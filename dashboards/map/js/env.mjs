/** What the map needs before it can start: style sheets, strings, sprite, MapLibre, fonts. */
import { VENDOR } from '../vendor.mjs'

export const SPRITE = '/static/assets/sprite.svg'
const SHEETS = [
  `${VENDOR}fonts/fonts.css`,
  `${VENDOR}maplibre/maplibre-gl.css`,
  '/static/assets/tokens.css',
  '/static/map/map.css',
]
const once = new Map()

function remember(key, make) {
  if (!once.has(key)) once.set(key, make().catch((error) => { once.delete(key); throw error }))
  return once.get(key)
}

async function get(url, kind) {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`)
  return answer[kind]()
}

function sheet(href) {
  return remember(href, () => new Promise((done, fail) => {
    const there = [...document.styleSheets].some((s) => s.href === new URL(href, location.href).href)
    if (there) return done()
    const link = Object.assign(document.createElement('link'), { rel: 'stylesheet', href })
    link.onload = () => done()
    link.onerror = () => fail(new Error(`${href} did not load`))
    document.head.append(link)
  }))
}

export const strings = (lang) => remember(`strings ${lang}`, () => get(`/static/strings/map.${lang}.json`, 'json'))

/** Sprite symbols by id: {id: inner markup}, each drawn on 24 x 24. */
export const symbols = () => remember('sprite', async () => {
  const doc = new DOMParser().parseFromString(await get(SPRITE, 'text'), 'image/svg+xml')
  return Object.fromEntries([...doc.querySelectorAll('symbol')].map((s) => [s.id, s.innerHTML]))
})

/** True where MapLibre 6 can run. */
export function canDraw() {
  try {
    return Boolean(document.createElement('canvas').getContext('webgl2'))
  } catch {
    return false
  }
}

const weights = new WeakMap()

/**
 * MapLibre loads the files of `font-faces` without a weight, which would draw every label in the
 * regular cut of the variable font. The files come through our own scheme gmfont://WEIGHT/path, so we
 * know which bytes are wanted in which weight, and FontFace gets told. Nothing else is touched.
 */
function teachWeights(ML) {
  const Native = window.FontFace
  window.FontFace = class FontFace extends Native {
    constructor(family, source, descriptors = {}) {
      const weight = typeof source === 'object' ? weights.get(source) : undefined
      super(family, source, weight ? { ...descriptors, weight } : descriptors)
    }
  }
  ML.addProtocol('gmfont', async ({ url }, abort) => {
    const [, weight, path] = /^gmfont:\/\/(\d+)(\/.*)$/.exec(url)
    const answer = await fetch(path, { signal: abort.signal })
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
    const data = await answer.arrayBuffer()
    weights.set(data, weight)
    return { data }
  })
}

const library = () => remember('maplibre', async () => {
  const ML = await import(`${VENDOR}maplibre/maplibre-gl.mjs`)
  teachWeights(ML)
  return ML
})

const faces = () => remember('faces', async () => {
  const list = await get(`${VENDOR}fonts/faces.json`, 'json')
  const at = (weight) => list.map((face) => ({
    url: `gmfont://${weight}${VENDOR}fonts/${face.file}`, 'unicode-range': face['unicode-range'],
  }))
  return { 'Map Regular': at(400), 'Map Semibold': at(600) }
})

/** Load everything in parallel -> {ML, faces, symbols, texts}. Throws Error with what is missing. */
export async function load(lang) {
  const [ML, fontFaces, shapes, texts] = await Promise.all([
    library(), faces(), symbols(), strings(lang), ...SHEETS.map(sheet),
  ])
  return { ML, faces: fontFaces, symbols: shapes, texts }
}

/** Terra Draw and its adapter, fetched when somebody draws for the first time. */
export const drawing = () => remember('draw', async () => {
  const [core, adapter] = await Promise.all([
    import(`${VENDOR}draw/terra-draw.mjs`), import(`${VENDOR}draw/terra-draw-maplibre.mjs`),
  ])
  return { ...core, ...adapter }
})

/** Text of a key with {placeholders} filled; a missing key is a mistake in the code, so it throws. */
export function translator(texts) {
  return (key, values = {}) => {
    if (!(key in texts)) throw new Error(`no text for "${key}"`)
    return texts[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name]))
  }
}

/** The page's tokens as the map needs them: token('ground') = --map-ground, token('--red') = itself. */
export function tokens(el) {
  const style = getComputedStyle(el)
  return (name) => style.getPropertyValue(name.startsWith('--') ? name : `--map-${name}`).trim()
}
