import * as fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Doings, type Moment, mayActivate, Updates } from '@/runtime/updating'

const FREE: Doings = { dirty: false, uploading: false, others: false }

test('tablet §2.3: a new version takes over only when nobody is in the middle of something', () => {
  const moments = fc.constantFrom<Moment | null>('cold', 'home', 'hidden', null)
  const doings = fc.record({ dirty: fc.boolean(), uploading: fc.boolean(), others: fc.boolean() })
  fc.assert(
    fc.property(moments, doings, (moment, now) => {
      const free = !now.dirty && !now.uploading && !now.others
      expect(mayActivate(moment, now)).toBe(moment !== null && free)
    }),
  )
  expect(mayActivate('home', FREE)).toBe(true)
})

/** A browser with a service worker that a test moves along. */
class Browser {
  readonly container = Object.assign(new EventTarget(), {
    controller: {} as unknown,
    register: async () => this.registration,
  })
  readonly registration = Object.assign(new EventTarget(), {
    installing: null as EventTarget | null,
    waiting: null as { postMessage(word: string): void } | null,
    update: async () => {
      this.looks += 1
    },
  })
  readonly page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  readonly said: string[] = []
  readonly dots: boolean[] = []
  looks = 0
  tabs = 1
  now = 0

  constructor() {
    const held = () => Array.from({ length: this.tabs }, () => ({ name: 'ui' }))
    const locks = {
      request: async () => {},
      query: async () => ({ held: [...held(), { name: 'wuye:leader' }] }),
    }
    vi.stubGlobal('navigator', { serviceWorker: this.container, locks })
    vi.stubGlobal('document', this.page)
    vi.spyOn(Date, 'now').mockImplementation(() => this.now)
  }

  async open(): Promise<Updates> {
    const updates = new Updates(
      (waits) => this.dots.push(waits),
      () => this.said.push('reload'),
    )
    await updates.start()
    return updates
  }

  /** A new version has been fetched. */
  arrive(): void {
    const coming = new EventTarget()
    this.registration.installing = coming
    this.registration.dispatchEvent(new Event('updatefound'))
    this.registration.installing = null
    this.registration.waiting = { postMessage: (word) => this.said.push(word) }
    coming.dispatchEvent(new Event('statechange'))
  }

  async away(ms: number): Promise<void> {
    for (const state of ['hidden', 'visible']) {
      this.page.visibilityState = state
      this.page.dispatchEvent(new Event('visibilitychange'))
      this.now += state === 'hidden' ? ms : 0
    }
    await settled()
  }

  async takeOver(): Promise<void> {
    this.registration.waiting = null
    this.container.dispatchEvent(new Event('controllerchange'))
    await settled()
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
let browser: Browser

beforeEach(() => {
  browser = new Browser()
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('tablet §2.3: a new version waits with a dot, and is taken on the way home', async () => {
  const updates = await browser.open()
  browser.arrive()
  expect(browser.dots.at(-1)).toBe(true)
  expect(browser.said).toEqual([])
  await updates.home()
  expect(browser.said).toEqual(['activate'])
  await browser.takeOver()
  expect(browser.said).toEqual(['activate', 'reload'])
  expect(browser.dots.at(-1)).toBe(false)
})

test('tablet §2.3: a dirty form, an upload or another tab make it wait', async () => {
  const updates = await browser.open()
  browser.arrive()
  updates.form('a', true)
  await updates.home()
  updates.form('a', false)
  updates.busy(true)
  await updates.home()
  updates.busy(false)
  browser.tabs = 2
  await updates.home()
  expect(browser.said).toEqual([])
  browser.tabs = 1
  await updates.home()
  expect(browser.said).toEqual(['activate'])
})

test('tablet §2.3: it is taken after five minutes out of sight, not after four', async () => {
  await browser.open()
  browser.arrive()
  await browser.away(4 * 60_000)
  expect(browser.said).toEqual([])
  await browser.away(5 * 60_000)
  expect(browser.said).toEqual(['activate'])
})

test('tablet §2.3: one that waits at a cold start is taken then', async () => {
  browser.registration.waiting = { postMessage: (word) => browser.said.push(word) }
  await browser.open()
  expect(browser.said).toEqual(['activate'])
})

test('tablet §2.3: the first version of all takes over without a reload', async () => {
  browser.container.controller = null
  await browser.open()
  await browser.takeOver()
  expect(browser.said).toEqual([])
})

test('tablet §2.3: a version that another tab took is not forced on a form; the page follows on the way home', async () => {
  const updates = await browser.open()
  updates.form('a', true)
  await browser.takeOver()
  await updates.home()
  expect(browser.said).toEqual([])
  updates.form('a', false)
  await updates.home()
  expect(browser.said).toEqual(['reload'])
})

test('tablet §2.3: a page that is never left looks for a new version when it is seen again, now and then', async () => {
  await browser.open()
  browser.now = 31 * 60_000
  await browser.away(0)
  await browser.away(1_000)
  expect(browser.looks).toBe(1)
  await browser.away(31 * 60_000)
  expect(browser.looks).toBe(2)
})

test('tablet §2.7: without service workers there are no updates, and nothing breaks', async () => {
  vi.stubGlobal('navigator', {})
  const updates = await browser.open()
  await updates.home()
  expect(browser.said).toEqual([])
})
