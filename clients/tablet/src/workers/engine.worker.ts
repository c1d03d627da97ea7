/** The engine's worker: database, engine and network of this tablet, put together behind the port (tablet.md §5). */
import { Darkroom, type Developer } from '@/blobs/photo'
import { uuid7 } from '@/engine/ids'
import { nearest } from '@/i18n/languages'
import { Http } from '@/net/http'
import { listen } from '@/net/live'
import { Desk } from '@/runtime/desk'
import { DeviceStore } from '@/runtime/device'
import { failure } from '@/runtime/failing'
import { filled, measureRoom, storageOf, UNKNOWN } from '@/runtime/health'
import { Measuring } from '@/runtime/measuring'
import type { PageNews } from '@/runtime/messages'
import { ordersOf, type Tools } from '@/runtime/orders'
import { questionsOf } from '@/runtime/questions'
import { type News, serve } from '@/runtime/serving'
import { Tablet } from '@/runtime/tablet'
import type { Means } from '@/runtime/workplace'
import { DexieStore } from '@/store/dexie/store'

declare const self: DedicatedWorkerGlobalScope

const APP = '0.1.0'
const MINUTE = 60_000
const ROOM_AGAIN = 5 * MINUTE
/** Between answers to what is watched, ms: at once, or now and then while very much changes. */
const SOON = 16
const BUSY = 1_000

const now = (): number => Date.now()
const newId = (): string => uuid7(now(), crypto.getRandomValues(new Uint8Array(10)))
const { locks, storage, onLine, languages } = self.navigator as Partial<WorkerNavigator> & WorkerNavigator

let room = UNKNOWN
let page: PageNews = {}
let lang = nearest(languages)
/** The server's clock minus ours, ms, as the last exchange found it. */
let offset = 0
let spread: (news: News) => void = () => {}

const http = new Http('', () => lang)
const measuring = new Measuring(() => performance.now())
const means: Means = {
  http,
  host: self.location.host,
  open: (name) => DexieStore.open(name),
  around: () => ({ now: now(), app: APP, appWaiting: page.appWaiting ?? false, storage: storageOf(room) }),
  onlyThumbs: async () => (await device.read()).card.wifiOnly && !onWifi(),
  progress: (news) => tablet.progress(news),
  applied: (ms) => measuring.applied(ms),
  renewed: (user) => desk.renew(user),
  failed: (error) => self.reportError(error),
}
// Nobody exchanges anything before he is logged in.
const databases = later(async () => new (await import('@/runtime/workplace')).Databases(means))
const device = new DeviceStore(newId)
const desk: Desk = new Desk(
  (who) => databases.store(who),
  {
    now,
    offset: () => offset,
    online: () => tablet.progressed.online,
    newId,
    mayKeep: () => tablet.leading,
    ask: async (path) => {
      const token = (await tablet.people.current())?.token
      if (!token || !tablet.progressed.online) return null
      return (await http.call('GET', path, { token, timeout: 5_000 })).json()
    },
    readMore: () => spread({ parts: ['lines'] }),
  },
  (news) => spread(news),
  lang,
)
const tablet: Tablet = new Tablet(
  device,
  databases,
  {
    http,
    about: { host: self.location.host, platform: platform(), app: APP },
    timers: { now, chance: Math.random, after },
    channel: new BroadcastChannel('wuye:tabs'),
    locks,
  },
  {
    device: (snapshot) => void desk.seat(snapshot),
    progress: () => {
      void learnOffset()
      spread({ parts: ['status'] })
    },
    leads() {
      void desk.lead()
      listen(
        http,
        () => token,
        () => tablet.wish('poke'),
        { pause, chance: Math.random, after },
      )
    },
  },
)

/** Whose pokes are listened to. */
let token: string | null = null
device.watch(() => void tablet.people.current().then((current) => (token = current?.token ?? null)))

const tools: Tools = {
  http,
  darkroom: new Darkroom(
    () => new Worker(new URL('./photo.worker.ts', import.meta.url), { type: 'module' }) as Developer,
  ),
  measuring,
  room: () => room,
  now,
}
spread = serve(
  self,
  {
    questions: questionsOf(desk, tablet, measuring, () => ({
      server: self.location.origin,
      secure: self.isSecureContext,
      room: { ...room, persisted: page.persisted ?? room.persisted },
      installed: page.installed ?? false,
      appWaiting: page.appWaiting ?? false,
    })),
    orders: (by) => ({
      ...ordersOf(desk, tablet, tools, by),
      speak(to) {
        lang = to
        return desk.speak(to)
      },
    }),
    async words(error) {
      const told = failure(error, await desk.speech(), desk.now?.words ?? null)
      // Nobody's fault but ours: let it be seen where programmers look.
      if (told.code === 'error') self.reportError(error)
      if (told.code === 'storage') {
        room = filled(room)
        spread({ parts: ['device', 'status'] })
      }
      return told
    },
    page(news) {
      page = { ...page, ...news }
      void tablet.page(news)
      if (news.visible !== undefined) void desk.store().then((store) => store?.probe())
      if (!news.touched) spread({ parts: ['device', 'status'] })
    },
  },
  () => (tablet.progressed.running && tablet.progressed.read > 2_000 ? BUSY : SOON),
)

self.addEventListener('online', () => tablet.wish('online'))
self.addEventListener('offline', () => tablet.progress({ online: false }))
if (!onLine) tablet.progress({ online: false })
setInterval(() => spread({ parts: ['time'] }), MINUTE)
setInterval(() => void look(), ROOM_AGAIN)
void look()

async function look(): Promise<void> {
  room = await measureRoom(storage)
  spread({ parts: ['device', 'status'] })
}

async function learnOffset(): Promise<void> {
  const store = await desk.store()
  offset = (await store?.read((at) => at.meta('offset'))) ?? 0
}

/** What answers every call later; its code is read at the first. */
function later<T extends { [N in keyof T]: (...args: never[]) => Promise<unknown> }>(
  load: () => Promise<T>,
): T {
  let made: Promise<T> | null = null
  const call = async (name: keyof T, args: never[]): Promise<unknown> => {
    made ??= load()
    made.catch(() => (made = null))
    const one = await made
    return one[name](...args)
  }
  return new Proxy({} as T, {
    get:
      (_, name) =>
      (...args: never[]) =>
        call(name as keyof T, args),
  })
}

function onWifi(): boolean {
  const { connection } = self.navigator as { connection?: { type?: string } }
  return connection?.type === undefined || connection.type === 'wifi' || connection.type === 'ethernet'
}

/** What kind of device this is, for the office's list. */
function platform(): string {
  const { userAgentData } = self.navigator as { userAgentData?: { platform?: string } }
  return userAgentData?.platform || self.navigator.platform
}

function after(ms: number, call: () => void): () => void {
  const timer = setTimeout(call, Math.min(ms, 2 ** 31 - 1))
  return () => clearTimeout(timer)
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms))
}
