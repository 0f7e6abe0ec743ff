/** What the phone page adds to the shared words and dates. */

import * as shared from '../pages/i18n.mjs'
import { clock, day, dayOf, format, noon, t, today, weekday } from '../pages/i18n.mjs'

export * from '../pages/i18n.mjs'

const KEY = 'gridgov.lang'

/** Load the catalogue. `wish`: the account's language; this phone's own choice goes first. */
export const loadTexts = (wish) => shared.loadTexts(localStorage.getItem(KEY) ?? wish,
  '/static/strings/map', '/static/pages/strings.pages', '/static/patrol/strings')

export function keepLang(chosen) {
  localStorage.setItem(KEY, chosen)
}

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
