import { describe, expect, it } from 'vitest'
import { byName, newBuckets, planComplete, planDrop, planPage, resetBuckets } from '@/engine/changes'
import { Sums } from '@/engine/have'
import { keyOf } from '@/engine/places'
import type { Bucket, Stored } from '@/engine/rows'
import type { FeedChange } from '@/protocol/wire'

const SITE = '01900000-0000-7000-8000-000000000001'
const [A, B] = [`${SITE}/tickets`, `${SITE}/desk`]
const place = { site: SITE, entity: 'ticket', id: 'r1' }
const key = keyOf(place)

const bucket = (id: number, name: string, gen = 0): Bucket => ({ id, name, gen, state: 'full' })
const known = byName([bucket(1, A), bucket(2, B)])
const again = byName([bucket(1, A, 1), bucket(2, B, 1)])

const put = (b: string, s: number, title: string): FeedChange => ({
  b,
  s,
  e: 'ticket',
  r: 'r1',
  h: s,
  d: { title },
})
const left = (b: string, s: number): FeedChange => ({ b, s, e: 'ticket', r: 'r1', x: 'left' })
const gone = (b: string, s: number): FeedChange => ({ b, s, e: 'ticket', r: 'r1', d: null })

/** Takes pages in, one after the other. */
function afterwards(
  buckets: typeof known,
  begin: Stored | undefined,
  ...pages: FeedChange[][]
): Stored | undefined {
  let record = begin
  for (const page of pages) {
    const plan = planPage(page, new Map(record ? [[key, record]] : []), buckets)
    record = plan.put[0] ?? (plan.forget.includes(key) ? undefined : record)
  }
  return record
}

describe('protocol §3.5: rows of a page', () => {
  it('a record lives as long as one bucket holds it', () => {
    const both = afterwards(known, undefined, [put(A, 1, 'x'), put(B, 1, 'x')])
    expect(both?.members.map(([id]) => id).sort()).toEqual([1, 2])
    const one = afterwards(known, both, [left(A, 2)])
    expect(one?.members).toEqual([[2, 1, 0]])
    expect(afterwards(known, one, [left(B, 3)])).toBeUndefined()
  })

  it('deleted means deleted in every bucket', () => {
    expect(afterwards(known, undefined, [put(A, 1, 'x'), put(B, 1, 'x')], [gone(A, 2)])).toBeUndefined()
  })

  it('of a record’s news in several buckets the newest stands, whichever comes first', () => {
    for (const page of [
      [put(A, 5, 'new'), put(B, 3, 'old')],
      [put(B, 3, 'old'), put(A, 5, 'new')],
    ]) {
      expect(afterwards(known, undefined, page)).toMatchObject({ seq: 5, doc: { title: 'new' } })
    }
    expect(afterwards(known, undefined, [put(A, 5, 'new')], [put(B, 3, 'old')])).toMatchObject({
      doc: { title: 'new' },
      members: [
        [1, 5, 0],
        [2, 3, 0],
      ],
    })
  })

  it('a record made anew after its deletion stays', () => {
    expect(afterwards(known, undefined, [put(A, 1, 'x')], [gone(A, 2), put(B, 3, 'again')])).toMatchObject({
      doc: { title: 'again' },
    })
  })

  it('marks of what was never here do nothing', () => {
    expect(planPage([left(A, 1), { ...gone(B, 2), r: 'r2' }], new Map(), known)).toEqual({
      put: [],
      forget: [],
      salvage: [],
    })
  })

  it('buckets heard of for the first time are numbered on', () => {
    expect(newBuckets(known, [A, `${SITE}/x`, `${SITE}/x`])).toEqual([
      { id: 3, name: `${SITE}/x`, gen: 0, state: 'first' },
    ])
  })
})

describe('protocol §3.5: drop and reset', () => {
  const record: Stored = {
    ...place,
    seq: 9,
    doc: { title: 'x' },
    members: [
      [1, 5, 0],
      [2, 6, 0],
    ],
  }

  it('drop forgets what no other bucket holds', () => {
    expect(planDrop([record], new Set([1])).put).toMatchObject([{ members: [[2, 6, 0]] }])
    expect(planDrop([record], new Set([1, 2])).forget).toEqual([key])
    expect(planDrop([record], new Set([3]))).toEqual({ put: [], forget: [], salvage: [] })
  })

  it('reset begins a new generation; once all is read, what was not sent again goes', () => {
    expect(resetBuckets(known, [A])).toEqual([{ ...bucket(1, A), gen: 1, state: 'again' }])
    const first = byName([bucket(1, A, 1), bucket(2, B)])
    const sent = afterwards(first, record, [put(A, 9, 'x')])
    expect(planComplete([sent ?? record], first).put).toEqual([])
    expect(planComplete([record], first).put).toMatchObject([{ members: [[2, 6, 0]] }])
  })

  it('§3.8: what a restored server sends counts, though it stands at an older seq', () => {
    expect(afterwards(again, record, [put(A, 4, 'restored')])).toMatchObject({
      seq: 4,
      doc: { title: 'restored' },
    })
  })

  it('§3.8: what a restored server has older, or not at all, is kept aside', () => {
    const older = planPage([put(A, 4, 'restored')], new Map([[key, record]]), again, { now: 7 })
    expect(older.salvage).toEqual([{ record: key, seq: 9, doc: { title: 'x' }, buckets: [A, B], found: 7 }])
    expect(planComplete([record], again, { now: 7 }).salvage).toMatchObject([{ record: key, seq: 9 }])
    expect(planPage([put(A, 9, 'x')], new Map([[key, record]]), again, { now: 7 }).salvage).toEqual([])
  })
})

describe('protocol §3.6: sums', () => {
  it('count records and add up `h` modulo 2³², of fully read buckets only', () => {
    const sums = new Sums()
    const big: Stored = { ...place, seq: 1, doc: {}, members: [[1, 4_000_000_000, 0]] }
    sums.add([
      big,
      {
        ...big,
        members: [
          [1, 4_000_000_000, 0],
          [2, 1, 0],
        ],
      },
    ])
    sums.add([big])
    const buckets = [bucket(1, A), { ...bucket(2, B), state: 'first' as const }, bucket(3, `${SITE}/empty`)]
    expect(sums.of(buckets)).toEqual({ [A]: [3, (3 * 4_000_000_000) % 2 ** 32], [`${SITE}/empty`]: [0, 0] })
  })
})
