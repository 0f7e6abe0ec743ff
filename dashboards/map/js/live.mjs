/** The live channel: one EventSource that reopens by itself; the page hears at most twice a second. */

const REPORT_MS = 500
const REFRESH_MS = 1000
const LONGEST_WAIT = 60_000
const REMEMBERED = 2000
/** Tile layers that show a register, by the register's name in a `change` message. */
const SHOWS = {
  premises: ['premises'], buildings: ['buildings'], houses: ['buildings'], households: ['buildings'],
  people: ['people'], grids: ['grids'], incidents: ['incidents'],
}

export class Live {
  constructor(ctx, url) {
    Object.assign(this, { ctx, url, seen: 0, known: new Set(), last: new Map(), wait: 5000, messages: [], state: 'retry', stale: new Set(), reported: 0 })
    this.dirty = true
    this.open()
    this.timer = setInterval(() => this.report(), REPORT_MS)
  }

  open() {
    const join = this.url.includes('?') ? '&' : '?'
    const stream = new EventSource(this.seen ? `${this.url}${join}since=${this.seen}` : this.url)
    this.stream = stream
    stream.onopen = () => {
      this.wait = 5000
      this.turn('open')
    }
    for (const event of ['incident', 'change', 'notice', 'resync']) {
      stream.addEventListener(event, (message) => this.take(event, message))
    }
    stream.onerror = () => this.lost()
  }

  take(event, message) {
    // A reconnect replays a little too much, because numbers may commit out of order.
    const number = Number(message.lastEventId)
    if (event !== 'resync' && number) {
      if (this.known.has(number)) return
      this.known.add(number)
      if (this.known.size > REMEMBERED) this.known.delete(this.known.values().next().value)
      this.seen = Math.max(this.seen, number)
    }
    let data = {}
    try {
      data = JSON.parse(message.data || '{}')
    } catch {
      return
    }
    if (event === 'incident') this.incident(data, number)
    if (event === 'change') for (const name of SHOWS[data.register] ?? []) this.outdated(name)
    if (event === 'resync') this.ctx.lights.resync()
    this.messages.push({ event, ...data })
    this.dirty = true
    // The first message after a pause is reported at once; a burst waits for the timer.
    if (performance.now() - this.reported >= REPORT_MS) this.report()
  }

  /** `number` orders messages: one that arrives late must not undo a later one. */
  incident(data, number) {
    const last = this.last.get(data.id) ?? 0
    if (number && number < last) return
    this.last.set(data.id, number)
    if (data.change === 'closed' || (data.light === null && !data.due_at)) this.ctx.lights.close(data.id)
    else if (data.lon !== null && data.lon !== undefined) this.ctx.lights.upsert(data, true)
  }

  /** Tiles of a changed register are fetched again, once for a burst of changes. */
  outdated(name) {
    this.stale.add(name)
    this.refreshing ??= setTimeout(() => {
      this.refreshing = null
      for (const one of this.stale) this.ctx.refresh(one)
      this.stale.clear()
    }, REFRESH_MS)
  }

  /** EventSource retries by itself except after an HTTP error; then this does, slower each time. */
  lost() {
    if (this.stopped) return
    this.turn('retry')
    if (this.stream.readyState !== EventSource.CLOSED) return
    this.again = setTimeout(() => this.open(), this.wait)
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT)
    fetch('/api/v1/me').then((answer) => answer.status === 401 && this.ctx.signedOut()).catch(() => {})
  }

  turn(state) {
    if (state === this.state) return
    this.state = state
    this.ctx.el.dataset.live = state
    this.dirty = true
  }

  report() {
    if (!this.dirty) return
    this.dirty = false
    this.reported = performance.now()
    const messages = this.messages.splice(0)
    this.ctx.emit('live', { lights: this.ctx.lights.count(), messages, state: this.state })
  }

  stop() {
    this.stopped = true
    this.stream.close()
    for (const timer of [this.again, this.refreshing]) clearTimeout(timer)
    clearInterval(this.timer)
    this.turn('closed')
    this.report()
  }
}
