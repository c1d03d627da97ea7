/**
 * One exchange with the server against the local database (protocol §3); no network, no clock.
 *
 *     const asked = await prepare(store, around)         one transaction: ops noted as sent
 *     …the answer to asked.request comes, late, twice or never…
 *     const taken = await absorb(store, asked, said, now)  rows, cursor, results together
 *     const step = await refuse(store, asked, problem)     the answer was a problem
 *
 * A crash between any two lines loses nothing: what was sent is sent again, what was answered is answered again.
 */
import {
  type Asked,
  decisions,
  judge,
  MOST_SHRINK,
  type Problem,
  type Said,
  type Step,
  stepAfter,
  type Taken,
  tellsOpsOnly,
} from '@/engine/answers'
import { offsetOf } from '@/engine/clock'
import { Sums } from '@/engine/have'
import { noteAcked, OPEN, OUTBOX, sent, settle, unheard } from '@/engine/log'
import { DAY, toWire } from '@/engine/moments'
import { choose, onTheWire } from '@/engine/ops'
import { keyOf } from '@/engine/places'
import type { OpRow, Stored } from '@/engine/rows'
import { type Health, type Result, type Storage, VERSION } from '@/protocol/wire'
import type { Reading, Store, Writing } from '@/store/port'
import { applyDrop, applyRows, begin, eachStretch, finish } from './feed'
import { beginEpoch, mend } from './mending'

/** Records asked for at once (protocol §3). */
export const PAGE = 2_000
/** And of the pages that follow while very much is read: each costs a request and a flush to the disk. */
const FURTHER = 4_000

/** What a request tells of the device. `now` is ms since 1970. */
export interface Around {
  readonly now: number
  readonly app: string
  readonly appWaiting?: boolean
  readonly storage?: Storage
  readonly limit?: number
}

/** The database was found to be a clone: a log-in must ask for another replica id first (protocol §3.1). */
export class MustFork extends Error {
  constructor() {
    super('this database was copied or restored: log in again')
  }
}

/** Nobody has logged in yet. */
export class NotReady extends Error {
  constructor() {
    super('log in first')
  }
}

/** Returns the next request; ops in it are noted as sent before it is. `opsOnly`: what a push or dead token may ask. */
export async function prepare(store: Store, around: Around, opsOnly = false): Promise<Asked> {
  const counted = opsOnly ? null : await store.read((at) => countWhenDue(at, around.now))
  return store.write(async (at) => {
    const replica = await at.meta('replica')
    if (replica === undefined) throw new NotReady()
    if (await at.meta('fork')) throw new MustFork()
    const turn = ((await at.meta('turn')) ?? 0) + 1
    const outbox = await at.opsIn(OUTBOX)
    const cursor = opsOnly ? null : ((await at.meta('cursor')) ?? null)
    const pushed = choose(outbox.length ? outbox : await askedAgain(at), turn, (await at.meta('shrink')) ?? 0)
    const noted = sent(pushed, await at.logs(replica))
    await at.putOps(noted.ops)
    await at.putLogs(noted.logs)
    const began = cursor === null && !opsOnly && !(await at.meta('began')) ? { began: around.now } : {}
    await at.setMeta({ turn, ...began, ...(outbox.length ? {} : { shrink: undefined }) })
    const still = !pushed.length && counted?.taken === (await at.meta('taken'))
    const request = {
      protocol: VERSION,
      manifest: (await at.meta('manifest_hash')) ?? '',
      replica,
      cursor,
      limit: around.limit ?? PAGE,
      now: toWire(around.now),
      ops: pushed.map(onTheWire),
      ...(still && counted ? { have: counted.have } : {}),
      ...(opsOnly ? {} : { health: await healthOf(at, outbox, around) }),
    }
    return { request, turn, opsOnly }
  })
}

/** Returns the request for the page behind an answer that is still being taken in, so that it can be fetched meanwhile. */
export function ahead(asked: Asked, said: Said, now: number): Asked | null {
  if (!said.more || said.cursor === undefined || said.results.length || said.reset?.length) return null
  const { have: _, ...request } = asked.request
  return {
    request: {
      ...request,
      limit: request.limit === PAGE ? FURTHER : (request.limit ?? PAGE),
      cursor: said.cursor,
      ops: [],
      now: toWire(now),
    },
    turn: asked.turn + 1,
    opsOnly: false,
  }
}

/** Takes an answer in, in one transaction: everything of it or, when it is too late, nothing (protocol §3.5). */
export function absorb(store: Store, asked: Asked, said: Said, now: number): Promise<Taken> {
  return store.write((at) => absorbIn(at, asked, said, now))
}

async function absorbIn(at: Writing, asked: Asked, said: Said, now: number): Promise<Taken> {
  const as = await verdictOn(at, asked, said)
  if (as === 'late') return takenAs(at, as, true)
  if (as === 'epoch') {
    await beginEpoch(at, asked, said)
    return takenAs(at, as, true, { manifest: said.manifest ?? null })
  }
  if (as === 'clone') {
    await at.setMeta({ fork: true })
    return takenAs(at, as, false)
  }
  const offset = said.now ? offsetOf(asked.request.now ?? '', said.now) : ((await at.meta('offset')) ?? 0)
  const turn = Math.max((await at.meta('turn')) ?? 0, asked.turn)
  await at.setMeta({ taken: asked.turn, turn, offset, ...(said.epoch ? { epoch: said.epoch } : {}) })
  const open = await at.opsIn(OPEN)
  const held = new Set(open.filter((row) => row.state === 'held').map((row) => row.op))
  const results = said.results.filter((result) => result.status !== 'held' || !held.has(result.op))
  await at.putOps(settle(open, said.results, now))
  await at.putLogs(noteAcked(await at.logs(asked.request.replica), said.acked))
  const about = { results, manifest: said.manifest ?? null, offset }
  if (tellsOpsOnly(asked, said))
    return takenAs(at, as, false, { ...about, decided: await hearDecisions(at, now) })
  const { drop = [], reset = [], changes = [] } = said
  await applyDrop(at, drop)
  await begin(at, reset)
  await applyRows(at, changes, now)
  const decided = await hearDecisions(at, now)
  // A bucket that this very answer resets is complete at the earliest with the next one.
  const more = (said.more ?? false) || reset.length > 0
  await at.setMeta({
    cursor: said.cursor,
    whole: !more,
    heard: now,
    ...(asked.request.have ? { have_at: now } : {}),
  })
  if (!more) await finish(at, now)
  return takenAs(at, as, more, { ...about, decided, changes: changes.length, dropped: drop, reset })
}

/** Takes in that the server refused a request, and tells what to do next (protocol §3.1, §5). */
export function refuse(store: Store, asked: Asked, problem: Problem): Promise<Step> {
  return store.write(async (at) => {
    const shrink = (await at.meta('shrink')) ?? 0
    const mended = problem.code === 'log_gap' && (await mend(at, asked.request.replica, problem))
    const step = stepAfter(problem, asked, shrink, mended)
    if (problem.status === 413 && step.do === 'ask again')
      await at.setMeta({ shrink: Math.min(shrink + 1, MOST_SHRINK) })
    const mine = (await at.meta('replica')) === asked.request.replica
    if (step.do === 'fork' && mine) await at.setMeta({ fork: true })
    return step
  })
}

async function verdictOn(at: Reading, asked: Asked, said: Said): Promise<Taken['as']> {
  const known = await at.metas('replica', 'fork', 'cursor', 'taken', 'epoch')
  const { replica, fork = false, cursor = null, taken = 0, epoch } = known
  return judge({ replica, fork, cursor, taken, epoch }, await at.logs(asked.request.replica), asked, said)
}

/** When everything is read: held ops of which no review item could tell. */
async function askedAgain(at: Reading): Promise<OpRow[]> {
  const held = (await at.meta('whole')) ? await at.opsIn(['held']) : []
  return unheard(held, await reviewsOf(at, held))
}

/** A review item may have come before the word that its op is held: so all that wait are looked at. */
async function hearDecisions(at: Writing, now: number): Promise<Result[]> {
  const held = await at.opsIn(['held'])
  const decided = decisions(held, await reviewsOf(at, held))
  await at.putOps(settle(held, decided, now))
  return decided
}

async function reviewsOf(at: Reading, held: readonly OpRow[]): Promise<(Stored | undefined)[]> {
  const keys = held.map(({ site, result }) => keyOf({ site, entity: 'review', id: result?.review ?? '' }))
  return keys.length ? at.records(keys) : []
}

/** Counts daily and after a reset (protocol §3.6); never while buckets are being read, nor beside ops: those make news. */
async function countWhenDue(
  at: Reading,
  now: number,
): Promise<{ have: Record<string, readonly [number, number]>; taken: number | undefined } | null> {
  const due = (await at.meta('whole')) && now - ((await at.meta('have_at')) ?? 0) >= DAY
  if (!due || (await at.countOps(OUTBOX)) > 0) return null
  const sums = new Sums()
  await eachStretch(at, (records) => sums.add(records))
  return { have: sums.of(await at.buckets()), taken: await at.meta('taken') }
}

async function healthOf(at: Reading, outbox: readonly OpRow[], around: Around): Promise<Health> {
  const oldest = outbox.length ? toWire(Math.min(...outbox.map((row) => row.made))) : null
  return {
    app: around.app,
    outbox: outbox.length,
    oldest,
    blobs: (await at.blobs(['kept', 'sending'])).length,
    app_waiting: around.appWaiting ?? false,
    ...(around.storage ? { storage: around.storage } : {}),
  }
}

async function takenAs(
  at: Reading,
  as: Taken['as'],
  more: boolean,
  about: Partial<Taken> = {},
): Promise<Taken> {
  const outbox = await at.countOps(OUTBOX)
  return {
    as,
    more,
    outbox,
    results: [],
    decided: [],
    changes: 0,
    dropped: [],
    reset: [],
    manifest: null,
    offset: 0,
    ...about,
  }
}
