/**
 * The service worker: the app's own files, whole and offline; nothing else (tablet.md §0, §2.3).
 *
 * A new version is fetched aside and waits until a page tells it `activate`; pages alone know when nobody is in the
 * middle of something. The server's answers are never kept nor touched: data live in the database.
 */
import type { Precache } from '../../build/precache'

declare const self: ServiceWorkerGlobalScope
declare const __PRECACHE__: Precache

const { version, files, later } = __PRECACHE__
const PREFIX = 'wuye-app-'
const MINE = PREFIX + version
/** What the server answers itself even when a person opens it: data, its pages on trust, files to download. */
const SERVER = /^\/(api|health|trust)(\/|$)/
const FILE = /\.\w+$/
const HASHED = /^\/assets\//

self.addEventListener('install', (event) => event.waitUntil(install()))

self.addEventListener('activate', (event) => event.waitUntil(takeOver()))

self.addEventListener('message', (event) => {
  if (event.data === 'activate') void self.skipWaiting()
  // Lost without a network; the page asks again whenever it is opened.
  if (event.data === 'rest') event.waitUntil(fill(later).catch(() => {}))
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin || SERVER.test(url.pathname)) return
  const path = request.mode === 'navigate' && !FILE.test(url.pathname) ? '/' : url.pathname
  if (files.includes(path) || later.includes(path)) event.respondWith(answer(path, request))
})

/** All files or none: a half-filled cache would be an app that breaks offline. */
async function install(): Promise<void> {
  await fill(files)
  // What the version before holds of the rest goes with it otherwise.
  const held = await Promise.all(later.map((path) => caches.match(path)))
  await fill(later.filter((_, i) => held[i]))
}

async function fill(paths: readonly string[]): Promise<void> {
  const cache = await caches.open(MINE)
  await Promise.all(
    paths.map(async (path) => {
      if (await cache.match(path)) return
      // A hashed name tells its content: what the version before holds need not travel again.
      const held = HASHED.test(path) ? await caches.match(path) : undefined
      const response = held ?? (await fetch(path, { cache: 'no-cache' }))
      // A redirected answer may not serve a navigation, and a sign-in page of the network is not our file.
      if (!response.ok || response.redirected) throw new Error(`${path}: ${response.status}`)
      await cache.put(path, response)
    }),
  )
}

async function takeOver(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== MINE)
  await Promise.all(old.map((name) => caches.delete(name)))
  await self.clients.claim()
}

async function answer(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(MINE)
  return (await cache.match(path)) ?? fetch(request)
}
