/** Every view has an address of its own; back, reload and deep links work. */

const routes = []
let leave = null
let show = null
let turn = 0
const scrolls = new Map()

/** route('/patrol/premises/:id', view); view({id}, signal) -> {body, tabs?, leave?} or a promise of it. */
export function route(pattern, view) {
  const names = []
  const source = pattern.replace(/:(\w+)/g, (_, name) => { names.push(name); return '([^/]+)' })
  routes.push({ test: new RegExp(`^${source}/?$`), names, view })
}

export const path = () => location.pathname

function match(at) {
  for (const { test, names, view } of routes) {
    const hit = test.exec(at)
    if (hit) return { view, values: Object.fromEntries(names.map((n, i) => [n, decodeURIComponent(hit[i + 1])])) }
  }
  return { view: routes[0].view, values: {} }
}

async function open() {
  const mine = ++turn
  leave?.()
  leave = null
  const { view, values } = match(path())
  const guard = { get gone() { return mine !== turn } }
  await show(view, values, guard, (fn) => { if (mine === turn) leave = fn; else fn() })
  const box = document.querySelector('#view .scroll')
  if (box) box.scrollTop = scrolls.get(history.state?.key) ?? 0
}

function remember() {
  const box = document.querySelector('#view .scroll')
  if (box && history.state?.key) scrolls.set(history.state.key, box.scrollTop)
}

const stamp = (depth) => ({ key: `${Date.now()}-${Math.random()}`, depth })

export function go(to, { replace = false } = {}) {
  remember()
  const depth = history.state?.depth ?? 0
  if (replace) history.replaceState(stamp(depth), '', to)
  else history.pushState(stamp(depth + 1), '', to)
  return open()
}

/** One step back inside the page; where there is none (a deep link), to `otherwise`. */
export function back(otherwise = '/patrol') {
  if (history.state?.depth > 0) history.back()
  else go(otherwise, { replace: true })
}

/** Show the current address again, e.g. after data changed. */
export const again = () => open()

export function begin(render) {
  show = render
  if (!history.state?.key) history.replaceState(stamp(0), '')
  history.scrollRestoration = 'manual'
  addEventListener('popstate', () => open())
  document.addEventListener('click', (e) => {
    const a = e.target.closest?.('a[href^="/patrol"]')
    if (!a || e.defaultPrevented || e.button || e.metaKey || e.ctrlKey || a.target) return
    e.preventDefault()
    go(a.getAttribute('href'), { replace: a.dataset.replace !== undefined })
  })
  return open()
}
