/**
 * Where the phone is. Read only while a page that needs it is open and the user agreed; it leaves
 * the phone only as the start of a round and as the place of a report.
 */

export const POOR_M = 50
const EARTH = 6_371_008.8
const rad = (deg) => (deg * Math.PI) / 180
const listeners = new Set()
let watch = null
let latest = null
let trouble = null

/** Metres between two {lon, lat} on the sphere: good to 0.5 % at walking distances. */
export function between(a, b) {
  const x = rad(b.lon - a.lon) * Math.cos(rad((a.lat + b.lat) / 2))
  return Math.hypot(x, rad(b.lat - a.lat)) * EARTH
}

export const here = () => latest
export const problem = () => trouble
export function onMove(fn) {
  listeners.add(fn)
  return () => listeners.delete(fn)
}
const tell = () => listeners.forEach((fn) => fn(latest, trouble))

/** 'granted' | 'prompt' | 'denied' | 'none' (no such function on this phone). */
export async function allowed() {
  if (!navigator.geolocation || !isSecureContext) return 'none'
  try {
    return (await navigator.permissions.query({ name: 'geolocation' })).state
  } catch {
    return 'prompt'
  }
}

export function start() {
  if (watch !== null || !navigator.geolocation) return
  watch = navigator.geolocation.watchPosition(({ coords }) => {
    latest = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy, heading: coords.heading }
    trouble = null
    tell()
  }, (error) => {
    trouble = error.code === error.PERMISSION_DENIED ? 'denied' : 'lost'
    tell()
  }, { enableHighAccuracy: true, maximumAge: 5000, timeout: 20_000 })
}

export function stop() {
  if (watch !== null) navigator.geolocation.clearWatch(watch)
  watch = null
  latest = null
}

/** Start only if the user agreed before: nobody is asked without having tapped something. */
export async function resume() {
  if ((await allowed()) === 'granted') start()
}

document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') {
    if (watch !== null) { navigator.geolocation.clearWatch(watch); watch = null; latest = null }
  } else if (listeners.size) resume()
})
