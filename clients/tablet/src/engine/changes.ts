/**
 * What an answer's rows mean for the local database (protocol §3.5): plans, no I/O.
 *
 * A record lives as long as a bucket holds it. After a reset a bucket has a new generation: members of older ones were
 * not sent again yet, and go when everything has been read.
 */
import type { FeedChange } from '@/protocol/wire'
import { type Body, keyOf, type RecordKey, siteOf } from './places'
import type { Bucket, Member, Salvaged, Stored } from './rows'

/** The buckets held, by name. */
export type Buckets = ReadonlyMap<string, Bucket>

export interface Plan {
  readonly put: readonly Stored[]
  readonly forget: readonly RecordKey[]
  readonly salvage: readonly Salvaged[]
}

export const byName = (buckets: readonly Bucket[]): Buckets =>
  new Map(buckets.map((bucket) => [bucket.name, bucket]))

/** The record that a change is about. */
export const keyOfChange = ({ b, e, r }: FeedChange): RecordKey =>
  keyOf({ site: siteOf(b), entity: e, id: r })

/** Buckets that are heard of for the first time. */
export function newBuckets(buckets: Buckets, names: Iterable<string>): Bucket[] {
  let id = Math.max(0, ...Array.from(buckets.values(), (bucket) => bucket.id))
  const unknown = [...new Set(names)].filter((name) => !buckets.has(name))
  return unknown.map((name) => ({ id: ++id, name, gen: 0, state: 'first' }))
}

/** Buckets that are to be read again from the start. */
export function resetBuckets(buckets: Buckets, names: readonly string[]): Bucket[] {
  const held = byName([...buckets.values(), ...newBuckets(buckets, names)])
  return [...new Set(names)].flatMap((name) => {
    const bucket = held.get(name)
    return bucket ? [{ ...bucket, gen: bucket.gen + 1, state: 'again' as const }] : []
  })
}

/**
 * Plans a page: `present` are the records that it is about, as far as they are here; `buckets` knows all its buckets.
 * `salvaging`, after a restore: what the server has only in an older state is kept aside, found at `now`.
 */
export function planPage(
  changes: readonly FeedChange[],
  present: ReadonlyMap<RecordKey, Stored>,
  buckets: Buckets,
  salvaging: { readonly now: number } | null = null,
): Plan {
  const put: Stored[] = []
  const forget: RecordKey[] = []
  const salvage: Salvaged[] = []
  const isVoid = voidIn(buckets)
  for (const [key, news] of byRecord(changes)) {
    const before = present.get(key)
    const after = taken(before, news, buckets, isVoid)
    if (after) put.push(after)
    else if (before) forget.push(key)
    const lost = salvaging && before?.doc && isVoid(before) && before.seq > (after?.seq ?? 0)
    if (lost && before.doc) salvage.push(salvaged(key, before, before.doc, buckets, salvaging.now))
  }
  return { put, forget, salvage }
}

/** Plans for some records what follows when buckets are given up: `drop` (protocol §3.5). */
export function planDrop(records: readonly Stored[], dropped: ReadonlySet<number>): Plan {
  return keepMembers(records, ([bucket]) => !dropped.has(bucket))
}

/** Plans for some records what follows when everything has been read: what a reset did not bring again goes. */
export function planComplete(
  records: readonly Stored[],
  buckets: Buckets,
  salvaging: { readonly now: number } | null = null,
): Plan {
  const gens = gensOf(buckets)
  const plan = keepMembers(records, ([bucket, , gen]) => gens.get(bucket) === gen)
  if (!salvaging) return plan
  const gone = new Set(plan.forget)
  const salvage = records.flatMap((record) => {
    const key = keyOf(record)
    return record.doc && gone.has(key) ? [salvaged(key, record, record.doc, buckets, salvaging.now)] : []
  })
  return { ...plan, salvage }
}

function keepMembers(records: readonly Stored[], keep: (member: Member) => boolean): Plan {
  const put: Stored[] = []
  const forget: RecordKey[] = []
  for (const record of records) {
    const members = record.members.filter(keep)
    if (members.length === record.members.length) continue
    if (members.length) put.push({ ...record, members })
    else forget.push(keyOf(record))
  }
  return { put, forget, salvage: [] }
}

/** The news of each record: of a bucket's several, the last. */
function byRecord(changes: readonly FeedChange[]): Map<RecordKey, Map<string, FeedChange>> {
  const found = new Map<RecordKey, Map<string, FeedChange>>()
  for (const change of changes) {
    const key = keyOfChange(change)
    const news = found.get(key)
    if (news) news.set(change.b, change)
    else found.set(key, new Map([[change.b, change]]))
  }
  return found
}

function taken(
  before: Stored | undefined,
  news: ReadonlyMap<string, FeedChange>,
  buckets: Buckets,
  isVoid: (record: Stored) => boolean,
): Stored | null {
  const members = new Map(before?.members.map((member) => [member[0], member]))
  // What only older generations hold may stand at a seq that a restored server has not reached.
  let seq = before?.doc && !isVoid(before) ? before.seq : -1
  let doc: Body | null = before?.doc ?? null
  let gone = -1
  for (const { b, s, h, d } of news.values()) {
    const bucket = buckets.get(b)
    if (!bucket) throw new Error(`unheard-of bucket ${b}`)
    if (d === undefined) members.delete(bucket.id)
    else if (d === null) gone = Math.max(gone, s)
    else {
      members.set(bucket.id, [bucket.id, h ?? 0, bucket.gen])
      if (s >= seq) [seq, doc] = [s, d]
    }
  }
  if (!doc || !members.size || (gone >= 0 && seq <= gone)) return null
  const place = before ?? placeOfNews(news)
  const { site, entity, id } = place
  return { site, entity, id, seq: seq < 0 ? (before?.seq ?? 0) : seq, doc, members: [...members.values()] }
}

function placeOfNews(news: ReadonlyMap<string, FeedChange>): { site: string; entity: string; id: string } {
  const [change] = news.values()
  return { site: siteOf(change?.b ?? ''), entity: change?.e ?? '', id: change?.r ?? '' }
}

/** Returns what tells whether all that is known of a record dates from before a reset. */
function voidIn(buckets: Buckets): (record: Stored) => boolean {
  const gens = gensOf(buckets)
  return ({ members }) => members.every(([bucket, , gen]) => gens.get(bucket) !== gen)
}

const gensOf = (buckets: Buckets): Map<number, number> =>
  new Map(Array.from(buckets.values(), (bucket) => [bucket.id, bucket.gen]))

function salvaged(
  record: RecordKey,
  { seq, members }: Stored,
  doc: Body,
  buckets: Buckets,
  found: number,
): Salvaged {
  const ids = new Set(members.map(([bucket]) => bucket))
  const names = [...buckets.values()].filter((bucket) => ids.has(bucket.id)).map((bucket) => bucket.name)
  return { record, seq, doc, buckets: names, found }
}
