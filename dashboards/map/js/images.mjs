/** Pictures for the map, drawn from the same sprite as the pages: one sheet, cut into images. */

export const KINDS = ['school', 'clinic', 'shop', 'restaurant', 'hotel', 'entertainment', 'netcafe', 'beauty',
  'workshop', 'other']
const RATIO = 2
const VARS = ['--red', '--red-ink', '--yel', '--yel-edge', '--grn', '--grn-fill', '--att2', '--att3', '--green']

const sign = (symbols, id, x, y, size, colour) =>
  `<g transform="translate(${x} ${y}) scale(${size / 24})" color="${colour}" style="color:${colour}">${symbols[id]}</g>`

function badge(token, attention) {
  if (attention < 2) return ''
  const fill = token(`--att${attention}`)
  return `<rect x="12" y="0" width="11" height="12" rx="2" fill="${fill}"/>`
    + `<text x="17.5" y="9.6" font-size="10.5" font-weight="700" text-anchor="middle" `
    + `font-family="sans-serif" fill="${token(`--att${attention}-t`)}">${attention}</text>`
}

/** 24 x 24: rounded square with the glyph, a numeral tab for attention 2 and 3 (desk and wall). */
function chip(symbols, token, kind, attention, chosen) {
  const fill = token(chosen ? 'chip-sel' : 'chip')
  const ink = token(chosen ? 'chip-sel-ink' : 'chip-ink')
  const edge = chosen ? token('halo') : token('chip-line')
  return `<rect x="2" y="4.5" width="18" height="18" rx="4.5" fill="${fill}" stroke="${edge}" stroke-width="1.2"/>`
    + sign(symbols, `p-${kind}`, 4.6, 7.1, 12.8, ink) + badge(token, attention)
}

/** 24 x 24: attention shape with the glyph (phone). */
function mark(symbols, token, kind, attention) {
  const ink = attention === 2 ? token('--att2-t') : '#ffffff'
  const [x, y, size] = { 1: [6, 6, 12], 2: [6.5, 6.5, 11], 3: [7.4, 9.4, 9.2] }[attention]
  return sign(symbols, `a-${attention}`, 0, 0, 24, ink) + sign(symbols, `p-${kind}`, x, y, size, ink)
}

function list(symbols, token, theme) {
  const out = []
  const add = (name, size, draw, options) => out.push({ name, size, draw, options })
  for (const light of ['red', 'yellow', 'green']) {
    const size = { red: [26, 22], yellow: [19, 19], green: [15, 15] }[light][theme === 'wall' ? 0 : 1]
    add(`light-${light}`, size, sign(symbols, `l-${light}`, 0, 0, 24, '#000'))
    add(`text-${light}`, theme === 'wall' ? 15 : 12, sign(symbols, `l-${light}`, 0, 0, 24, '#000'))
  }
  for (const kind of KINDS) {
    for (const attention of [1, 2, 3]) {
      const phone = theme === 'phone'
      const plain = phone ? mark(symbols, token, kind, attention) : chip(symbols, token, kind, attention, false)
      add(`premises-${kind}-${attention}`, phone ? 28 : 24, plain)
      add(`chosen-${kind}-${attention}`, 24, chip(symbols, token, kind, attention, true))
    }
  }
  add('none', 1, '')
  add('tab', 24, `<rect x="1" y="1" width="22" height="22" rx="2" fill="${token('tab')}" fill-opacity=".92" `
    + `stroke="${token('tab-line')}" stroke-width=".9"/>`, { stretch: true })
  add('hatch', 8, `<rect width="24" height="24" fill="${token('land')}"/>`
    + `<path d="M-6 6 6 -6M-6 30 30 -6M18 30 30 18" stroke="${token('nodata')}" stroke-width="5"/>`)
  return out
}

function decode(svg) {
  return new Promise((done, fail) => {
    const image = new Image()
    image.onload = () => done(image)
    image.onerror = () => fail(new Error('the sprite cannot be drawn'))
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  })
}

async function sheet(items, token) {
  const cell = 32
  const columns = 12
  const rows = Math.ceil(items.length / columns)
  const at = (i) => [(i % columns) * cell, Math.floor(i / columns) * cell]
  const style = VARS.map((name) => `${name}:${token(name) || '#888'}`).join(';')
  const cells = items.map(({ size, draw }, i) => {
    const [x, y] = at(i)
    return `<svg x="${x}" y="${y}" width="${size}" height="${size}" viewBox="0 0 24 24">${draw}</svg>`
  })
  const [w, h] = [columns * cell, rows * cell]
  const image = await decode(`<svg xmlns="http://www.w3.org/2000/svg" width="${w * RATIO}" height="${h * RATIO}" `
    + `viewBox="0 0 ${w} ${h}" style="${style}">${cells.join('')}</svg>`)
  const canvas = Object.assign(document.createElement('canvas'), { width: w * RATIO, height: h * RATIO })
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  pen.drawImage(image, 0, 0)
  return (i) => {
    const [x, y] = at(i)
    const side = Math.ceil(items[i].size * RATIO)
    return pen.getImageData(x * RATIO, y * RATIO, side, side)
  }
}

/** Add every picture to the map. Names: light-*, text-*, premises-KIND-N, chosen-KIND-N, tab, hatch, none. */
export async function addImages(map, symbols, token, theme) {
  const items = list(symbols, token, theme)
  const cut = await sheet(items, token)
  items.forEach(({ name, options }, i) => {
    const extra = options?.stretch
      ? { stretchX: [[12, 36]], stretchY: [[12, 36]], content: [10, 6, 38, 42] } : {}
    map.addImage(name, cut(i), { pixelRatio: RATIO, ...extra })
  })
}

/** One picture as a data URL, e.g. for a legend that cannot use the sprite. */
export async function picture(symbols, token, theme, name) {
  const item = list(symbols, token, theme).find((one) => one.name === name)
  if (!item) throw new Error(`no picture "${name}"`)
  const data = (await sheet([item], token))(0)
  const canvas = Object.assign(document.createElement('canvas'), { width: data.width, height: data.height })
  canvas.getContext('2d').putImageData(data, 0, 0)
  return canvas.toDataURL()
}
