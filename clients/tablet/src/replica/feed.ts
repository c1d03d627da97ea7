/** Applies what an answer says of records and buckets (protocol §3.5), always inside a transaction of others. */
import {
  type Buckets,
  byName,
  keyOfChange,
  newBuckets,
  type Plan,
  planComplete,
  planDrop,
  planPage,
  resetBuckets,
} from '@/engine/changes'
import { DECIDED, uncovered } from '@/engine/log'
import { DAY } from '@/engine/moments'
import { keyOf, siteOf } from '@/engine/places'
import type { Bucket, Stored } from '@/engine/rows'
import type { FeedChange } from '@/protocol/wire'
import type { Reading, Writing } from '@/store/port'

const STRETCH = 2_000
/** Days that decided ops are kept unless the manifest says otherwise (protocol §3.8). */
const KEEP_DAYS = 14

/** Goes through all records, a stretch at a time, as they are when it is their turn. */
export async function eachStretch(
  at: Reading,
  work: (records: Stored[]) => Promise<void> | void,
): Promise<void> {
  let first: string | undefined = ''
  while (first !== undefined) {
    const records: Stored[] = await at.stretch({ first, end: '\uffff' }, STRETCH)
    if (records.length) await work(records)
    const last = records.at(-1)
    first = last && records.length === STRETCH ? `${keyOf(last)}\u0000` : undefined
  }
}

/** Stores rows of a page. */
export async function applyRows(at: Writing, changes: readonly FeedChange[], now: number): Promise<void> {
  if (!changes.length) return
  const buckets = await bucketsWith(
    at,
    changes.map((change) => change.b),
  )
  const keys = [...new Set(changes.map(keyOfChange))]
  const present = new Map<string, Stored>()
  for (const record of await at.records(keys)) if (record) present.set(keyOf(record), record)
  await carryOut(at, planPage(changes, present, buckets, await salvaging(at, now)))
}

/** Begins to read buckets anew: `reset`, or all of them on a new epoch. */
export async function begin(at: Writing, reset: readonly string[]): Promise<void> {
  if (reset.length) await at.putBuckets(resetBuckets(byName(await at.buckets()), reset))
}

/** Forgets buckets to which access is gone, and what no other bucket holds. */
export async function applyDrop(at: Writing, drop: readonly string[]): Promise<void> {
  if (!drop.length) return
  const named = new Set(drop)
  const buckets = (await at.buckets()).filter((bucket) => named.has(bucket.name))
  const dropped = new Set(buckets.map((bucket) => bucket.id))
  if (dropped.size) await eachStretch(at, (records) => carryOut(at, planDrop(records, dropped)))
  await forgetBuckets(at, buckets)
  // Ops on these sites' records not before everything is read: what was decided a moment ago may come by another bucket.
  const sites = new Set([...((await at.meta('dropped')) ?? []), ...drop.map(siteOf)])
  await at.setMeta({ dropped: [...sites] })
}

/** Everything that there is has been read. */
export async function finish(at: Writing, now: number): Promise<void> {
  await complete(at, now)
  await at.putOps(uncovered(await at.opsOver()))
  for (const site of (await at.meta('dropped')) ?? []) await forgetUnheld(at, site)
  if (!(await at.meta('first_at'))) {
    await at.setMeta({ first_at: now, first_ms: now - ((await at.meta('began')) ?? now) })
  }
  await at.setMeta({ dropped: undefined, salvaging: undefined })
  if (now - ((await at.meta('tidied')) ?? 0) >= DAY) await tidy(at, now)
}

/** Buckets are fully read; what a reset did not send again goes, and sums are due. */
async function complete(at: Writing, now: number): Promise<void> {
  const buckets = await at.buckets()
  const again = new Map(
    buckets.filter((bucket) => bucket.state === 'again').map((bucket) => [bucket.id, bucket]),
  )
  if (again.size) {
    const known = byName(buckets)
    const saving = await salvaging(at, now)
    const silent = new Map(again)
    await eachStretch(at, (records) => {
      for (const { members } of records)
        for (const [id, , gen] of members) if (silent.get(id)?.gen === gen) silent.delete(id)
      return carryOut(at, planComplete(records, known, saving))
    })
    // Empty, or no longer ours: after a restore nobody says which.
    await forgetBuckets(at, [...silent.values()])
    await at.setMeta({ have_at: undefined })
    for (const id of silent.keys()) again.delete(id)
  }
  const first = buckets.filter((bucket) => bucket.state === 'first')
  await at.putBuckets([...first, ...again.values()].map((bucket) => ({ ...bucket, state: 'full' })))
}

/** Forgets buckets, and what was saved of them alone. */
async function forgetBuckets(at: Writing, buckets: readonly Bucket[]): Promise<void> {
  const names = new Set(buckets.map((bucket) => bucket.name))
  await at.forgetBuckets(buckets.map((bucket) => bucket.id))
  const kept = (await at.salvaged()).map((row) => ({
    ...row,
    buckets: row.buckets.filter((name) => !names.has(name)),
  }))
  await at.putSalvaged(kept.filter((row) => row.buckets.length))
  await at.forgetSalvaged(kept.filter((row) => !row.buckets.length).map((row) => row.record))
}

/** Forgets decided ops on records that are no longer here, after access to a bucket has gone. */
async function forgetUnheld(at: Writing, site: string): Promise<void> {
  const decided = (await at.opsIn(DECIDED)).filter((row) => row.site === site)
  const records = await at.records(decided.map((row) => row.record))
  await at.forgetOps(decided.filter((_, index) => !records[index]?.doc))
}

/** Forgets what was decided, or saved, longer ago than a restored server could want it back. */
async function tidy(at: Writing, now: number): Promise<void> {
  const before = now - ((await at.meta('keep_days')) ?? KEEP_DAYS) * DAY
  const old = (await at.opsIn(DECIDED)).filter((row) => row.over === null && (row.decided ?? now) < before)
  await at.forgetOps(old)
  const saved = (await at.salvaged()).filter((row) => row.found < before)
  await at.forgetSalvaged(saved.map((row) => row.record))
  await at.setMeta({ tidied: now })
}

async function bucketsWith(at: Writing, names: readonly string[]): Promise<Buckets> {
  const held = await at.buckets()
  const fresh = newBuckets(byName(held), names)
  if (fresh.length) await at.putBuckets(fresh)
  return byName([...held, ...fresh])
}

async function salvaging(at: Reading, now: number): Promise<{ now: number } | null> {
  return (await at.meta('salvaging')) ? { now } : null
}

async function carryOut(at: Writing, plan: Plan): Promise<void> {
  if (plan.put.length) await at.putRecords(plan.put)
  if (plan.forget.length) await at.forgetRecords(plan.forget)
  if (plan.salvage.length) await at.putSalvaged(plan.salvage)
}
