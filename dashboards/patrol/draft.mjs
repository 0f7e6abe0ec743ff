/** The one draft of a report: nothing typed is lost. Words in localStorage, photos beside the queue. */

import { newTxn } from '../pages/api.mjs'
import { state } from './state.mjs'

const KEEP_MS = 400
let timer = null
let unsaved = null
const listeners = new Set()

const key = () => `gridgov.patrol.draft.${state.me.user.id}`
const blank = () => ({ txn: newTxn(), group: null, category: null, text: '', place: null, at: null })

export function load() {
  if (unsaved) return unsaved
  try {
    return { ...blank(), ...JSON.parse(localStorage.getItem(key()) ?? '{}') }
  } catch {
    return blank()
  }
}

function write() {
  clearTimeout(timer)
  if (!unsaved) return
  unsaved.at = Date.now()
  localStorage.setItem(key(), JSON.stringify(unsaved))
  const { at } = unsaved
  unsaved = null
  listeners.forEach((fn) => fn(at))
}

/** Keep `draft`; it is on the phone 0.4 s after the last change, or when the page is left. */
export function save(draft) {
  unsaved = draft
  clearTimeout(timer)
  timer = setTimeout(write, KEEP_MS)
}

export function clear() {
  clearTimeout(timer)
  unsaved = null
  localStorage.removeItem(key())
}

export const saveNow = write
export const onSaved = (fn) => {
  listeners.add(fn)
  return () => listeners.delete(fn)
}

document.addEventListener('visibilitychange', write)
addEventListener('pagehide', write)
