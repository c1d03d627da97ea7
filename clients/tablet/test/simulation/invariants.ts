/** What must be true when nothing moves any more (design §8). */
import { Sums } from '@/engine/have'
import { keyOf } from '@/engine/places'
import type { OpRow, Stored } from '@/store/port'
import type { Tablet } from './tablet'
import type { World } from './world'

export async function check(world: World): Promise<void> {
  const kept = new Set<string>()
  for (const tablet of world.tablets)
    for (const row of await holdsWhatHeMaySee(world, tablet)) kept.add(row.op)
  for (const [op, { user, site }] of world.typed) {
    const outcome = world.server.outcome(user, site, op)
    // A restore may lose what nobody keeps any more, because access to it has gone.
    if (!outcome && !kept.has(op) && world.server.decided.has(op)) continue
    must(outcome, `${op} has no outcome`)
    must(world.server.effectsOf(op) <= 1, `${op} was carried out ${world.server.effectsOf(op)} times`)
  }
}

export function noMismatch(world: World): void {
  must(!world.server.mismatches.length, `self-checks failed: ${world.server.mismatches.join('; ')}`)
}

/** Checks a tablet; returns its ops. */
async function holdsWhatHeMaySee(world: World, tablet: Tablet): Promise<OpRow[]> {
  const store = tablet.tab()
  const records: Stored[] = await store.read((at) => at.stretch({ first: '', end: '\uffff' }, 1e6))
  const buckets = await store.read((at) => at.buckets())
  const visible = world.server.visible(tablet.user)
  const names = new Map(buckets.map((bucket) => [bucket.id, bucket.name]))
  const here = new Map<string, Map<string, number>>()
  for (const record of records) {
    must(record.members.length, `${keyOf(record)} lies in no bucket`)
    must(record.view === undefined, `something still lies over ${keyOf(record)}`)
    for (const [bucket, h] of record.members) {
      const name = names.get(bucket) ?? 'unknown'
      here.set(name, (here.get(name) ?? new Map()).set(keyOf(record), h))
    }
  }
  for (const name of new Set([...visible.keys(), ...here.keys(), ...names.values()])) {
    must(visible.has(name), `${name} may not be kept`)
    const right = new Map([...(visible.get(name) ?? [])].map(([key, { h }]) => [key, h]))
    same(here.get(name) ?? new Map(), right, name)
  }
  for (const record of records) {
    const doc = [...visible.values()].map((rows) => rows.get(keyOf(record))?.doc).find(Boolean)
    must(JSON.stringify(record.doc) === JSON.stringify(doc), `${keyOf(record)} is another here`)
  }
  const sums = new Sums()
  sums.add(records)
  for (const [name, [count]] of Object.entries(sums.of(buckets)))
    must(count === (visible.get(name)?.size ?? 0), `count of ${name}`)
  for (const row of await store.read((at) => at.salvaged())) {
    must(
      row.buckets.some((name) => visible.has(name)),
      `${row.record} was saved but may not be seen`,
    )
  }
  const ops = await store.read((at) => at.opsIn(['waiting', 'sent', 'held', 'applied', 'merged', 'rejected']))
  for (const row of ops) {
    const status = world.server.outcome(tablet.user, row.site, row.op)?.status
    must(row.state === status, `${row.op} is ${row.state} here, ${status} there`)
    must(row.over === null, `${row.op} still lies over its record`)
  }
  await hasNoGaps(world, tablet)
  return ops
}

async function hasNoGaps(world: World, tablet: Tablet): Promise<void> {
  const store = tablet.tab()
  const replica = (await store.read((at) => at.meta('replica'))) ?? ''
  for (const log of await store.read((at) => at.logs(replica))) {
    const there = world.server.logOf(replica, log.site)
    must(
      log.next - 1 === there && log.acked === there,
      `log ends at ${log.next - 1}/${log.acked} here, ${there} there`,
    )
  }
}

function same(here: ReadonlyMap<string, number>, right: ReadonlyMap<string, number>, name: string): void {
  const missing = [...right.keys()].filter((key) => !here.has(key))
  const beyond = [...here.keys()].filter((key) => !right.has(key))
  const other = [...right].filter(([key, h]) => here.has(key) && here.get(key) !== h).map(([key]) => key)
  must(
    !missing.length && !beyond.length && !other.length,
    `${name}: missing ${missing}, too much ${beyond}, other ${other}`,
  )
}

function must(truth: unknown, otherwise: string): void {
  if (!truth) throw new Error(otherwise)
}
