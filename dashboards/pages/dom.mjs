/** Small helpers to build elements; text is always set as text, never as markup. */

const SPRITE = '/static/assets/sprite.svg'
const SVG = 'http://www.w3.org/2000/svg'

function put(el, key, value) {
  if (value == null || value === false) return
  if (key.startsWith('on')) el.addEventListener(key.slice(2), value)
  else if (key === 'data') Object.assign(el.dataset, value)
  else if (key === 'class') el.setAttribute('class', value)
  else if (key in el && key !== 'list' && typeof value !== 'string') el[key] = value
  else el.setAttribute(key, value === true ? '' : value)
}

/** h('p', {class: 'x', onclick: fn}, 'text', node, [nodes], null) -> element */
export function h(tag, props, ...children) {
  const el = document.createElement(tag)
  for (const [key, value] of Object.entries(props ?? {})) put(el, key, value)
  el.append(...children.flat(3).filter((c) => c != null && c !== false))
  return el
}

/** The same for SVG elements. */
export function s(tag, props, ...children) {
  const el = document.createElementNS(SVG, tag)
  for (const [key, value] of Object.entries(props ?? {})) if (value != null) el.setAttribute(key, value)
  el.append(...children.flat(3).filter(Boolean))
  return el
}

/** A symbol of the shared sprite; decoration only, its meaning stands beside it in words. */
export function icon(name, cls = '') {
  return s('svg', { class: `i ${cls}`.trim(), viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    s('use', { href: `${SPRITE}#${name}` }))
}

const KINDS = new Set(['school', 'clinic', 'shop', 'restaurant', 'hotel', 'entertainment', 'netcafe', 'beauty', 'workshop'])

/** Sign of a premises: the shape is the attention level, the pictogram the kind. */
export function sign(kind, attention, cls = '') {
  const level = [1, 2, 3].includes(attention) ? attention : 1
  return h('span', { class: `sign sign-${level} ${cls}`.trim(), 'aria-hidden': 'true' },
    icon(`a-${level}`, 'sign-shape'), icon(`p-${KINDS.has(kind) ? kind : 'other'}`, 'sign-kind'))
}

/** A link inside the page: the router follows it without loading the page anew. */
export function link(href, props, ...children) {
  return h('a', { href, ...props }, ...children)
}

const sheets = new Set()
/** Add a style sheet to the page, once. */
export function sheet(href) {
  if (sheets.has(href)) return
  sheets.add(href)
  document.head.append(h('link', { rel: 'stylesheet', href }))
}
