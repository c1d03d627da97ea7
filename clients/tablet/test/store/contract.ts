import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keyOf, prefix } from '@/engine/places'
import { type Changed, type Store, seenOf } from '@/store/port'
import { at, HOUSE, idOf, keysOf, MALL, op, REPLICA, SHAPE, stored } from './places'

/** Opens a database by name; a second call for the same one is another tab. */
export type Open = (name: string) => Promise<Store>

/** What every adapter must keep to. */
export function storeContract(kind: string, open: Open): void {
  describe(`tablet §5: a replica's database (${kind})`, () => {
    let store: Store
    let name: string
    let count = 0

    beforeEach(async () => {
      count += 1
      name = `wuye:contract-${kind}:${count}`
      store = await open(name)
      store.shape(SHAPE)
      await store.write((to) => to.setMeta({ replica: REPLICA }))
    })

    afterEach(() => store.close())

    const titles = (): Promise<unknown[]> =>
      store.read(async (from) =>
        (await from.stretch(prefix('ticket', HOUSE), 1000)).flatMap(
          (record) => seenOf(record)?.['title'] ?? [],
        ),
      )

    const fill = (...numbers: number[]): Promise<void> =>
      store.write((to) => to.putRecords(numbers.map((n) => stored(at(n), { title: `t${n}` }))))

    it('returns what was put, and undefined for what is not there', async () => {
      await fill(1)
      const [here, missing] = await store.read((from) => from.records([keyOf(at(1)), keyOf(at(2))]))
      expect(here).toEqual({ ...at(1), seq: 1, doc: { title: 't1' }, members: [] })
      expect(missing).toBeUndefined()
    })

    it('finds those of many that are here, in the order asked for', async () => {
      await fill(...Array.from({ length: 300 }, (_, n) => 2 * n))
      await store.write((to) => to.putRecords([stored(at(7, 'owner'), { n: 7 })]))
      const places = [at(7, 'owner'), ...Array.from({ length: 100 }, (_, n) => at(250 - n)), at(4), at(4)]
      const found = await store.read((from) => from.records(places.map(keyOf)))
      const right = places.map((place, n) =>
        n === 0 || Number(place.id.slice(-4)) % 2 === 0 ? place.id : undefined,
      )
      expect(found.map((record) => record?.id)).toEqual(right)
    })

    it('tells records of the same id at another site or of another entity apart', async () => {
      await store.write((to) =>
        to.putRecords([at(1), at(1, 'owner'), at(1, 'ticket', MALL)].map((place, n) => stored(place, { n }))),
      )
      expect((await store.read((from) => from.record(at(1, 'owner'))))?.doc).toEqual({ n: 1 })
      expect(await store.read((from) => from.stretch(prefix('ticket', HOUSE), 1000))).toHaveLength(1)
      expect(await store.read((from) => from.stretch(prefix('ticket'), 10))).toHaveLength(2)
    })

    it('does everything of a transaction or nothing', async () => {
      const failing = store.write(async (to) => {
        await to.putRecords([stored(at(1), { title: 'x' })])
        await to.append([op(at(1), 'update', { title: 'y' })], 0)
        await to.setMeta({ cursor: 'c1' })
        throw new Error('crash')
      })
      await expect(failing).rejects.toThrow('crash')
      expect(await store.read((from) => from.record(at(1)))).toBeUndefined()
      expect(await store.read((from) => from.opsIn(['waiting']))).toEqual([])
      expect(await store.read((from) => from.meta('cursor'))).toBeUndefined()
    })

    it('runs writers one after the other', async () => {
      const count = (): Promise<number> => store.write((to) => to.next('x'))
      expect((await Promise.all([count(), count(), count()])).sort()).toEqual([1, 2, 3])
    })

    it('goes through all records of an entity in stretches', async () => {
      await fill(1, 2, 3)
      await store.write((to) => to.putRecords([stored(at(9, 'owner'), {})]))
      const two = await store.read((from) => from.stretch(prefix('ticket'), 2))
      expect(two.map((record) => record.id)).toEqual([idOf(1), idOf(2)])
      const rest = { first: `${keyOf(at(2))}\u0000`, end: prefix('ticket').end }
      expect((await store.read((from) => from.stretch(rest, 2))).map((record) => record.id)).toEqual([
        idOf(3),
      ])
    })

    it('3.1: numbers ops of each site from 1 without gaps, in the order of making', async () => {
      const ops = [op(at(1), 'create'), op(at(2, 'ticket', MALL), 'create'), op(at(3), 'create')]
      await store.write((to) => to.append(ops.slice(0, 2), 7))
      const [third] = await store.write((to) => to.append(ops.slice(2), 8))
      expect(third).toMatchObject({ i: 3, n: 2, state: 'waiting', made: 8, site: HOUSE, replica: REPLICA })
      expect(await store.read((from) => from.logs(REPLICA))).toMatchObject([{ next: 3 }, { next: 2 }])
      const from2 = await store.read((from) => from.opsFrom(REPLICA, HOUSE, 2))
      expect(keysOf(from2)).toEqual([ops[2]?.op])
    })

    it('refuses ops before anybody has logged in', async () => {
      await store.write((to) => to.setMeta({ replica: undefined }))
      await expect(store.write((to) => to.append([op(at(1), 'create')], 0))).rejects.toThrow()
    })

    it('3.5: ops lie over records: lists show what the user sees, the server’s own row stays', async () => {
      await fill(1, 2)
      const [row] = await store.write((to) => to.append([op(at(1), 'update', { title: 'a' })], 0))
      expect(await titles()).toEqual(['a', 't2'])
      const record = await store.read((from) => from.record(at(1)))
      expect(record).toMatchObject({ doc: { title: 't1' }, view: { title: 'a' } })
      await store.write((to) => to.putRecords([stored(at(1), { title: 't1', note: 'theirs' }, { seq: 2 })]))
      expect((await store.read((from) => from.record(at(1))))?.view).toEqual({ title: 'a', note: 'theirs' })
      if (row) await store.write((to) => to.putOps([{ ...row, state: 'rejected', over: null }]))
      expect(await titles()).toEqual(['t1', 't2'])
      expect(await store.read((from) => from.record(at(1)))).not.toHaveProperty('view')
    })

    it('3.5: what was made here is listed before the server knows of it, and goes when it is refused', async () => {
      const [row] = await store.write((to) => to.append([op(at(1), 'create', { title: 'new' })], 0))
      expect(await titles()).toEqual(['new'])
      if (row) await store.write((to) => to.putOps([{ ...row, state: 'rejected', over: null }]))
      expect(await store.read((from) => from.record(at(1)))).toBeUndefined()
    })

    it('3.5: what was deleted here is in no list, and comes back when that is refused', async () => {
      await fill(1)
      const [row] = await store.write((to) => to.append([op(at(1), 'delete')], 0))
      expect(await titles()).toEqual([])
      expect((await store.read((from) => from.record(at(1))))?.view).toBeNull()
      if (row) await store.write((to) => to.forgetOps([row]))
      expect(await titles()).toEqual(['t1'])
    })

    it('3.5: a record that the server takes away stays seen only through an op that makes it', async () => {
      await fill(1, 2)
      await store.write((to) =>
        to.append([op(at(1), 'update', { title: 'a' }), op(at(3), 'create', { title: 'b' })], 0),
      )
      await store.write((to) => to.forgetRecords([keyOf(at(1)), keyOf(at(2)), keyOf(at(3))]))
      expect(await titles()).toEqual(['b'])
      expect(await store.read((from) => from.opsIn(['waiting']))).toHaveLength(2)
    })

    it('finds ops by state, record, entity and site, those that lie over records only while they do', async () => {
      const ops = [op(at(1), 'create'), op(at(1, 'owner'), 'create'), op(at(2, 'owner', MALL), 'create')]
      const rows = await store.write((to) => to.append(ops, 0))
      const [first, second] = rows
      if (!first || !second) throw new Error('three were made')
      await store.write((to) =>
        to.putOps([
          { ...first, state: 'applied', over: null },
          { ...second, state: 'sent' },
        ]),
      )
      const [a, b, c] = ops.map((each) => each.op)
      const found = await store.read(async (from) => ({
        outbox: keysOf(await from.opsIn(['waiting', 'sent'])),
        count: await from.countOps(['waiting', 'sent', 'held']),
        of: keysOf(await from.opsOf(at(1))),
        one: (await from.op(b ?? ''))?.state,
        all: keysOf(await from.opsOver()),
        owners: keysOf(await from.opsOver({ entity: 'owner' })),
        mall: keysOf(await from.opsOver({ entity: 'owner', site: MALL })),
        over: keysOf(await from.opsOver(at(1, 'owner'))),
      }))
      expect(found).toEqual({
        outbox: [b, c],
        count: 2,
        of: [a],
        one: 'sent',
        all: [b, c],
        owners: [b, c],
        mall: [c],
        over: [b],
      })
    })

    it('keeps meta, drafts, blobs, lines, buckets and salvage until they are forgotten', async () => {
      const draft = {
        key: 'ticket/new/1',
        place: at(1),
        kind: 'create',
        values: { title: 'x' },
        saved: 5,
      } as const
      const blob = {
        sha256: 'ab',
        state: 'kept',
        name: '',
        type: 'image/jpeg',
        size: 3,
        offset: 0,
        refs: [],
        role: null,
        made: 0,
        why: null,
      } as const
      const text = new TextEncoder().encode('x')
      const lines = [0, 1].map((chunk) => ({ entity: 'ticket', chunk, text, records: [], columns: {} }))
      const bucket = { id: 1, name: `${HOUSE}/tickets`, gen: 0, state: 'first' } as const
      const saved = { record: keyOf(at(1)), seq: 9, doc: {}, buckets: [bucket.name], found: 0 }
      await store.write(async (to) => {
        await to.setMeta({ turn: 3, dropped: ['a'] })
        await to.putDraft(draft)
        await to.putBlob(blob, new Uint8Array([1, 2, 3]).buffer, new Uint8Array([1]).buffer)
        await to.putBlob({ ...blob, offset: 2 })
        await to.putLines(lines)
        await to.putBuckets([bucket])
        await to.putSalvaged([saved])
      })
      const kept = await store.read(async (from) => ({
        turn: await from.meta('turn'),
        metas: await from.metas('turn', 'dropped', 'cursor'),
        draft: await from.draft(draft.key),
        drafts: await from.drafts(),
        blobs: await from.blobs(['kept']),
        stored: await from.blobs(['stored']),
        bytes: (await from.bytes('ab'))?.byteLength,
        thumb: (await from.bytes('ab', 'thumb'))?.byteLength,
        lines: await from.lines('ticket'),
        buckets: await from.buckets(),
        salvaged: await from.salvaged(),
      }))
      expect(kept).toEqual({
        turn: 3,
        metas: { turn: 3, dropped: ['a'], cursor: undefined },
        draft,
        drafts: [draft],
        blobs: [{ ...blob, offset: 2 }],
        stored: [],
        bytes: 3,
        thumb: 1,
        lines,
        buckets: [bucket],
        salvaged: [saved],
      })
      await store.write(async (to) => {
        await to.setMeta({ turn: undefined })
        await to.dropDraft(draft.key)
        await to.forgetBlob('ab')
        await to.forgetLines('ticket')
        await to.forgetBuckets([1])
        await to.forgetSalvaged([saved.record])
      })
      const left = await store.read(async (from) => [
        await from.meta('turn'),
        await from.draft(draft.key),
        await from.blob('ab'),
        await from.bytes('ab'),
        await from.lines('ticket'),
        await from.buckets(),
        await from.salvaged(),
      ])
      expect(left).toEqual([undefined, undefined, undefined, undefined, [], [], []])
    })

    it('tells other tabs and this one what has changed', async () => {
      const other = await open(name)
      const heard: Changed[] = []
      const mine: Changed[] = []
      const told = new Promise<void>((resolve) => {
        other.changed((change) => {
          heard.push(change)
          resolve()
        })
      })
      const end = store.changed((change) => mine.push(change))
      await store.write((to) => to.append([op(at(1), 'create', { title: 'x' })], 0))
      await told
      expect(mine).toMatchObject([{ entities: ['ticket'], records: [keyOf(at(1))], here: true }])
      expect(mine[0]?.kinds).toEqual(expect.arrayContaining(['records', 'ops', 'logs', 'meta']))
      expect(heard).toMatchObject([{ records: [keyOf(at(1))], here: false }])
      end()
      await store.write((to) => to.setMeta({ turn: 1 }))
      expect(mine).toHaveLength(1)
      other.close()
    })

    it('tells in the tab that wrote what is seen of records from now on', async () => {
      const mine: Changed[] = []
      await fill(1, 2)
      await store.write((to) => to.append([op(at(3), 'create', { title: 'x' })], 0))
      store.changed((change) => mine.push(change))
      await store.write(async (to) => {
        await to.putRecords([stored(at(1), { title: 'other' })])
        await to.forgetRecords([keyOf(at(2))])
        await to.append([op(at(1), 'update', { title: 'mine' }), op(at(3), 'delete')], 0)
      })
      expect(mine[0]?.seen).toEqual(
        new Map([
          [keyOf(at(1)), { title: 'mine' }],
          [keyOf(at(2)), null],
          [keyOf(at(3)), null],
        ]),
      )
      const [row] = await store.read((from) => from.opsIn(['waiting']))
      if (row) await store.write((to) => to.putOps([{ ...row, state: 'sent' }]))
      expect(mine[1]).toMatchObject({ records: [row?.record], seen: new Map(), touched: null })
    })

    it('notes which records a commit touched, until somebody has kept what he derives from them', async () => {
      const mine: Changed[] = []
      store.changed((change) => mine.push(change))
      await fill(...Array.from({ length: 600 }, (_, n) => n))
      await store.write(async (to) => {
        await to.forgetRecords([keyOf(at(7))])
        await to.putRecords([stored(at(1, 'owner'), {})])
      })
      const [first, second] = mine.map(({ touched }) => touched)
      const noted = await store.read((from) => from.touched('ticket'))
      expect(noted.map(({ n, records }) => [n, records.length])).toEqual([
        [first, 600],
        [second, 1],
      ])
      expect(await store.read((from) => from.touched('owner'))).toEqual([
        { entity: 'owner', n: second, records: [keyOf(at(1, 'owner'))] },
      ])
      await store.write((to) => to.forgetTouched('ticket', [first ?? 0]))
      expect(await store.read((from) => from.touched('ticket'))).toMatchObject([{ n: second }])
    })

    it('lays ops anew when records are seen otherwise', async () => {
      await fill(1, 2)
      await store.write((to) => to.append([op(at(1), 'update', { title: 'a' })], 0))
      store.shape({ lay: (_entity, doc) => ({ ...doc, title: 'otherwise' }) })
      await store.write((to) => to.layAnew())
      expect(await titles()).toEqual(['otherwise', 't2'])
    })

    it('is still there for the next tab, and after a probe', async () => {
      await fill(1)
      await store.probe()
      const other = await open(name)
      expect((await other.read((from) => from.record(at(1))))?.doc).toEqual({ title: 't1' })
      other.close()
    })

    it('5: erases everything', async () => {
      await fill(1)
      await store.erase()
      store = await open(name)
      expect(await store.read((from) => from.record(at(1)))).toBeUndefined()
      expect(await store.read((from) => from.meta('replica'))).toBeUndefined()
    })
  })
}
