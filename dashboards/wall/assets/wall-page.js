/**
 * What the wall does by itself: clock, ages, pages of cards and ticker, state of the connection,
 * tooltips, marks on figures that moved, keys. Words come with the page (#words).
 */
(() => {
  'use strict'
  const W = (window.gridgovWall = window.gridgovWall || { want: null, seen: null, live: 'retry', answered: 0 })
  const STALE_S = 60
  const LOST_S = 300
  const CARDS_MS = 20_000
  const TICKER_MS = 8_000
  const TIP_MS = 150
  const SCALE_BAR = 0.3 // what it costs the legend to lie over the scale bar
  const $ = (id) => document.getElementById(id)
  let words = null
  let pages = { kids: 0, ticker: 0 }
  let tip = { id: null, timer: null }

  const say = (key, values = {}) => {
    words ??= JSON.parse($('words')?.dataset.words || 'null')
    const text = words?.[`wall.js.${key}`] ?? ''
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name])
  }
  const now = () => Date.now() + (W.offset || 0)
  const beijing = (ms, options) => new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', hourCycle: 'h23', ...options }).format(ms)
  const clockText = (ms) => beijing(ms, { hour: '2-digit', minute: '2-digit', second: '2-digit' })
  const dayText = (ms) => beijing(ms, { year: 'numeric', month: '2-digit', day: '2-digit' })

  function ago(ms) {
    const s = Math.max(0, Math.floor(ms / 1000))
    if (s < 60) return say('ago_s', { n: s })
    if (s < 3600) return say('ago_m', { n: Math.floor(s / 60) })
    if (s < 86_400) return say('ago_h', { n: Math.floor(s / 3600) })
    return say('ago_d', { n: Math.floor(s / 86_400) })
  }
  /** Write a text; true when it was another one. */
  function put(node, text) {
    if (!node || node.textContent === text) return false
    node.textContent = text
    return true
  }

  function tick() {
    if (!$('wall')) return
    const t = now()
    put($('clock'), clockText(t))
    const weekday = Number(new Date(t + 8 * 3600_000).getUTCDay())
    words ??= JSON.parse($('words').dataset.words)
    put($('date'), `${dayText(t)} ${words.weekdays.split(' ')[weekday]}`)
    ages()
    W.paintState()
  }
  function ages() {
    const times = [...document.querySelectorAll('time[data-at]')]
    const moved = times.filter((node) => put(node, ago(now() - node.dataset.at * 1000)))
    if (moved.length) turnTicker(0)
  }

  const SIGN = { ok: 'i-live', loading: 'i-live', poll: 'i-clock', stale: 'i-clock', off: 'i-nosignal' }

  /** Footer and banner: how fresh the figures are and how they come. */
  W.paintState = () => {
    const box = $('status')
    if (!box) return
    const age = W.seen ? (now() - W.seen.as_of * 1000) / 1000 : 0
    let state = 'ok'
    if (!W.seen) state = 'loading'
    else if (age > LOST_S || !navigator.onLine) state = 'off'
    else if (age > STALE_S) state = 'stale'
    else if (W.live !== 'open') state = 'poll'
    const word = { ok: 'live', loading: 'connecting', poll: 'polling', stale: 'polling', off: 'lost' }[state]
    if (box.dataset.state !== state) {
      box.dataset.state = state
      box.innerHTML = `<span></span><span class="live"><svg class="i"><use href="/static/assets/sprite.svg#${SIGN[state]}"/></svg><i></i></span>`
      $('wall').classList.toggle('offline', state === 'off')
      $('map')?.classList.toggle('is-offline', state === 'off')
    }
    put(box.querySelector('.live i'), say(word))
    const first = box.firstElementChild
    if (state === 'loading') put(first, say('loading'))
    else put(first, `${say('as_of')} ${clockText(W.seen.as_of * 1000)}${say('comma')}${ago(age * 1000)}`)
    banner(state === 'off', age)
  }
  function banner(lost, age) {
    const box = $('banner')
    box.hidden = !lost
    if (!lost) return
    const m = Math.floor(age / 60)
    const left = say('banner', { time: clockText(W.seen.as_of * 1000) })
    const right = say('retrying', { age: say('for_m', { m, s: Math.floor(age - m * 60) }) })
    if (!box.firstElementChild) box.innerHTML = '<svg class="i"><use href="/static/assets/sprite.svg#i-nosignal"/></svg><b></b><span></span>'
    put(box.children[1], left)
    put(box.children[2], right)
  }

  // ---- pages of cards and ticker ----
  function turnCards(step) {
    const box = document.querySelector('#kids .pp')
    if (!box) return
    const count = Number(box.dataset.pages)
    pages.kids = (pages.kids + step + count) % count
    ;[...box.children].forEach((list, n) => { list.hidden = n !== pages.kids })
    const mark = document.querySelector('#kids .pages')
    if (mark) put(mark, `${pages.kids + 1} / ${count}`)
  }

  /** The ticker shows as many whole items a page as fit. */
  function turnTicker(step) {
    const run = document.querySelector('#ticker .run')
    put($('ticker-page'), '')
    if (!run) return
    const items = [...run.children]
    for (const item of items) item.hidden = false
    const gap = parseFloat(getComputedStyle(run).columnGap) || 0
    const sheets = [[]]
    let used = 0
    for (const item of items) {
      const width = item.getBoundingClientRect().width
      if (used && used + gap + width > run.clientWidth + 1) {
        sheets.push([])
        used = 0
      }
      sheets.at(-1).push(item)
      used += (used ? gap : 0) + width
    }
    pages.ticker = (pages.ticker + step + sheets.length) % sheets.length
    for (const item of items) item.hidden = !sheets[pages.ticker].includes(item)
    if (sheets.length > 1) put($('ticker-page'), `${pages.ticker + 1} / ${sheets.length}`)
  }

  const still = (id) => $(id)?.matches(':hover, :focus-within')
  const timers = {}
  /** Turn a page every so often; starting again puts the next turn off by a whole period. */
  function every(name, ms, turn) {
    clearInterval(timers[name])
    timers[name] = setInterval(() => { if (!still(name)) turn() }, ms)
  }
  function nextTicker() {
    turnTicker(1)
    const run = document.querySelector('#ticker .run')
    run?.classList.remove('turned')
    requestAnimationFrame(() => run?.classList.add('turned'))
  }
  const restart = {
    kids: () => every('kids', CARDS_MS, () => turnCards(1)),
    ticker: () => every('ticker', TICKER_MS, nextTicker),
  }
  for (const start of Object.values(restart)) start()

  // ---- an answer has arrived ----
  let lastGrid = null
  let newest = null
  W.arrived = () => requestAnimationFrame(() => {
    const fresh = lastGrid !== W.seen.grid.gridId
    lastGrid = W.seen.grid.gridId
    document.body.dataset.grid = lastGrid
    if (fresh) {
      pages = { kids: 0, ticker: 0 }
      restart.kids()
    }
    const first = document.querySelector('#ticker .run > a')?.dataset.incident
    if (first !== newest || fresh) {
      pages.ticker = 0
      restart.ticker()
    }
    newest = first
    turnCards(0)
    ages()
    turnTicker(0)
    tick()
    W.hover(null)
    measureCards()
    dressLanguage()
    if (fresh) setTimeout(() => { W.drilling = false }, 300)
  })
  /** How high the cards stand: the legend and the scale bar keep above them. */
  function measureCards() {
    const kids = $('kids').getBoundingClientRect().height
    $('wall').style.setProperty('--kids', `${kids}px`)
  }
  function dressLanguage() {
    const link = $('other-lang')
    if (link) link.href = W.address({ lang: link.hreflang })
  }

  // ---- figures that moved ----
  const watcher = new MutationObserver((list) => {
    if (W.drilling !== false) return
    for (const { target } of list) {
      const node = target.nodeType === 3 ? target.parentElement : target
      const figure = node?.closest?.('.n, .lt > span, .key b')
      if (!figure || figure.closest('[hidden]')) continue
      figure.classList.remove('moved')
      void figure.offsetWidth
      figure.classList.add('moved')
    }
  })

  // ---- tooltip of a child grid ----
  W.hover = (grid, hit) => {
    const id = grid ? String(grid.id) : null
    for (const card of document.querySelectorAll('#kids li.hov')) card.classList.remove('hov')
    if (id) document.querySelector(`#kids li[data-grid="${id}"]`)?.classList.add('hov')
    if (id === tip.id) return
    clearTimeout(tip.timer)
    tip.id = id
    $('tip')?.classList.remove('on')
    $('lead')?.remove()
    if (id && !$('wall').classList.contains('offline')) tip.timer = setTimeout(() => openTip(id, hit), TIP_MS)
  }
  function openTip(id, hit) {
    const box = $('tip')
    const words = W.seen.tips[id]
    const map = $('map')
    if (!words || !map.__map) return
    box.replaceChildren(...tipOf(words))
    const middle = document.querySelector('.mid').getBoundingClientRect()
    const x = hit.point.x + map.getBoundingClientRect().left
    box.dataset.side = x > middle.left + middle.width / 2 ? 'left' : 'right'
    box.classList.add('on')
    lead(box, { x, y: hit.point.y + map.getBoundingClientRect().top })
  }

  function node(tag, ...inside) {
    const made = document.createElement(tag)
    made.append(...inside)
    return made
  }
  function tipOf({ name, code, rows, open, lights, go }) {
    const lamps = node('span')
    lamps.className = 'lt'
    for (const [color, label, n] of lights) {
      const sign = node('span')
      sign.innerHTML = `<svg class="i li" role="img"><use href="/static/assets/sprite.svg#l-${color}"/></svg>`
      sign.firstChild.setAttribute('aria-label', label)
      sign.append(n)
      sign.className = n === '0' ? 'zero' : ''
      lamps.append(sign)
    }
    const pairs = [...rows, [open, lamps]].flatMap(([term, text]) => [node('dt', term), node('dd', text)])
    return [node('h3', name, node('small', code)), node('dl', ...pairs), node('p', go)]
  }

  /** The thin line from the tooltip to the place under the pointer. */
  function lead(box, to) {
    const rect = box.getBoundingClientRect()
    const from = { x: box.dataset.side === 'right' ? rect.left : rect.right, y: Math.min(Math.max(to.y, rect.top + 20), rect.bottom - 20) }
    const length = Math.hypot(to.x - from.x, to.y - from.y)
    const line = document.createElement('div')
    line.id = 'lead'
    Object.assign(line.style, {
      left: `${from.x}px`, top: `${from.y}px`, width: `${Math.max(0, length - 6)}px`,
      transform: `rotate(${Math.atan2(to.y - from.y, to.x - from.x)}rad)`,
    })
    document.body.append(line)
  }

  // ---- the legend goes where the shape leaves room ----
  W.rested = () => {
    const legend = $('legend')
    const map = $('map')?.__map
    if (!legend || !map) return
    if (map !== W.watched) {
      W.watched = map
      map.on('idle', W.rested)
    }
    const layers = ['grid-fill', 'land'].filter((id) => map.getLayer(id))
    const origin = $('map').getBoundingClientRect()
    let best = null
    const was = legend.dataset.corner
    for (const corner of ['bl', 'br', 'tl', 'tr']) {
      legend.dataset.corner = corner
      const r = legend.getBoundingClientRect()
      const scale = corner === 'br' ? SCALE_BAR : 0
      const hits = covered(map, layers, r, origin) + scale
      if (!best || hits < best.hits - 0.02) best = { corner, hits }
    }
    legend.dataset.corner = best ? best.corner : was
  }
  /** Share of a rectangle that lies over the shown grid, by a net of 6 x 6 points. */
  function covered(map, layers, r, origin) {
    let n = 0
    for (let i = 0; i <= 5; i++) {
      for (let j = 0; j <= 5; j++) {
        const point = [r.left - origin.left + (r.width * i) / 5, r.top - origin.top + (r.height * j) / 5]
        if (map.queryRenderedFeatures(point, { layers }).length) n++
      }
    }
    return n / 36
  }

  // ---- clicks and keys ----
  document.addEventListener('click', (e) => {
    const link = e.target.closest?.('a[data-go]')
    if (!link || e.metaKey || e.ctrlKey || e.shiftKey || e.button) return
    e.preventDefault()
    W.go(link.getAttribute('href'))
  })
  document.addEventListener('mouseover', (e) => {
    const card = e.target.closest?.('#kids li[data-grid]')
    $('map')?.__gridmap?.highlight(card ? { layer: 'grid', id: Number(card.dataset.grid) }
      : W.incident ? { layer: 'light', id: W.incident } : null)
  })
  document.addEventListener('keydown', (e) => {
    if (e.key !== 'Escape') return
    const close = document.querySelector('#card a.x')
    const up = [...document.querySelectorAll('#crumb a[data-go="up"]')].at(-1)
    const link = close ?? up
    if (link) W.go(link.getAttribute('href'))
  })
  addEventListener('resize', () => { turnTicker(0) })
  addEventListener('online', () => W.beat())
  document.fonts.addEventListener('loadingdone', () => { turnTicker(0) })

  document.addEventListener('DOMContentLoaded', () => {
    const ready = setInterval(() => {
      if (!$('wall')) return
      clearInterval(ready)
      watcher.observe($('wall'), { characterData: true, childList: true, subtree: true })
      tick()
      setInterval(tick, 1000)
    }, 50)
  })
})()
