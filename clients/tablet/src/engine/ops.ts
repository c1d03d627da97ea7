import { MAX_BODY, MAX_GROUP_BYTES, MAX_GROUP_OPS, MAX_OP, MAX_OPS, type Op } from '@/protocol/wire'
import type { Body, Place } from './places'

/** An op without its `n`, which the log gives it and a fork may change (protocol §3.1). */
export type Made = Omit<Op, 'n'>

/** What a write says; the rest of the op is the same for all. */
export interface Deed extends Place {
  readonly kind: Op['kind']
  readonly set?: Body
  readonly act?: string
  readonly args?: Body
}

/** How the record looked to the user when he wrote. */
export interface Sight {
  readonly seen: Body | null
  readonly seq: number
}

/** Returns an op (protocol §3.1): `was` and `base` are what the user saw; `at` ms since 1970, `v` the entity's version. */
export function make(
  deed: Deed,
  sight: Sight,
  by: { id: string; at: number; v: number; group?: string },
): Made {
  const set = deed.set ?? {}
  const was =
    deed.kind === 'create'
      ? {}
      : Object.fromEntries(Object.keys(set).map((name) => [name, sight.seen?.[name] ?? null]))
  return {
    op: by.id,
    site: deed.site,
    entity: deed.entity,
    record: deed.id,
    kind: deed.kind,
    at: new Date(by.at).toISOString(),
    v: by.v,
    ...(by.group === undefined ? {} : { group: by.group }),
    ...(deed.act === undefined ? {} : { act: deed.act }),
    ...(Object.keys(set).length ? { set, was } : {}),
    ...(deed.args && Object.keys(deed.args).length ? { args: deed.args } : {}),
    ...(deed.kind !== 'create' && sight.seq ? { base: sight.seq } : {}),
  }
}

/** Bytes of a value's JSON in UTF-8. */
export function sizeOf(value: unknown): number {
  const text = JSON.stringify(value)
  let size = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0x80) size += unit >= 0x800 && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1
  }
  return size
}

/** Why no server takes these ops together, or null (protocol §3.1). */
export function misfit(ops: readonly Made[]): 'too_large' | 'group_too_large' | 'group_sites' | null {
  const sizes = ops.map(sizeOf)
  if (sizes.some((size) => size + N_BYTES > MAX_OP)) return 'too_large'
  if (ops.length < 2) return null
  if (new Set(ops.map((op) => op.site)).size > 1) return 'group_sites'
  const whole = sizes.reduce((sum, size) => sum + size + N_BYTES, 0)
  return ops.length > MAX_GROUP_OPS || whole > MAX_GROUP_BYTES ? 'group_too_large' : null
}

/** Room for `"n":…,` and the comma behind an op. */
const N_BYTES = 32
/** Room in a request for all that is not ops. `have` and `health` never stand beside more than this. */
const REQUEST_BYTES = 8192

/** What of an op its place in a push depends on. */
export interface Queued {
  readonly site: string
  readonly n: number
  readonly size: number
  readonly body: Made
}

/**
 * Chooses what one request sends: log order per site, whole groups, within the limits (protocol §3.1).
 *
 * `turn` rotates the sites, so that one which cannot commit now starves no other. Each `shrink` halves the limits (after
 * a 413), between groups; a lone group goes whatever its size.
 */
export function choose<T extends Queued>(queue: readonly T[], turn: number, shrink: number): T[] {
  const most = Math.max(1, MAX_OPS >> shrink)
  let room = Math.max(1, (MAX_BODY - REQUEST_BYTES) >> shrink)
  const logs = [...bySite(queue).values()]
  const first = turn % Math.max(1, logs.length)
  const chosen: T[] = []
  for (const log of [...logs.slice(first), ...logs.slice(0, first)]) {
    for (const group of groupsOf(log.sort((a, b) => a.n - b.n))) {
      const size = group.reduce((sum, op) => sum + op.size + N_BYTES, 0)
      if (chosen.length && (chosen.length + group.length > most || size > room)) break
      room -= size
      chosen.push(...group)
    }
  }
  return chosen
}

/** Splits a log into what must go together: consecutive ops of one group. */
export function groupsOf<T extends Queued>(log: readonly T[]): T[][] {
  const groups: T[][] = []
  let last: T | undefined
  for (const op of log) {
    const together = last?.body.group != null && last.body.group === op.body.group
    if (together) groups.at(-1)?.push(op)
    else groups.push([op])
    last = op
  }
  return groups
}

/** Splits ops by site; each log keeps its order. */
export function bySite<T extends { readonly site: string }>(ops: readonly T[]): Map<string, T[]> {
  const logs = new Map<string, T[]>()
  for (const op of ops) {
    const log = logs.get(op.site)
    if (log) log.push(op)
    else logs.set(op.site, [op])
  }
  return logs
}

/** An op as it is sent. */
export const onTheWire = ({ n, body }: { n: number; body: Made }): Op => ({ n, ...body })

/** An op's content whatever the order of its keys: two of the same `n` with another digest are a fork (protocol §3.1). */
export const digest = (op: Op | Made): string => JSON.stringify(sorted(op))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, of]) => [name, sorted(of)]),
  )
}
