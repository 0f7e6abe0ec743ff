/**
 * Reports on their way: kept on this phone until the server has them, text first, photos after,
 * in order, each exactly once (the server knows a transaction by its number).
 *
 * report = {txn, user, body, at, state, incident, error, tries}; state 'waiting' | 'sending' | 'sent' | 'refused'
 * photo  = {id, txn, blob, sent}
 */

import { ApiError, send, upload } from '../pages/api.mjs'

const PAUSE_MS = 5_000
const LONGEST_MS = 300_000
const KEPT = 50
const listeners = new Set()
let opened = null
let timer = null
let pause = PAUSE_MS
let user = null
let running = false

const done = (request) => new Promise((good, bad) => {
  request.onsuccess = () => good(request.result)
  request.onerror = () => bad(request.error)
})

function database() {
  opened ??= new Promise((good, bad) => {
    const request = indexedDB.open('gridgov-patrol', 1)
    request.onupgradeneeded = () => {
      request.result.createObjectStore('reports', { keyPath: 'txn' })
      request.result.createObjectStore('photos', { keyPath: 'id', autoIncrement: true }).createIndex('txn', 'txn')
    }
    request.onsuccess = () => good(request.result)
    request.onerror = () => bad(request.error)
  })
  return opened
}

async function store(name, mode = 'readonly') {
  return (await database()).transaction(name, mode).objectStore(name)
}

export function onChange(fn) {
  listeners.add(fn)
  return () => listeners.delete(fn)
}
const tell = () => listeners.forEach((fn) => fn())

/** This user's reports, newest first. */
export async function reports() {
  const all = await done((await store('reports')).getAll())
  return all.filter((r) => r.user === user).sort((a, b) => b.at - a.at)
}

export const report = async (txn) => {
  const found = await done((await store('reports')).get(txn))
  return found?.user === user ? found : null
}

export async function photosOf(txn) {
  return done((await store('photos')).index('txn').getAll(txn))
}

export async function addPhoto(txn, blob) {
  return done((await store('photos', 'readwrite')).add({ txn, blob, sent: false }))
}

export async function dropPhoto(id) {
  await done((await store('photos', 'readwrite')).delete(id))
}

export async function dropPhotos(txn) {
  for (const photo of await photosOf(txn)) await dropPhoto(photo.id)
}

async function keep(entry) {
  await done((await store('reports', 'readwrite')).put(entry))
  tell()
}

/** Put a report into the queue and try to send it at once. */
export async function enqueue(txn, body) {
  await keep({ txn, user, body, at: Date.now(), state: 'waiting', incident: null, error: '', tries: 0 })
  return flush()
}

/** Take back a report that the server has not got. */
export async function withdraw(txn) {
  const entry = await report(txn)
  if (!entry || entry.incident) return
  await dropPhotos(txn)
  await done((await store('reports', 'readwrite')).delete(txn))
  tell()
}

async function deliver(entry) {
  await keep({ ...entry, state: 'sending', error: '' })
  const incident = entry.incident ?? await send('POST', '/incidents', { ...entry.body, txn: entry.txn })
  await keep({ ...entry, state: 'sending', incident, error: '' })
  let refused = ''
  for (const photo of await photosOf(entry.txn)) {
    try {
      await upload(`/incidents/${incident.id}/photos`, 'photo.jpg', photo.blob)
    } catch (error) {
      if (!(error instanceof ApiError) || again(error)) throw Object.assign(error, { incident })
      refused = error.message
    }
    await dropPhoto(photo.id)
  }
  await keep({ ...entry, state: 'sent', incident, error: refused })
}

/** Worth another try: no line, the server in trouble, signed out, too many at once. */
const again = (error) => error.offline || error.status >= 500 || [401, 408, 429].includes(error.status)

async function sendAll() {
  let stuck = false
  for (const entry of (await reports()).reverse()) {
    if (entry.state === 'sent' || entry.state === 'refused') continue
    try {
      await deliver(entry)
    } catch (error) {
      const incident = error.incident ?? entry.incident
      const later = !(error instanceof ApiError) || again(error)
      await keep({ ...entry, incident, state: later ? 'waiting' : 'refused', error: error.message, tries: entry.tries + 1 })
      if (later) { stuck = true; break }
    }
  }
  return stuck
}

async function tidy() {
  const old = (await reports()).filter((r) => r.state === 'sent').slice(KEPT)
  for (const { txn } of old) await done((await store('reports', 'readwrite')).delete(txn))
}

/** Send what waits; never twice at the same time, also over several windows. */
export async function flush() {
  clearTimeout(timer)
  if (running) return
  running = true
  try {
    const stuck = await navigator.locks.request('gridgov-outbox', { ifAvailable: true }, (lock) => (lock ? sendAll() : true))
    if (stuck) {
      timer = setTimeout(flush, pause)
      pause = Math.min(pause * 2, LONGEST_MS)
    } else {
      pause = PAUSE_MS
      await tidy()
    }
  } finally {
    running = false
    tell()
  }
}

export function retryNow() {
  pause = PAUSE_MS
  return flush()
}

/** Begin for a signed-in user: what was left from last time goes out now. */
export async function begin(userId) {
  user = userId
  addEventListener('online', retryNow)
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') retryNow() })
  await flush()
}
