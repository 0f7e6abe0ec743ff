/** Calls to the API. Every failure is an ApiError with a plain message; `offline` tells the cause. */

import { lang, t } from './i18n.mjs'

const BASE = '/api/v1'

export class ApiError extends Error {
  constructor(message, { status = 0, code = '', field = '', told = {} } = {}) {
    super(message)
    Object.assign(this, { status, code, field, told, offline: status === 0 })
  }
}

const listeners = { signedout: new Set(), reach: new Set() }
/** on('signedout', fn), on('reach', fn(ok)): ok tells whether the server answered. */
export const on = (event, fn) => listeners[event].add(fn)
const emit = (event, value) => listeners[event].forEach((fn) => fn(value))

async function call(path, options = {}) {
  let answer
  try {
    answer = await fetch(BASE + path, { ...options, headers: { 'Accept-Language': lang(), ...options.headers } })
  } catch {
    emit('reach', false)
    throw new ApiError(t('pages.error.offline'))
  }
  emit('reach', true)
  if (answer.ok) return answer.status === 204 ? null : answer.json()
  const body = await answer.json().catch(() => ({}))
  const error = body.error ?? {}
  if (answer.status === 401) emit('signedout')
  const plain = answer.status >= 500 ? t('pages.error.server') : error.message ?? t('pages.error.server')
  throw new ApiError(plain, { status: answer.status, code: error.code, field: error.field, told: error })
}

export const get = (path) => call(path)
export const send = (method, path, body) => call(path, {
  method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
})

/** A form with files. */
export const post = (path, form) => call(path, { method: 'POST', body: form })

export function upload(path, name, blob) {
  const form = new FormData()
  form.append('file', blob, name)
  return post(path, form)
}

/** A version-4 UUID; randomUUID needs a secure context, which a phone in a closed network may lack. */
export function newTxn() {
  if (crypto.randomUUID) return crypto.randomUUID()
  const b = crypto.getRandomValues(new Uint8Array(16))
  b[6] = (b[6] & 15) | 64
  b[8] = (b[8] & 63) | 128
  return [...b].map((n, i) => ([4, 6, 8, 10].includes(i) ? '-' : '') + n.toString(16).padStart(2, '0')).join('')
}
