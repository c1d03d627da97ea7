import { readdirSync, readFileSync } from 'node:fs'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { describe, expect, it } from 'vitest'
import type { Asked, Problem, Said } from '@/engine/answers'
import { type Body, placeOf } from '@/engine/places'
import type { Op, SyncRequest } from '@/protocol/wire'
import { absorb, prepare, refuse } from '@/replica/exchange'
import { fork } from '@/replica/mending'
import { DexieStore } from '@/store/dexie/store'
import { MemoryStore } from '@/store/memory/store'
import type { Store } from '@/store/port'

interface Step {
  readonly as?: string
  readonly at: string
  readonly dead?: boolean
  readonly lost?: boolean
  readonly request?: SyncRequest & { have?: unknown }
  readonly response?: Said
  readonly problem?: Problem
  readonly holds?: Record<string, string[]>
}

interface Scenario {
  readonly name: string
  readonly replicas: Record<string, { id: string }>
  readonly steps: readonly Step[]
}

const FOLDER = new URL('../../../../tests/conformance/protocol/', import.meta.url)
const SCENARIOS = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name): Scenario => ({ ...JSON.parse(readFileSync(new URL(name, FOLDER), 'utf8')), name }))

const indexedDB = new IDBFactory()
const STORES: [string, (name: string) => Promise<Store>][] = [
  ['memory', async (name) => new MemoryStore(name)],
  ['dexie', (name) => DexieStore.open(name, { indexedDB, IDBKeyRange })],
]

/** Calls back for each step of each replica, with its database. */
async function play(
  scenario: Scenario,
  open: (name: string) => Promise<Store>,
  work: (store: Store, step: Step, request: SyncRequest) => Promise<void>,
): Promise<void> {
  const stores = new Map<string, Store>()
  for (const [name, { id }] of Object.entries(scenario.replicas)) {
    const store = await open(`${scenario.name}/${name}`)
    await fork(store, id)
    stores.set(name, store)
  }
  for (const step of scenario.steps) {
    const store = stores.get(step.as ?? '')
    if (store && step.request) await work(store, step, step.request)
  }
  for (const store of stores.values()) store.close()
}

/** The request as if this replica had made it: its cursor and its turn. */
async function asIfAsked(store: Store, step: Step, request: SyncRequest): Promise<Asked> {
  return store.write(async (at) => {
    const turn = ((await at.meta('turn')) ?? 0) + 1
    const log = (request.ops ?? []).filter((op) => typeof op?.site === 'string')
    const logs = new Map((await at.logs(request.replica)).map((each) => [each.site, each]))
    for (const { site, n } of log) {
      const known = logs.get(site) ?? {
        replica: request.replica,
        site,
        next: 1,
        sent: 0,
        acked: 0,
        mended: null,
      }
      logs.set(site, { ...known, sent: Math.max(known.sent, n), next: Math.max(known.next, n + 1) })
    }
    await at.putLogs([...logs.values()])
    await at.setMeta({ turn, ...(request.cursor ? { cursor: request.cursor } : {}) })
    return { request, turn, opsOnly: step.dead ?? false }
  })
}

async function held(
  store: Store,
): Promise<{ ids: Record<string, string[]>; bodies: Map<string, Body | null> }> {
  const records = await store.read((at) => at.stretch({ first: '', end: '\uffff' }, 1e6))
  const ids: Record<string, string[]> = {}
  for (const { entity, id } of records) ids[entity] = [...(ids[entity] ?? []), id].sort()
  return { ids, bodies: new Map(records.map((record) => [`${record.entity} ${record.id}`, record.doc])) }
}

describe.each(STORES)('protocol §8: a client that is sent the recorded answers (%s)', (_, open) => {
  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s: holds what was recorded',
    async (_name, scenario) => {
      const last = new Map<string, Body | null | undefined>()
      await play(scenario, open, async (store, step, request) => {
        if (!step.response || step.lost) return
        for (const { e, r, d } of step.response.changes ?? []) if (d !== undefined) last.set(`${e} ${r}`, d)
        let taken = await absorb(
          store,
          await asIfAsked(store, step, request),
          step.response,
          Date.parse(step.at),
        )
        // A restored server is asked again, and answers alike but for a cursor that it was not given.
        if (taken.as === 'epoch')
          taken = await absorb(
            store,
            await asIfAsked(store, step, request),
            step.response,
            Date.parse(step.at),
          )
        expect(taken.as).toBe('fresh')
        const here = await held(store)
        expect(here.ids).toEqual(step.holds)
        for (const [key, doc] of here.bodies) expect(doc, key).toEqual(last.get(key))
      })
    },
  )
})

/** Whether a client could have made this request out of new entries and its outbox. */
function isOurs(ops: readonly Op[]): boolean {
  const words = ['op', 'site', 'entity', 'record', 'kind', 'at']
  return ops.every(
    (op) => typeof op === 'object' && words.every((word) => typeof op[word as keyof Op] === 'string'),
  )
}

const sameLog = (a: readonly Op[], b: readonly Op[]): boolean =>
  JSON.stringify(inOrder(a).map((op) => [op.site, op.n])) ===
  JSON.stringify(inOrder(b).map((op) => [op.site, op.n]))

/** Sites take turns. */
const inOrder = (ops: readonly Op[] = []): Op[] =>
  [...ops].sort((a, b) => (a.site < b.site ? -1 : a.site > b.site ? 1 : a.n - b.n))

describe('protocol §8: requests as a client makes them', () => {
  let compared = 0

  it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))('%s', async (_, scenario) => {
    const broken = new Set<Store>() // what a recorded request did to a log, no client would have done
    await play(
      scenario,
      async (name) => new MemoryStore(name),
      async (store, step, request) => {
        const ops = request.ops ?? []
        const now = Date.parse(step.at)
        const fresh: Op[] = []
        for (const op of ops) if (!(await store.read((at) => at.op(String(op?.op))))) fresh.push(op)
        // The server is asked to compare sums when the scenario says so, not a day later.
        if (request.have) await store.write((at) => at.setMeta({ have_at: undefined }))
        const sound =
          isOurs(ops) &&
          !broken.has(store) &&
          request.replica === (await store.read((at) => at.meta('replica')))
        if (sound && fresh.length)
          await store.write((at) =>
            at.append(
              fresh.map(({ n: _n, ...made }) => made),
              now,
            ),
          )
        const asked = sound
          ? await prepare(store, { now, app: 'test', limit: request.limit ?? 2000 }, step.dead)
          : null
        const same = asked && sameLog(asked.request.ops ?? [], ops)
        if (!asked || !same || (asked.request.cursor ?? null) !== (request.cursor ?? null)) {
          broken.add(store)
          return
        }
        compared += 1
        const whole = await store.read((at) => at.meta('whole'))
        const { have, protocol, replica, cursor, limit, now: moment } = asked.request
        expect(inOrder(asked.request.ops)).toEqual(inOrder(ops))
        expect({ protocol, replica, cursor, limit }).toEqual({
          protocol: request.protocol,
          replica: request.replica,
          cursor: request.cursor,
          limit: request.limit,
        })
        expect(moment).toBe(step.at)
        // What a reset brings is known to be whole only after one more answer.
        if (request.have && whole) expect(have).toBeDefined()
        if (step.lost) return
        if (step.problem) await refuse(store, asked, { ...step.problem, status: 409 })
        if (step.response) await absorb(store, asked, step.response, now)
      },
    )
  })

  it('most of the recorded requests are such', () => {
    const all = SCENARIOS.flatMap((scenario) => scenario.steps).filter((step) => step.request).length
    expect(compared / all).toBeGreaterThan(0.8)
  })
})

describe('protocol §3.2: what a client relies on', () => {
  it('every held op names the review item that will tell of its end', () => {
    const results = SCENARIOS.flatMap(({ steps }) => steps.flatMap((step) => step.response?.results ?? []))
    const waiting = results.filter((result) => result.status === 'held')
    expect(waiting.length).toBeGreaterThan(3)
    expect(waiting.every((result) => result.review)).toBe(true)
  })

  it('a record’s key tells its place', () => {
    expect(placeOf('qc.topic|site|id')).toEqual({ entity: 'qc.topic', site: 'site', id: 'id' })
  })
})
