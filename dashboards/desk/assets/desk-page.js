/** The page's own listeners: one for everything that acts, the map, the keyboard, files, the session. */
(() => {
  'use strict'
  const S = window.deskState
  const REFRESH_MS = 400
  // Without the live channel the figures are asked for again this often.
  const POLL_MS = 30000
  let waiting = null
  let changed = new Set()

  // ---- the map -------------------------------------------------------------------------------
  const cardOf = { light: 'incidents', premises: 'premises', building: 'buildings', stop: 'premises' }
  window.deskMap = {
    select(e) {
      const pick = window.deskForms?.picks()
      if (pick) { pick(e); return }
      if (S.tool === 'nearest') {
        window.deskAct({ do: 'inside', register: 'premises', place: { nearest: { lon: e.lon, lat: e.lat, n: S.n } } })
        window.dash_clientside.set_props('map', { markers: { here: { lon: e.lon, lat: e.lat, symbol: 'i-pin-solid' } } })
        return
      }
      if (S.tool === 'here') { window.deskAct({ do: 'here', lon: e.lon, lat: e.lat }); return }
      if (S.tool !== 'select') return
      const hits = (e.features || []).filter((f) => cardOf[f.layer]).map((f) => ({ register: cardOf[f.layer], id: f.id }))
      const points = hits.filter((f) => f.register !== 'buildings')
      if (points.length > 1) window.deskAct({ do: 'here', lon: e.lon, lat: e.lat, hits })
      else if (e.layer === 'building') building(e)
      else if (cardOf[e.layer]) window.deskAct({ do: 'card', register: cardOf[e.layer], id: e.id, fresh: true })
      else if (e.layer === 'grid' && e.id !== S.grid) window.deskAct({ do: 'grid', id: e.id })
      else if (e.layer === 'grid') window.deskAct({ do: 'here', lon: e.lon, lat: e.lat })
    },
    /** Figures follow the live channel; rows and tabs only when the changed place is in view. */
    live(e) {
      if (!e) return
      const line = document.getElementById('live')
      const state = e.state || 'open'
      // What was told while nobody listened is asked for once the line is open.
      if (line && state === 'open' && line.dataset.state !== state) window.deskRing()
      if (line) line.dataset.state = state
      for (const m of e.messages || []) {
        if (m.event === 'notice') { window.deskRing(); continue }
        const path = m.path || []
        const top = S.cards[S.cards.length - 1]
        if (m.event === 'incident' && top?.register === 'incidents' && top.id === m.id) {
          window.dash_clientside.set_props('recard', { data: Date.now() })
        }
        if (m.event === 'resync' || !path.length || path.includes(S.grid) || !S.place || !S.place.grid) changed.add(m.event)
      }
      if (changed.size && !waiting) {
        waiting = setTimeout(() => {
          waiting = null
          changed = new Set()
          window.deskAct({ do: 'refresh' })
        }, REFRESH_MS)
      }
    }
  }

  /** Click on a building: who lives in it, and its card. */
  function building(e) {
    const register = S.me.tabs.includes('people') ? 'people' : 'buildings'
    if (register === 'people') window.deskAct({ do: 'inside', register, place: { building: e.id } })
    window.deskAct({ do: 'card', register: 'buildings', id: e.id, fresh: true })
    window.dash_clientside.set_props('map', { highlight: { layer: 'building', id: e.id } })
  }

  // ---- everything that acts ------------------------------------------------------------------
  document.addEventListener('click', (event) => {
    const target = event.target.closest('[data-do]')
    if (!target || target.disabled) { closeMenus(event.target); return }
    event.preventDefault()
    const intent = JSON.parse(target.dataset.do)
    const does = page[intent.do] || window.deskMore[intent.do]
    if (does) does(intent, target)
    else { closeMenus(null); window.deskAct(intent) }
  })

  function closeMenus(inside) {
    for (const menu of document.querySelectorAll('.menu[data-open]')) {
      if (!inside || !menu.parentElement.contains(inside)) menu.removeAttribute('data-open')
    }
  }

  const page = {
    menu({ id }) {
      const menu = document.getElementById(id)
      const open = menu.hasAttribute('data-open')
      closeMenus(null)
      menu.toggleAttribute('data-open', !open)
      const input = menu.querySelector('input')
      if (!open && input) input.focus()
    },
    language({ lang }) {
      call('PUT', '/api/v1/me/lang', { lang }).then((r) => { if (r.ok) location.reload() })
    },
    leave() {
      // First the map with its open stream: it would be refused while the page goes away.
      document.getElementById('map')?.__gridmap?.destroy()
      window.deskForms?.forget()
      call('DELETE', '/api/v1/session').then(() => { location.href = '/login' })
    },
    copy({ words }, target) {
      navigator.clipboard?.writeText(words)
      target.classList.add('done')
    },
    step({ id, action, needs }) {
      const box = document.querySelector('#card textarea')
      const note = box ? box.value.trim() : ''
      if (needs && !note) { box.classList.add('bad'); box.focus(); return }
      window.dash_clientside.set_props('deed', { data: { id, action, note, txn: window.deskForms.newTxn() } })
    },
    tick(_, target) {
      target.setAttribute('aria-pressed', String(target.getAttribute('aria-pressed') !== 'true'))
    },
    reason(_, target) {
      for (const one of target.parentNode.children) one.setAttribute('aria-pressed', String(one === target))
    },
    /** Open fields of a person for a stated reason; the card is drawn anew with them. */
    reveal({ id, shortest }, target) {
      const box = target.closest('.reveal')
      const doing = (one) => JSON.parse(one.dataset.do)
      const what = [...box.querySelectorAll('.what [aria-pressed="true"]')].map((one) => doing(one).what)
      const reason = box.querySelector('.why [aria-pressed="true"]')
      const words = box.querySelector('textarea')
      const told = words.value.trim()
      box.querySelector('.what').classList.toggle('bad', !what.length)
      box.querySelector('.why').classList.toggle('bad', !reason)
      words.classList.toggle('bad', told.length < shortest)
      if (box.querySelector('.bad')) return
      call('POST', `/api/v1/people/${id}/reveal`, { what, reason: doing(reason).code, words: told }).then(async (answer) => {
        if (answer.status === 401) window.deskLeave()
        else if (answer.ok) window.deskAct({ do: 'retry' })
        else say((await answer.json()).error.message)
      })
    },
    export({ format }) { closeMenus(null); save(format) },
    /** A sheet as a file. */
    print({ url }) { keep(document.getElementById('sheet'), 'GET', url, undefined, 'sheet.pdf') }
  }

  const call = (method, url, body) => fetch(url, {
    method, credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang },
    body: body === undefined ? undefined : JSON.stringify(body)
  })

  /** The rows of the question as a file: the same body as the search, all pages. */
  function save(format) {
    const body = { place: S.place, filters: S.asked.filters, conditions: S.asked.conditions }
    if (S.asked.sort) body.sort = S.asked.sort
    return keep(document.getElementById('export'), 'POST', `/api/v1/${S.tab}/export?format=${format}`, body, `${S.tab}.${format}`)
  }

  /** What the server answers is kept as a file; meanwhile `box` is busy. */
  async function keep(box, method, url, body, otherwise) {
    if ('busy' in box.dataset) return
    box.dataset.busy = ''
    try {
      const answer = await call(method, url, body)
      if (answer.status === 401) { window.deskLeave(); return }
      if (!answer.ok) {
        const problem = await answer.json().catch(() => null)
        say(problem && problem.error ? problem.error.message : String(answer.status))
        return
      }
      const name = /filename="?([^";]+)/.exec(answer.headers.get('Content-Disposition') || '')
      const a = document.createElement('a')
      a.href = URL.createObjectURL(await answer.blob())
      a.download = name ? name[1] : otherwise
      a.click()
      setTimeout(() => URL.revokeObjectURL(a.href), 10000)
    } finally { delete box.dataset.busy }
  }

  function say(text) {
    const box = document.getElementById('said')
    box.textContent = text
    box.hidden = false
    clearTimeout(say.timer)
    say.timer = setTimeout(() => { box.hidden = true }, 8000)
  }

  window.deskSay = say
  window.deskLeave = () => { location.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}` }

  // A session that ended is noticed at the first answer, whoever asked.
  const plain = window.fetch
  window.fetch = async (...args) => {
    const answer = await plain(...args)
    if (answer.status === 401) window.deskLeave()
    return answer
  }

  // ---- keyboard ------------------------------------------------------------------------------
  document.addEventListener('keydown', (event) => {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
    if (event.key === '/' && !typing) { event.preventDefault(); page.menu({ id: 'finder' }) }
    if (event.key === 'Escape') escape(event)
    if (event.key === 'Enter' && event.target.closest('#finder input')) {
      const first = document.querySelector('#found [data-do]')
      if (first) first.click()
    }
    if (/^Arrow(Up|Down)$/.test(event.key) && event.target.closest('.menu[data-open]')) through(event)
  })

  /** Esc closes the topmost: menu, card, drawing, question; then it goes up one level. */
  function escape(event) {
    if (document.querySelector('.menu[data-open]')) closeMenus(null)
    else if (S.cards.length) window.deskAct({ do: 'back' })
    else if (S.tool !== 'select' || !('grid' in S.place)) window.deskAct({ do: 'clear' })
    else {
      const up = document.querySelector('#crumb [data-up]')
      if (up) up.click()
    }
    event.target.blur?.()
  }

  function through(event) {
    const menu = event.target.closest('.menu[data-open]')
    const stops = [...menu.querySelectorAll('input, [data-do]')]
    const at = stops.indexOf(document.activeElement)
    const next = stops[at + (event.key === 'ArrowDown' ? 1 : -1)]
    if (next) { event.preventDefault(); next.focus() }
  }

  // ---- after the first layout ----------------------------------------------------------------
  const ROW = 34
  window.deskPage = () => {
    const box = document.getElementById('rows')
    const fit = () => {
      const size = Math.max(3, Math.floor((box.clientHeight - 34) / ROW))
      const room = Math.floor(box.clientWidth / 10) * 10
      if (size !== S.size || room !== S.room) window.deskAct({ do: 'size', size, room })
    }
    new ResizeObserver(fit).observe(box)
    fit()
    watchFigures()
    window.deskBegun()
    window.deskForms?.forget(S.me.user)
    setInterval(() => {
      if (document.getElementById('live').dataset.state !== 'open') window.deskAct({ do: 'refresh' })
    }, POLL_MS)
  }

  /** A figure that changed takes the accent colour for two seconds. */
  function watchFigures() {
    const seen = new WeakMap()
    new MutationObserver((changes) => {
      for (const change of changes) {
        const box = change.target.parentElement && change.target.parentElement.closest('[data-fig]')
        if (!box || seen.get(box) === box.textContent) continue
        seen.set(box, box.textContent)
        box.classList.add('moved')
        setTimeout(() => box.classList.remove('moved'), 2000)
      }
    }).observe(document.getElementById('desk'), { characterData: true, subtree: true })
  }

  // AG Grid calls this when a heading was clicked: the server sorts, the grid only shows the arrow.
  const helpers = (window.dashAgGridFunctions = window.dashAgGridFunctions || {})
  helpers.deskKeep = () => 0
  helpers.deskSort = (params) => {
    const column = params.api.getColumnState().find((c) => c.sort)
    window.deskAct({ do: 'sort', column: column ? column.colId : null, order: column ? column.sort : null })
  }
})()
