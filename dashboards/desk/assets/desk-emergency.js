/** Emergency look 紧急查看: its form, its chip with the minutes left; and the bell of notices. */
(() => {
  'use strict'
  const API = '/api/v1'
  const SHORTEST = 10
  const TICK_MS = 5000

  const call = (method, path, body) => fetch(API + path, {
    method, credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'Accept-Language': document.documentElement.lang || document.getElementById('desk').lang },
    body: body === undefined ? undefined : JSON.stringify(body)
  })

  /** make('p', { class: 'x' }, 'text', node): an element; `on…` are listeners. */
  function make(tag, props, ...inside) {
    const made = document.createElement(tag)
    for (const [key, value] of Object.entries(props || {})) {
      if (key.startsWith('on')) made.addEventListener(key.slice(2), value)
      else if (value !== false && value !== null) made.setAttribute(key, value === true ? '' : value)
    }
    made.append(...inside.filter((one) => one !== null && one !== undefined))
    return made
  }
  const sayer = (box) => {
    const words = JSON.parse(box.dataset.words)
    return (key, values) => (words[key] || key).replace(/{(\w+)}/g, (all, name) => values?.[name] ?? all)
  }
  const english = () => document.getElementById('desk').lang === 'en'
  const named = (one) => (english() ? one.name_en : one.name_zh)
  /** First the map with its open stream: it would be refused while the page goes away. */
  function go(url) {
    document.getElementById('map')?.__gridmap?.destroy()
    location.href = url
  }

  // ---- the form ------------------------------------------------------------------------------
  async function open() {
    const box = document.getElementById('emergency')
    const answer = await call('GET', '/emergencies/form')
    if (!answer.ok) return
    draw(box, await answer.json())
    box.showModal()
    box.querySelector('input').focus()
  }

  function draw(box, told) {
    const say = sayer(box)
    const form = { grid: null, reason: null }
    const problem = make('p', { class: 'problem', role: 'alert', hidden: true })
    const tell = (text) => { problem.textContent = text; problem.hidden = !text }
    const words = make('textarea', { id: 'emergency-words', rows: 3, maxlength: 200, placeholder: say('emergency.words') })
    const reasons = make('div', { class: 'why', role: 'group' })
    for (const one of told.reasons) {
      reasons.append(make('button', {
        type: 'button', class: 'pick', 'aria-pressed': 'false',
        onclick: ({ currentTarget }) => {
          form.reason = one.code
          for (const other of reasons.children) other.setAttribute('aria-pressed', String(other === currentTarget))
        }
      }, named(one)))
    }
    const begin = make('button', { type: 'submit', class: 'btn p danger-fill' }, say('emergency.begin'))
    const sheet = make('form', { method: 'dialog', class: 'sheet', novalidate: true },
      make('h2', {}, say('emergency.title')),
      make('p', { class: 'intro' }, say('emergency.intro')),
      make('ul', { class: 'rules' },
        ...['told', 'minutes', 'reads', 'recorded'].map((rule) => make('li', {}, say(`emergency.rule.${rule}`, told)))),
      make('label', { for: 'emergency-grid' }, say('emergency.grid')), chooser(say, form),
      make('label', {}, say('emergency.reason')), reasons, words, problem,
      make('div', { class: 'do' },
        make('button', { type: 'button', class: 'btn', onclick: () => box.close() }, say('emergency.cancel')), begin))
    sheet.addEventListener('submit', async (event) => {
      event.preventDefault()
      const told = words.value.trim()
      const missing = !form.grid ? 'grid' : !form.reason ? 'reason' : told.length < SHORTEST ? 'words' : null
      if (missing) { tell(say(`emergency.need.${missing}`)); return }
      begin.disabled = true
      try {
        const answer = await call('POST', '/emergencies', { grid_id: form.grid.id, reason: form.reason, words: told })
        if (answer.ok) { go(`/desk/?grid=${form.grid.id}`); return }
        tell((await answer.json()).error.message)
      } catch { tell(say('emergency.failed')) }
      begin.disabled = false
    })
    box.replaceChildren(sheet)
  }

  /** A search that becomes the chosen grid. */
  function chooser(say, form) {
    const found = make('div', { class: 'found' })
    const input = make('input', { id: 'emergency-grid', type: 'text', maxlength: 60, autocomplete: 'off', placeholder: say('emergency.grid_hint') })
    const chosen = make('div', { class: 'chosen', hidden: true })
    let last = 0
    let waiting = null
    const where = (grid) => grid.chain.slice(0, -1).map((one) => one.name).join(' › ')
    function choose(grid) {
      form.grid = grid
      chosen.replaceChildren(make('span', {}, make('b', {}, grid.name), make('small', {}, where(grid))),
        make('button', { type: 'button', class: 'lnk', onclick: clear }, say('emergency.change')))
      chosen.hidden = false
      input.hidden = true
      found.replaceChildren()
    }
    function clear() {
      form.grid = null
      chosen.hidden = true
      input.hidden = false
      input.focus()
    }
    async function search() {
      const mine = (last += 1)
      const q = input.value.trim()
      if (!q) { found.replaceChildren(); return }
      const answer = await call('GET', `/emergencies/grids?q=${encodeURIComponent(q)}`)
      if (!answer.ok || mine !== last) return
      const grids = await answer.json()
      found.replaceChildren(...grids.map((grid) => make('button', { type: 'button', onclick: () => choose(grid) },
        make('b', {}, grid.name), make('small', {}, where(grid)))))
      if (!grids.length) found.append(make('p', { class: 'no' }, say('emergency.no_grid')))
    }
    input.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(search, 200) })
    input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return
      event.preventDefault()
      found.querySelector('button')?.click()
    })
    return make('div', { class: 'chooser' }, input, chosen, found)
  }

  // ---- while it lasts ------------------------------------------------------------------------
  function tick() {
    const chip = document.getElementById('emergency-chip')
    if (!chip) return
    const say = sayer(chip)
    const left = new Date(chip.dataset.until) - Date.now()
    if (left <= 0) { go('/desk/'); return }
    const n = Math.ceil(left / 60000)
    chip.querySelector('.left').textContent = left < 60000 ? say('emergency.last') : say('emergency.left', { n })
  }

  async function end() {
    const answer = await call('DELETE', '/emergencies/current')
    if (answer.ok) go('/desk/')
  }

  // ---- the bell ------------------------------------------------------------------------------
  let known = { unread: 0, items: [] }

  async function ring() {
    const box = document.getElementById('notices')
    if (!box) return
    const answer = await call('GET', '/me/notices')
    if (!answer.ok) return
    known = await answer.json()
    const count = document.getElementById('bell-count')
    count.textContent = known.unread ? (known.unread > 99 ? '99+' : known.unread) : ''
    if (box.hasAttribute('data-open')) list(box)
  }

  function list(box) {
    const say = sayer(box)
    const kinds = JSON.parse(box.dataset.words)
    const time = new Intl.DateTimeFormat(english() ? 'en-GB' : 'zh-CN', { month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai' })
    box.replaceChildren(make('h3', {}, say('notice.title')), ...known.items.map((one) => {
      const key = kinds[`notice.kind.${one.kind}`] ? `notice.kind.${one.kind}` : 'notice.kind.other'
      const href = one.entity === 'emergency_look' ? `/admin/emergencies/${one.entity_id}` : '/desk/'
      return make('a', { href, class: one.read_at ? 'read' : 'unread', onclick: () => read([one.id]) },
        make('span', {}, say(key)), make('time', { datetime: one.at }, time.format(new Date(one.at))))
    }))
    if (!known.items.length) box.append(make('p', { class: 'no' }, say('notice.none')))
  }

  const read = (ids) => fetch(`${API}/me/notices/read`, {
    method: 'PUT', credentials: 'same-origin', keepalive: true,
    headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ ids })
  })

  window.deskMore = {
    emergency() { document.getElementById('user').removeAttribute('data-open'); open() },
    'emergency-end': end,
    notices() {
      const box = document.getElementById('notices')
      const opening = !box.hasAttribute('data-open')
      for (const menu of document.querySelectorAll('.menu[data-open]')) menu.removeAttribute('data-open')
      box.toggleAttribute('data-open', opening)
      if (opening) list(box)
    }
  }
  window.deskRing = ring
  window.deskBegun = () => { ring(); tick(); setInterval(tick, TICK_MS) }
})()
