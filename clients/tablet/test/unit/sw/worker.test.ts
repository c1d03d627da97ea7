import { beforeEach, expect, test, vi } from 'vitest'

const ORIGIN = 'https://wuye.test'
/** Compiled with the worker's own types, not the page's. */
const SOURCE = '@/sw/sw'

type Listener = (event: unknown) => void

/** What a service worker sees of a browser. */
class World {
  readonly caches = new Map<string, Map<string, string>>()
  readonly served = new Map<string, string>()
  readonly fetched: string[] = []
  readonly listeners = new Map<string, Listener>()
  skipped = false
  broken: string | null = null

  async install(version: string, files: string[], later: string[] = []): Promise<void> {
    vi.resetModules()
    vi.stubGlobal('__PRECACHE__', { version, files, later })
    vi.stubGlobal('location', { origin: ORIGIN })
    vi.stubGlobal('addEventListener', (kind: string, listener: Listener) =>
      this.listeners.set(kind, listener),
    )
    vi.stubGlobal('skipWaiting', async () => {
      this.skipped = true
    })
    vi.stubGlobal('clients', { claim: async () => {} })
    vi.stubGlobal('caches', this.storage())
    vi.stubGlobal('fetch', async (asked: string | { url: string }) => {
      const path = typeof asked === 'string' ? asked : new URL(asked.url).pathname
      this.fetched.push(path)
      if (path === this.broken) return { ok: false, redirected: false, status: 503 }
      return { ok: this.served.has(path), redirected: false, text: this.served.get(path) }
    })
    vi.stubGlobal('self', globalThis)
    await import(SOURCE)
    await this.wait('install')
  }

  activate = (): Promise<void> => this.wait('activate')

  /** What is answered from the cache; undefined: the worker keeps out of it. */
  async ask(path: string, more: { mode?: string; method?: string; origin?: string } = {}): Promise<unknown> {
    let answer: Promise<{ text: string }> | undefined
    const { mode = 'cors', method = 'GET', origin = ORIGIN } = more
    const request = { url: origin + path, mode, method }
    this.listeners.get('fetch')?.({ request, respondWith: (found: typeof answer) => (answer = found) })
    return (await answer)?.text
  }

  /** Settles when the worker has done what a page asked. */
  async say(word: string): Promise<void> {
    let work: Promise<unknown> = Promise.resolve()
    this.listeners.get('message')?.({
      data: word,
      waitUntil: (promise: Promise<unknown>) => (work = promise),
    })
    await work
  }

  private async wait(kind: string): Promise<void> {
    let work: Promise<void> = Promise.resolve()
    this.listeners.get(kind)?.({ waitUntil: (promise: Promise<void>) => (work = promise) })
    await work
  }

  private storage() {
    const find = (cache: Map<string, string> | undefined, path: string) =>
      cache?.has(path) ? { ok: true, redirected: false, text: cache.get(path) } : undefined
    return {
      keys: async () => [...this.caches.keys()],
      delete: async (name: string) => this.caches.delete(name),
      match: async (path: string) =>
        [...this.caches.values()].map((cache) => find(cache, path)).find(Boolean),
      open: async (name: string) => {
        const cache = this.caches.get(name) ?? new Map<string, string>()
        this.caches.set(name, cache)
        return {
          match: async (path: string) => find(cache, path),
          put: async (path: string, { text }: { text: string }) => void cache.set(path, text),
        }
      },
    }
  }
}

let world: World

beforeEach(async () => {
  world = new World()
  for (const path of ['/', '/assets/a-1.js', '/assets/b-1.js', '/icon.svg'])
    world.served.set(path, `${path} v1`)
  await world.install('1', ['/', '/assets/a-1.js', '/assets/b-1.js', '/icon.svg'])
  await world.activate()
})

test('tablet §0: the app opens at any of its addresses without a network', async () => {
  world.served.clear()
  for (const path of ['/', '/ticket/1', '/enrol', '/settings'])
    expect(await world.ask(path, { mode: 'navigate' })).toBe('/ v1')
  expect(await world.ask('/assets/a-1.js')).toBe('/assets/a-1.js v1')
})

test('tablet §0: data, foreign origins, what is sent and what the server shows itself are never touched', async () => {
  const navigate = { mode: 'navigate' }
  expect(await world.ask('/api/v1/sync', { method: 'POST' })).toBeUndefined()
  expect(await world.ask('/api/v1/manifest')).toBeUndefined()
  expect(await world.ask('/api/v1/prints/x', navigate)).toBeUndefined()
  expect(await world.ask('/trust', navigate)).toBeUndefined()
  expect(await world.ask('/wuye.crt', navigate)).toBeUndefined()
  expect(await world.ask('/', { origin: 'https://elsewhere.test' })).toBeUndefined()
  expect(await world.ask('/', { method: 'POST' })).toBeUndefined()
  expect(await world.ask('/assets/other-9.js')).toBeUndefined()
})

test('tablet §2.3: a new version waits until it is told, and the old one stays whole until then', async () => {
  world.served.set('/', '/ v2').set('/assets/a-2.js', 'a v2')
  await world.install('2', ['/', '/assets/a-2.js', '/assets/b-1.js', '/icon.svg'])
  expect(world.skipped).toBe(false)
  expect(world.caches.get('wuye-app-1')?.get('/')).toBe('/ v1')
  await world.say('something')
  expect(world.skipped).toBe(false)
  await world.say('activate')
  expect(world.skipped).toBe(true)
  world.caches.set('of somebody else', new Map())
  await world.activate()
  expect([...world.caches.keys()].sort()).toEqual(['of somebody else', 'wuye-app-2'])
  expect(await world.ask('/', { mode: 'navigate' })).toBe('/ v2')
})

test('tablet §2.3: only what has changed travels', async () => {
  world.served.set('/assets/a-2.js', 'a v2')
  world.fetched.length = 0
  await world.install('2', ['/', '/assets/a-2.js', '/assets/b-1.js', '/icon.svg'])
  expect(world.fetched.sort()).toEqual(['/', '/assets/a-2.js', '/icon.svg'])
  expect(world.caches.get('wuye-app-2')?.get('/assets/b-1.js')).toBe('/assets/b-1.js v1')
})

test('tablet §0: a version with a file lacking is no version', async () => {
  world.broken = '/icon.svg'
  await expect(world.install('2', ['/', '/icon.svg'])).rejects.toThrow('/icon.svg')
})

test('tablet §0: charts come when the page has time, are there offline from then on, and outlive an update', async () => {
  const files = ['/', '/icon.svg']
  const charts = '/assets/echarts-1.js'
  world.served.set(charts, 'charts')
  await world.install('2', files, [charts])
  await world.activate()
  expect(world.fetched).not.toContain(charts)
  expect(await world.ask(charts)).toBe('charts')
  world.broken = charts
  await world.say('rest')
  world.broken = null
  await world.say('rest')
  world.served.delete(charts)
  expect(await world.ask(charts)).toBe('charts')
  await world.install('3', files, [charts])
  await world.activate()
  expect(await world.ask(charts)).toBe('charts')
})
