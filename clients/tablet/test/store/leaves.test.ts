import Dexie from 'dexie'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { DexieStore } from '@/store/dexie/store'
import { VERSIONS } from '@/store/dexie/versions'
import { type Leaf, Leaves, MOST } from '@/store/leaves'
import { MemoryTable } from '@/store/memory/table'
import type { RecordRow } from '@/store/tables'
import { op, at as place, REPLICA, SHAPE } from './places'

const key = fc
  .tuple(fc.constantFrom('note|s', 'ticket|r', 'ticket|s'), fc.integer({ min: 0, max: 200 }))
  .map(([where, n]) => `${where}|${String(n).padStart(3, '0')}`)
const body = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'toString'), fc.jsonValue())
const row = fc.record({
  k: key,
  seq: fc.nat(),
  members: fc.array(fc.tuple(fc.nat(9), fc.nat(), fc.nat(2)), { maxLength: 2 }),
  doc: fc.option(body),
})
const seen = fc.record({ view: fc.option(body) }, { requiredKeys: [] })
const kept: fc.Arbitrary<RecordRow> = fc.tuple(row, seen).map(([own, view]) => ({ ...own, ...view }))
const page = fc.constantFrom(0, 1, 2).map((from) =>
  Array.from({ length: 130 }, (_, n): RecordRow => {
    return { k: `ticket|s|${String(n * 3 + from).padStart(3, '0')}`, seq: n, members: [], doc: { n } }
  }),
)
const step = fc.oneof(
  fc.record({ do: fc.constant('put' as const), rows: page }),
  fc.record({ do: fc.constant('put' as const), rows: fc.array(kept, { maxLength: 120 }) }),
  fc.record({ do: fc.constant('delete' as const), keys: fc.array(key, { maxLength: 60 }) }),
)

it('tablet §5: records in leaves are what a plain table of them would be', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.array(key),
      key,
      key,
      async (steps, asked, a, b) => {
        const table = new MemoryTable<Leaf>('k, at', new Map())
        const leaves = new Leaves(table)
        const plain = new Map<string, RecordRow>()
        for (const turn of steps) {
          if (turn.do === 'put') {
            await leaves.put(turn.rows)
            for (const each of turn.rows) plain.set(each.k, each)
          } else {
            await leaves.delete(turn.keys)
            for (const k of turn.keys) plain.delete(k)
          }
        }
        const [first, end] = a < b ? [a, b] : [b, a]
        const within = [...plain.values()].filter(({ k }) => k >= first && k < end)
        const inOrder = within.sort((x, y) => (x.k < y.k ? -1 : 1))
        for (const some of [asked, [...plain.keys()]])
          expect(await leaves.get(some)).toEqual(some.map((k) => plain.get(k)))
        for (const limit of [1, 7, 1000])
          expect(await leaves.stretch({ first, end }, limit)).toEqual(inOrder.slice(0, limit))
        const sizes = (await table.scan(null)).map(({ rows }) => rows.length)
        expect(sizes.every((size) => size > 0 && size <= MOST)).toBe(true)
      },
    ),
  )
})

it('tablet §5: a database of version 1 is taken over with its records, ops and drafts', async () => {
  const indexedDB = new IDBFactory()
  const options = { indexedDB, IDBKeyRange }
  const old = new Dexie('wuye:old', options)
  old.version(1).stores(VERSIONS[0]?.stores ?? {})
  const rows = Array.from({ length: 2_500 }, (_, n) => {
    const { site, entity, id } = place(n)
    return { k: `${entity}|${site}|${id}`, seq: n, doc: { n }, members: [[1, n, 0]] }
  })
  await old.table('records').bulkPut(rows)
  await old.table('meta').bulkPut([
    { k: 'cursor', v: 'c' },
    { k: 'replica', v: REPLICA },
  ])
  await old.table('drafts').put({ key: 'd', place: place(1), kind: 'update', values: { a: 1 }, saved: 1 })
  old.close()

  const store = await DexieStore.open('wuye:old', options)
  store.shape(SHAPE)
  expect(await store.read((at) => at.stretch({ first: '', end: '\uffff' }, 9_999))).toHaveLength(2_500)
  expect(await store.read((at) => at.record(place(2_400)))).toMatchObject({
    seq: 2_400,
    doc: { n: 2_400 },
    members: [[1, 2_400, 0]],
  })
  expect(await store.read((at) => at.meta('cursor'))).toBe('c')
  expect(await store.read((at) => at.drafts())).toHaveLength(1)
  await store.write((at) => at.append([op(place(7), 'update')], 0))
  store.close()
})
