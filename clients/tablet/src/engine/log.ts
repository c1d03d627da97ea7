/** What becomes of the ops of a log (protocol §3.1, §3.2, §3.8): rows in, changed rows out. */
import type { Result } from '@/protocol/wire'
import { bySite } from './ops'
import type { Log, OpRow, OpState, Stored } from './rows'

export const OUTBOX: readonly OpState[] = ['waiting', 'sent']
/** Ops whose end has not come. */
export const OPEN: readonly OpState[] = ['waiting', 'sent', 'held']
export const DECIDED: readonly OpState[] = ['applied', 'merged', 'rejected']

export const isOpen = (op: OpRow): boolean => OPEN.includes(op.state)

/**
 * Takes results in: an op leaves the outbox only here, on a result that bears its id. A status that this version does
 * not know leaves the op where it is. `rows` are the open ops.
 */
export function settle(rows: readonly OpRow[], results: readonly Result[], now: number): OpRow[] {
  const said = new Map(results.map((result) => [`${result.site} ${result.op}`, result]))
  return rows.flatMap((row): OpRow[] => {
    const result = said.get(`${row.site} ${row.op}`)
    if (!result || !isOpen(row)) return []
    if (result.status === 'held') return [{ ...row, state: 'held', result, decided: null }]
    return DECIDED.includes(result.status) ? [{ ...row, state: result.status, result, decided: now }] : []
  })
}

/** Notes ops as sent, and how far their logs were sent, before they are (protocol §3.1). */
export function sent(ops: readonly OpRow[], logs: readonly Log[]): { ops: OpRow[]; logs: Log[] } {
  const highest = new Map(
    [...bySite(ops)].map(([site, rows]) => [site, Math.max(...rows.map((row) => row.n))]),
  )
  return {
    ops: ops.filter((op) => op.state === 'waiting').map((op) => ({ ...op, state: 'sent' })),
    logs: logs.flatMap((log) => {
      const n = highest.get(log.site) ?? 0
      return n > log.sent ? [{ ...log, sent: n }] : []
    }),
  }
}

/** Returns ops to the outbox: a restored server has forgotten them, or a log has a gap. */
export function toSendAgain(rows: readonly OpRow[]): OpRow[] {
  const decided = rows.filter((row) => !OUTBOX.includes(row.state))
  return decided.map((row) => ({ ...row, state: 'waiting', over: row.record, decided: null, result: null }))
}

/** Takes decided ops out of the overlay: the server's rows now say it (protocol §3.5). */
export const uncovered = (over: readonly OpRow[]): OpRow[] =>
  over.filter((row) => !isOpen(row)).map((row) => ({ ...row, over: null }))

/** Tells whether the server has ops under our name that we never sent: our database was cloned or restored. */
export function isAhead(logs: readonly Log[], acked: Readonly<Record<string, number>>): boolean {
  const known = new Map(logs.map((log) => [log.site, log.sent]))
  return Object.entries(acked).some(([site, n]) => n > (known.get(site) ?? 0))
}

/** Keeps how far the server has got in each log. */
export const noteAcked = (logs: readonly Log[], acked: Readonly<Record<string, number>>): Log[] =>
  logs.flatMap((log) => {
    const n = acked[log.site]
    return n === undefined || (n === log.acked && log.mended === null)
      ? []
      : [{ ...log, acked: n, mended: null }]
  })

/** Held ops whose review item is not here: with the site's buckets gone, only a repeat's answer tells of their end. */
export function unheard(held: readonly OpRow[], reviews: readonly (Stored | undefined)[]): OpRow[] {
  return held.filter((row, index) => row.result?.review !== undefined && !reviews[index]?.doc)
}

/**
 * Sends a log again to a restored server (protocol §3.8). Up to its `acked` these are repeats, whose answers tell what
 * became of them there; the rest, with `strays` that were sent under an id given up since, is numbered anew. Each keeps
 * its `op`, so that none counts twice.
 */
export function rewound(
  log: Log,
  acked: number,
  kept: readonly OpRow[],
  strays: readonly OpRow[],
): { ops: OpRow[]; log: Log } {
  const again = (rows: readonly OpRow[]): OpRow[] =>
    rows.filter((row) => OUTBOX.includes(row.state)).concat(toSendAgain(rows))
  const forgotten = again([...strays, ...kept.filter((row) => row.n > acked)]).sort((a, b) => a.i - b.i)
  const ops = forgotten.map((row, index) => ({ ...row, replica: log.replica, n: acked + 1 + index }))
  const repeats = toSendAgain(kept.filter((row) => row.n <= acked))
  return { ops: [...repeats, ...ops], log: { ...log, acked, next: acked + 1 + ops.length, mended: null } }
}

/** Moves what a forked replica has not heard the end of into the logs of its new id: same `op`, new `n` (protocol §3.1). */
export function carriedOver(open: readonly OpRow[], replica: string): { ops: OpRow[]; logs: Log[] } {
  const ops: OpRow[] = []
  const logs: Log[] = []
  for (const [site, rows] of bySite(open)) {
    rows.forEach((row, index) => void ops.push({ ...row, replica, n: index + 1, state: 'waiting' }))
    logs.push({ replica, site, next: rows.length + 1, sent: 0, acked: 0, mended: null })
  }
  return { ops, logs }
}
