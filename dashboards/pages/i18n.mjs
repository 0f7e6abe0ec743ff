/** Words and dates in the language of the page; Chinese unless switched. Shared by all static pages. */

let texts = {}
let current = 'zh'

export const lang = () => current
export const locale = () => (current === 'en' ? 'en-GB' : 'zh-CN')

/** Load parts of the catalogue: loadTexts('en', '/static/pages/strings.pages', ...), languages added. */
export async function loadTexts(wish, ...bases) {
  current = wish === 'en' ? 'en' : 'zh'
  const parts = await Promise.all(bases.map(async (base) => (await fetch(`${base}.${current}.json`)).json()))
  // Parts that were loaded before stay: several parts of one page ask for their own.
  texts = Object.assign({}, texts, ...parts)
  document.documentElement.lang = current === 'en' ? 'en' : 'zh-CN'
}

/** Text of a key, placeholders {name} filled; a missing key is a mistake in the code, so it throws. */
export function t(key, values = {}) {
  if (!(key in texts)) throw new Error(`no text for "${key}"`)
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''))
}

/** t() with {n}; languages with a singular have a key with _1 of their own. */
export const counted = (key, n) => (n === 1 && `${key}_1` in texts ? t(`${key}_1`, { n }) : t(key, { n }))

/** The name of a row that carries both languages. */
export const named = (row) => (current === 'en' ? row.name_en ?? row.name : row.name_zh ?? row.name) ?? row.name

export const format = (options) => new Intl.DateTimeFormat(locale(), { timeZone: 'Asia/Shanghai', ...options })
export const noon = (day) => new Date(`${day}T12:00:00+08:00`)

/** '2026-11-23' -> 11月23日 / 23 November; with the year when it is another one. */
export function day(iso) {
  const same = iso.slice(0, 4) === today().slice(0, 4)
  return format({ month: current === 'en' ? 'short' : 'long', day: 'numeric', ...(same ? {} : { year: 'numeric' }) }).format(noon(iso))
}

export const weekday = (iso) => format({ weekday: 'short' }).format(noon(iso))
export const clock = (at) => format({ hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at))
export const dayOf = (at) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date(at))
export const today = () => dayOf(Date.now())

/** A moment as a table shows it: 2026-11-23 09:05. */
export const stamp = (at) => `${dayOf(at)} ${clock(at)}`
