import { beforeEach, describe, expect, it } from 'vitest'
import type { Problem, Said, Taken } from '@/engine/answers'
import { DAY } from '@/engine/moments'
import { type Made, make } from '@/engine/ops'
import { keyOf, prefix } from '@/engine/places'
import type { Answer, Transport } from '@/net/transport'
import type { Manifest } from '@/protocol/manifest'
import type { SyncRequest } from '@/protocol/wire'
import { fork } from '@/replica/mending'
import { Sync, type Watcher } from '@/replica/sync'
import { MemoryStore } from '@/store/memory/store'
import type { OpRow } from '@/store/port'
import { HOUSE, Server, STREAMS } from '../../simulation/server'
import { SHAPE } from '../../simulation/tablet'

const USER = '01900000-0000-7000-8000-00000000aaaa'
const id = (n: number): string => `0190cccc-0000-7000-8000-${String(n).padStart(12, '0')}`
const place = (n: number): { site: string; entity: string; id: string } => ({
  site: HOUSE,
  entity: 'ticket',
  id: id(n),
})

let server: Server
let store: MemoryStore
let now: number
let asked: SyncRequest[]
let trouble: ((request: SyncRequest) => Problem | 'silence' | null) | null

beforeEach(async () => {
  server = new Server()
  server.grants.set(USER, new Set(STREAMS))
  store = new MemoryStore('test')
  store.shape(SHAPE)
  now = Date.UTC(2026, 10, 22, 1)
  asked = []
  trouble = null
  await fork(store, server.enter(USER))
  await store.write((at) => at.setMeta({ manifest_hash: 'm1' }))
})

function transport(opsOnly = false): Transport {
  return {
    async sync(request): Promise<Answer<Said>> {
      asked.push(request)
      const bad = trouble?.(request)
      if (bad === 'silence') throw new Error(bad)
      return bad ? { problem: bad } : server.sync(structuredClone(request), now, opsOnly)
    },
    manifest: async () => ({ said: null }),
  }
}

const sync = (watcher: Watcher = {}, limit = 2000): Sync =>
  new Sync(
    store,
    transport(),
    () => ({ now, app: 'test', limit, storage: { free: 5, persisted: false } }),
    watcher,
  )

let typed = 0

function type(n: number, kind: Made['kind'] = 'create', set = {}): Promise<OpRow[]> {
  typed += 1
  const op = make({ ...place(n), kind, set }, { seen: null, seq: 0 }, { id: id(1000 + typed), at: now, v: 1 })
  return store.write((at) => at.append([op], now))
}

const states = async (): Promise<string[]> =>
  (await store.read((at) => at.opsIn(['waiting', 'sent', 'held', 'applied', 'merged', 'rejected']))).map(
    (row) => row.state,
  )

const titles = async (): Promise<unknown[]> =>
  (await store.read((at) => at.stretch(prefix('ticket', HOUSE), 10_000))).map(
    (record) => (record.view ?? record.doc)?.title,
  )

describe('protocol §3: a round of sync', () => {
  it('sends what was typed, reads what there is, and tells how the tablet is doing', async () => {
    server.write(HOUSE, 'ticket', id(1), { title: 'theirs' })
    await type(2, 'create', { title: 'mine' })
    expect(await sync().round()).toEqual({ kind: 'done' })
    expect(await states()).toEqual(['applied'])
    expect(await titles()).toEqual(['theirs', 'mine'])
    expect(asked[0]?.health).toMatchObject({
      app: 'test',
      outbox: 1,
      oldest: new Date(now).toISOString(),
      storage: { persisted: false },
    })
  })

  it('§3.1: what was sent is noted before it is: no answer, and it is sent again with the same `n`', async () => {
    await type(1)
    trouble = () => 'silence'
    expect(await sync().round()).toEqual({ kind: 'failed' })
    expect(await states()).toEqual(['sent'])
    trouble = null
    await sync().round()
    expect(asked.map((request) => request.ops?.map((op) => op.n))).toEqual([[1], [1]])
    expect(await states()).toEqual(['applied'])
  })

  it('§3.1: after 413 a push is halved until it fits', async () => {
    for (let n = 0; n < 40; n++) await type(n)
    server.most = 15
    expect(await sync().round()).toEqual({ kind: 'done' })
    expect(new Set(await states())).toEqual(new Set(['applied']))
  })

  it('§3.4: the clock’s offset is told and kept', async () => {
    const heard: Taken[] = []
    const road = transport()
    const late = { ...road, sync: async (request: SyncRequest) => server.sync(request, now + DAY) }
    await new Sync(store, late, () => ({ now, app: 'x' }), { took: (taken) => heard.push(taken) }).round()
    expect(heard.map((taken) => taken.offset)).toEqual([DAY])
    expect(await store.read((at) => at.meta('offset'))).toBe(DAY)
  })

  it('§7: a new manifest is stored before anybody is told', async () => {
    await store.write((at) => at.setMeta({ manifest_hash: 'old' }))
    const manifest = { hash: 'm1', limits: { keep_days: 3 } } as unknown as Manifest
    const told: unknown[] = []
    const road: Transport = { ...transport(), manifest: async () => ({ said: { manifest, tag: '"m1"' } }) }
    const renewed = async (fresh: Manifest): Promise<void> => {
      told.push(fresh, await store.read((at) => at.metas('manifest_hash', 'keep_days', 'manifest_tag')))
    }
    expect(await new Sync(store, road, () => ({ now, app: 'x' }), { renewed }).round()).toEqual({
      kind: 'done',
    })
    expect(told).toEqual([manifest, { manifest_hash: 'm1', keep_days: 3, manifest_tag: '"m1"' }])
  })
})

describe('tablet §3.3: the first sync', () => {
  it('fetches the next page while the former is taken in, and sends no op with it', async () => {
    for (let n = 0; n < 9; n++) server.write(HOUSE, 'ticket', id(n), { title: `t${n}` })
    const seen: number[] = []
    await sync({ took: () => seen.push(asked.length) }, 2).round()
    expect(seen[0]).toBe(2)
    expect(await titles()).toHaveLength(9)
    expect(await store.read((at) => at.metas('whole', 'first_at'))).toEqual({ whole: true, first_at: now })
  })

  it('§3.4: a long one is no wrong clock', async () => {
    for (let n = 0; n < 9; n++) server.write(HOUSE, 'ticket', id(n), { title: `t${n}` })
    const road = transport()
    const slow: Transport = {
      ...road,
      sync: async (request) => {
        const answer = await road.sync(request)
        now += 600_000
        return answer
      },
    }
    const offsets: number[] = []
    const took = (taken: Taken): void => void offsets.push(Math.abs(taken.offset))
    await new Sync(store, slow, () => ({ now, app: 'x', limit: 2 }), { took }).round()
    expect(offsets.length).toBeGreaterThan(4)
    expect(Math.max(...offsets)).toBe(0)
  })

  it('what is typed meanwhile is sent with the page behind the next', async () => {
    for (let n = 0; n < 9; n++) server.write(HOUSE, 'ticket', id(n), { title: `t${n}` })
    let once = true
    const took = (): void => {
      if (once) void type(50, 'create', { title: 'meanwhile' })
      once = false
    }
    expect(await sync({ took }, 2).round()).toEqual({ kind: 'done' })
    expect(await states()).toEqual(['applied'])
    expect(asked.filter((request) => request.ops?.length)).toHaveLength(1)
  })
})

describe('protocol §3.6: self-check', () => {
  it('is sent daily, finds what was lost here, and mends it', async () => {
    for (let n = 0; n < 3; n++) server.write(HOUSE, 'ticket', id(n), { title: `t${n}` })
    await sync().round()
    await sync().round()
    await sync().round()
    expect(asked.filter((request) => request.have)).toHaveLength(1)
    await store.write((at) => at.forgetRecords([keyOf(place(1))]))
    now += DAY
    await sync().round()
    expect(server.mismatches).toHaveLength(1)
    expect(await titles()).toHaveLength(3)
    await sync().round()
    expect(server.mismatches).toHaveLength(1)
  })
})

describe('protocol §3.8: a restored server', () => {
  it('gets back what it forgot; what nobody sends again is saved for review', async () => {
    const backup = server.backup()
    server.write(HOUSE, 'ticket', id(1), { title: 'the desk’s' })
    await type(2, 'create', { title: 'mine' })
    await sync().round()
    server.restore(backup)
    server.write(HOUSE, 'ticket', id(3), { title: 'after' })
    expect(await sync().round()).toEqual({ kind: 'done' })
    expect((await titles()).sort()).toEqual(['after', 'mine'])
    const saved = await store.read((at) => at.salvaged())
    expect(saved.map((row) => row.doc)).toContainEqual({ title: 'the desk’s' })
    expect(await states()).toEqual(['applied'])
  })

  it('§3.8: decided ops are forgotten after `keep_days`, not before', async () => {
    await store.write((at) => at.setMeta({ keep_days: 3 }))
    await type(1)
    await sync().round()
    now += 2 * DAY
    await sync().round()
    expect(await states()).toEqual(['applied'])
    now += 2 * DAY
    await sync().round()
    expect(await states()).toEqual([])
  })
})

describe('protocol §5', () => {
  it('a push-only token sends ops, reads nothing, and what was sent stays in sight until it is read', async () => {
    server.write(HOUSE, 'ticket', id(9), { title: 'not to be read' })
    await type(1, 'create', { title: 'mine' })
    const end = await new Sync(store, transport(true), () => ({ now, app: 'x' })).handIn()
    expect(end).toEqual({ kind: 'done' })
    expect(asked[0]).toMatchObject({ cursor: null })
    expect(asked[0]).not.toHaveProperty('health')
    expect(await states()).toEqual(['applied'])
    expect(await titles()).toEqual(['mine'])
  })

  it('a revoked device offers ops, then files, then erases itself', async () => {
    await type(1)
    trouble = (request) => (request.health ? { status: 403, code: 'device_revoked', wipe: true } : null)
    const order: string[] = []
    const offerBlobs = async (): Promise<void> => void order.push(`files, ${(await states()).join()}`)
    expect(await sync({ offerBlobs }).round()).toEqual({ kind: 'erased' })
    expect(order).toEqual(['files, applied'])
    expect(await store.read((at) => at.metas('replica', 'user'))).toEqual({})
    expect(await states()).toEqual([])
  })

  it('nothing is erased while the files cannot be offered', async () => {
    await type(1)
    trouble = (request) => (request.health ? { status: 403, code: 'device_revoked', wipe: true } : null)
    const offerBlobs = (): Promise<void> => Promise.reject(new Error('offline'))
    expect(await sync({ offerBlobs }).round()).toEqual({ kind: 'failed' })
    expect(await states()).toEqual(['applied'])
  })
})

describe('tablet §1.1: a full disk', () => {
  it('is told, and nothing of the answer is taken in', async () => {
    server.write(HOUSE, 'ticket', id(1), { title: 'x' })
    const failed: unknown[] = []
    const full = store.write.bind(store)
    let writes = 0
    store.write = (work) =>
      ++writes > 1 ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : full(work)
    expect(await sync({ failed: (error) => failed.push(error) }).round()).toEqual({ kind: 'failed' })
    expect(failed).toMatchObject([{ name: 'QuotaExceededError' }])
    expect(await store.read((at) => at.meta('cursor'))).toBeUndefined()
  })
})
