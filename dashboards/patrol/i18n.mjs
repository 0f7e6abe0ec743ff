/** Words, dates and distances in the language of the page; Chinese unless switched. */

const KEY = 'gridgov.lang'
let texts = {}
let current = 'zh'

export const lang = () => current
export const locale = () => (current === 'en' ? 'en-GB' : 'zh-CN')

/** Load the catalogue. `wish`: the account's language; this phone's own choice goes first. */
export async function loadTexts(wish) {
  const kept = localStorage.getItem(KEY)
  current = (kept ?? wish) === 'en' ? 'en' : 'zh'
  const [own, map] = await Promise.all([`/static/patrol/strings.${current}.json`, `/static/strings/map.${current}.json`]
    .map(async (url) => (await fetch(url)).json()))
  texts = { ...map, ...own }
  document.documentElement.lang = current === 'en' ? 'en' : 'zh-CN'
}

export function keepLang(chosen) {
  localStorage.setItem(KEY, chosen)
}

/** Text of a key, placeholders {name} filled; a missing key is a mistake in the code, so it throws. */
export function t(key, values = {}) {
  if (!(key in texts)) throw new Error(`no text for "${key}"`)
  return texts[key].replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''))
}

/** t() with {n}; languages with a singular have a key with _1 of their own. */
export const counted = (key, n) => (n === 1 && `${key}_1` in texts ? t(`${key}_1`, { n }) : t(key, { n }))

/** The name of a row that carries both languages. */
export const named = (row) => (current === 'en' ? row.name_en ?? row.name : row.name) ?? row.name

const format = (options) => new Intl.DateTimeFormat(locale(), { timeZone: 'Asia/Shanghai', ...options })
const noon = (day) => new Date(`${day}T12:00:00+08:00`)

/** '2026-11-23' -> 11月23日 / 23 November; with the year when it is another one. */
export function day(iso) {
  const same = iso.slice(0, 4) === today().slice(0, 4)
  return format({ month: current === 'en' ? 'short' : 'long', day: 'numeric', ...(same ? {} : { year: 'numeric' }) }).format(noon(iso))
}

export const weekday = (iso) => format({ weekday: 'short' }).format(noon(iso))
export const clock = (at) => format({ hour: '2-digit', minute: '2-digit', hour12: false }).format(new Date(at))
export const dayOf = (at) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date(at))
export const today = () => dayOf(Date.now())

/** A moment as a person says it: the day with its weekday, and the time. */
export function moment(at) {
  const iso = dayOf(at)
  return t('patrol.moment', { day: day(iso), weekday: weekday(iso), time: clock(at) })
}

/** Whole days from `iso` until today; negative when it lies ahead. */
export const daysSince = (iso) => Math.round((noon(today()) - noon(iso)) / 86_400_000)

export function ago(days) {
  if (days === 0) return t('patrol.today')
  return days === 1 ? t('patrol.yesterday') : t('patrol.days_ago', { n: days })
}

export function metres(m) {
  if (m < 995) return t('map.unit_metre', { n: m < 100 ? Math.round(m) : Math.round(m / 10) * 10 })
  return t('map.unit_kilometre', { n: (m / 1000).toFixed(1) })
}

const RUN = 3
/** [1,2,3,5] -> 周一至周三、周五 */
export function weekdays(list) {
  if (list.length === 7) return t('patrol.every_day')
  const name = (n) => format({ weekday: 'short' }).format(new Date(Date.UTC(2024, 0, n, 4)))
  const out = []
  for (let i = 0; i < list.length; i += 1) {
    let j = i
    while (list[j + 1] === list[j] + 1) j += 1
    if (j - i + 1 >= RUN) out.push(t('patrol.from_to', { from: name(list[i]), to: name(list[j]) }))
    else for (let k = i; k <= j; k += 1) out.push(name(list[k]))
    i = j
  }
  return out.join(t('patrol.list_comma'))
}
