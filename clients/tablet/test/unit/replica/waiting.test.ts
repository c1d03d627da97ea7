/** Protocol §3.2, §3.8: what waits is decided some day, keeps nothing else back, and is not forgotten with its name. */
import { beforeEach, describe, expect, it } from 'vitest'
import { make } from '@/engine/ops'
import { absorb, prepare } from '@/replica/exchange'
import { fork } from '@/replica/mending'
import { Sync } from '@/replica/sync'
import { MemoryStore } from '@/store/memory/store'
import { HOUSE, Server, STREAMS } from '../../simulation/server'
import { SHAPE } from '../../simulation/tablet'

const USER = '01900000-0000-7000-8000-00000000aaaa'
const AROUND = { now: Date.UTC(2026, 10, 22, 1), app: 'test' }
const id = (n: number): string => `0190cccc-0000-7000-8000-${String(n).padStart(12, '0')}`

let server: Server
let store: MemoryStore

beforeEach(async () => {
  server = new Server()
  server.grants.set(USER, new Set(STREAMS))
  store = new MemoryStore('test')
  store.shape(SHAPE)
  await fork(store, server.enter(USER))
  await store.write((at) => at.setMeta({ manifest_hash: 'm1' }))
})

async function type(n: number): Promise<string> {
  const asked = { site: HOUSE, entity: 'ticket', id: id(n), kind: 'create', set: { title: `t${n}` } } as const
  const op = make(asked, { seen: null, seq: 0 }, { id: id(1000 + n), at: AROUND.now, v: 1 })
  await store.write((at) => at.append([op], AROUND.now))
  return op.op
}

const round = (): Promise<unknown> =>
  new Sync(
    store,
    {
      sync: async (request) => server.sync(structuredClone(request), AROUND.now),
      manifest: async () => ({ said: null }),
    },
    () => AROUND,
  ).round()

const states = async (): Promise<string[]> =>
  (await store.read((at) => at.opsIn(['waiting', 'sent', 'held', 'applied', 'merged', 'rejected']))).map(
    (row) => row.state,
  )

describe('protocol §3.2: a held op', () => {
  it('is decided by a review item that was read before the word that it is held', async () => {
    await round()
    server.off.add('ticket')
    await type(1)
    const first = await prepare(store, AROUND)
    const lost = server.sync(structuredClone(first.request), AROUND.now)
    server.off.clear()
    server.sweep()
    const second = await prepare(store, AROUND)
    const told = server.sync(structuredClone(second.request), AROUND.now)
    if ('problem' in lost || 'problem' in told) throw new Error('refused')
    await absorb(store, second, { ...told.said, results: [] }, AROUND.now)
    expect(await states()).toEqual(['sent'])
    const third = await prepare(store, AROUND)
    const nothing = { acked: told.said.acked, cursor: told.said.cursor ?? '' }
    const taken = await absorb(store, third, { ...nothing, results: lost.said.results }, AROUND.now)
    expect(taken.decided.map((result) => result.status)).toEqual(['applied'])
    expect(await states()).toEqual(['applied'])
  })

  it('that is asked for again keeps nothing back, however small a push must be', async () => {
    server.off.add('ticket')
    await type(1)
    await round()
    server.grants.set(USER, new Set())
    await round()
    expect(await states()).toEqual(['held'])
    for (const n of [2, 3, 4]) await type(n)
    server.most = 1
    await round()
    expect(await states()).toEqual(['held', 'rejected', 'rejected', 'rejected'])
  })
})

describe('protocol §3.8: a restored server', () => {
  it('gets what was sent under an id given up since', async () => {
    const backup = server.backup()
    const ops = [await type(1)]
    await round()
    await fork(store, server.enter(USER))
    ops.push(await type(2))
    await round()
    server.restore(backup)
    await round()
    expect(ops.map((op) => server.outcome(USER, HOUSE, op)?.status)).toEqual(['applied', 'applied'])
    expect(await states()).toEqual(['applied', 'applied'])
  })

  it('is not told of a gap where ops were forgotten here', async () => {
    const backup = server.backup()
    for (const n of [1, 2, 3]) await type(n)
    await round()
    await store.write(async (at) => at.forgetOps((await at.opsIn(['applied'])).slice(0, 1)))
    server.restore(backup)
    expect(await round()).toEqual({ kind: 'done' })
    const replica = await store.read((at) => at.meta('replica'))
    expect(server.logOf(replica ?? '', HOUSE)).toBe(2)
  })
})
