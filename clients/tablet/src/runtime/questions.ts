/** What pages watch: who answers, and what makes an answer another one. */
import type { KnownEntity } from '@/engine/manifest'
import { keyOf, type Place, REVIEW } from '@/engine/places'
import type { Told } from '@/replica/replica'
import { statusOf, unsentOf } from '@/replica/status'
import type { Seen } from '@/replica/view'
import type { RecordPage } from '@/runtime/port/records'
import type { Device, Status } from '@/runtime/port/tablet'
import type { Upload } from '@/runtime/port/waiting'
import type { Store } from '@/store/port'
import type { Desk } from './desk'
import type { Room } from './health'
import { levelOf } from './health'
import type { Measuring } from './measuring'
import { personOf } from './people'
import type { Heard, Part, Questions } from './serving'
import type { Tablet } from './tablet'

/** What is known of browser and page beside the tablet's own database. */
export interface Circumstances {
  readonly server: string
  readonly secure: boolean
  readonly room: Room
  readonly installed: boolean
  readonly appWaiting: boolean
}

/** Private records found by searching are noted once in this time, ms: letters are typed one by one. */
const NOTED = 600_000

export function questionsOf(
  desk: Desk,
  tablet: Tablet,
  measuring: Measuring,
  around: () => Circumstances,
): Questions {
  /** The page that a watch has shown last. */
  const pages = new WeakMap<Set<string>, { page: RecordPage; user: string }>()
  const sought = new Map<string, number>()
  return {
    device: {
      answer: () => deviceOf(desk, tablet, around()),
      concerns: (_, heard) => has(heard, 'device'),
    },
    status: {
      answer: () => status(desk, tablet, around()),
      concerns: (_, heard) => has(heard, 'status', 'device', 'ops', 'blobs') || heard.entities.has(REVIEW),
    },
    manifest: {
      answer: async () => (await desk.told())?.replica.known.manifest ?? null,
      concerns: () => false,
    },
    list: {
      async answer(ask, noted) {
        const told = await desk.told()
        if (!told) return { total: 0, rows: [] }
        const { answer, shown } = await told.listing.list(ask)
        await note(told, shown, ask.search ? 'search' : 'view', null, noted)
        return answer
      },
      concerns: (ask, heard) => touches(desk.now, [ask.entity], heard) || has(heard, 'ops', 'blobs', 'time'),
    },
    record: {
      async answer(ask, noted) {
        const told = await desk.told()
        if (!told) return null
        const found = await told.pages.page(ask)
        const { user } = told.replica.known.manifest
        if (found) {
          await note(told, found.shown, ask.screen ?? 'view', ask.reason ?? null, noted)
          pages.set(noted, { page: found.page, user: user.id })
          return found.page
        }
        const last = pages.get(noted)
        return last?.user === user.id ? gone(last.page) : null
      },
      concerns: (ask, heard) =>
        touches(desk.now, [ask.entity, ...below(desk.now, ask.entity)], heard) ||
        has(heard, 'ops', 'blobs', 'time'),
    },
    queue: {
      async answer() {
        const [told, store] = await Promise.all([desk.told(), desk.store()])
        if (!told || !store) return { groups: [], uploads: [] }
        return told.queues.queue(await said(desk, store), tablet.progressed.online)
      },
      concerns: (_, heard) => has(heard, 'ops', 'blobs', 'status') || heard.entities.has(REVIEW),
    },
    reviews: {
      async answer(ask, noted) {
        const told = await desk.told()
        if (!told) return []
        const { cards, shown } = await (await told.reviews()).cards(ask)
        await note(told, shown, 'view', null, noted)
        return cards
      },
      concerns: (_, heard) => heard.entities.size > 0 || has(heard, 'status'),
    },
    search: {
      async answer(ask) {
        const told = await desk.told()
        if (!told) return { hits: [], total: 0, complete: false }
        const { answer, shown } = await measuring.search(() => told.searching.search(ask))
        const now = Date.now()
        for (const [key, at] of sought) if (now - at > NOTED) sought.delete(key)
        await note(told, shown, 'search', null, new Set(sought.keys()))
        for (const seen of shown) sought.set(keyOf(seen), sought.get(keyOf(seen)) ?? now)
        return answer
      },
      concerns: (_, heard) => heard.entities.size > 0 || has(heard, 'lines'),
    },
    drafts: {
      async answer() {
        const [told, store] = await Promise.all([desk.told(), desk.store()])
        const drafts = (await store?.read((at) => at.drafts())) ?? []
        const notes = drafts.map(async ({ values, ...draft }) => ({
          ...draft,
          title: (await told?.titleOf(draft.place, values)) ?? '',
        }))
        return (await Promise.all(notes)).sort((a, b) => b.saved - a.saved)
      },
      concerns: (_, heard) => has(heard, 'drafts'),
    },
    uploads: {
      async answer({ record }) {
        const store = await desk.store()
        return store ? said(desk, store, record) : []
      },
      concerns: (_, heard) => has(heard, 'blobs'),
    },
  }
}

/** What is left of a page whose record went while it was open: nothing that he might no longer see. */
const gone = (page: RecordPage): RecordPage => ({
  ...page,
  values: {},
  words: {},
  shown: [],
  state: null,
  acts: [],
  mayUpdate: false,
  mayDelete: false,
  deadlines: [],
  related: [],
  prints: [],
  unsent: [],
  review: null,
  photos: null,
  here: false,
})

/** Uploads, those of a record or all, with the reasons in words. */
async function said(desk: Desk, store: Store, record?: Place): Promise<Upload[]> {
  const [speech, { uploads }] = await Promise.all([desk.speech(), import('@/blobs/uploads')])
  return (await uploads(store, record)).map((one) => ({
    ...one,
    why: one.why && speech.say(`device.upload.${one.why}`),
  }))
}

const has = (heard: Heard, ...parts: Part[]): boolean => parts.some((part) => heard.parts.has(part))

/** Whether records of these entities, or such as they name, have changed. */
function touches(told: Told | null, entities: readonly string[], heard: Heard): boolean {
  if (!heard.entities.size) return false
  return entities.some((name) => {
    const known = told?.replica.known.entity(name)
    return heard.entities.has(name) || refs(known).some((ref) => heard.entities.has(ref))
  })
}

const refs = (known: KnownEntity | undefined): string[] =>
  known?.shape.fields.flatMap((field) => field.ref ?? []) ?? []

const below = (told: Told | null, name: string): string[] => [
  REVIEW,
  ...(told?.replica.known.entity(name)?.shape.children ?? []).map((child) => child.entity),
]

/** Writes down once for each watch, before they are shown, whose private data it shows (OWN-7). */
async function note(
  told: Told,
  shown: readonly Seen[],
  screen: string,
  reason: string | null,
  noted: Set<string>,
): Promise<void> {
  const fresh = shown.filter(
    (seen) => told.replica.known.entity(seen.entity)?.shape.private && !noted.has(keyOf(seen)),
  )
  await told.replica.writer.look(fresh, screen, reason)
  for (const seen of fresh) noted.add(keyOf(seen))
}

async function deviceOf(desk: Desk, tablet: Tablet, around: Circumstances): Promise<Device> {
  const { card, people, shift } = await tablet.device.read()
  const person = people.find((one) => one.user === shift.user)
  const store = await desk.store()
  return {
    id: card.id,
    name: card.name,
    server: around.server,
    secure: around.secure,
    ...around.room,
    installed: around.installed,
    people: people.map(personOf),
    current: person?.replica ?? null,
    locked: (await tablet.people.current())?.locked ?? false,
    wifiOnly: card.wifiOnly,
    lockAfterMinutes: card.lockAfterMinutes,
    offset: (await store?.read((at) => at.meta('offset'))) ?? 0,
    wiped: card.wiped,
  }
}

async function status(desk: Desk, tablet: Tablet, around: Circumstances): Promise<Status> {
  const [store, told, current] = await Promise.all([desk.store(), desk.told(), tablet.people.current()])
  const unsent = store
    ? await unsentOf(store)
    : { ops: 0, photos: 0, refused: 0, oldest: null, lastSync: null, filled: false }
  const { online, sending, read } = tablet.progressed
  return statusOf(unsent, {
    online,
    login: !current?.token || current.person.ended,
    sending,
    read,
    needs: (await told?.replica.marks.needs())?.size ?? 0,
    appWaiting: around.appWaiting,
    room: levelOf(around.room),
  })
}
