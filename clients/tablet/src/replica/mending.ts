/** When server and replica do not agree on a log: gaps, forks, restored servers (protocol §3.1, §3.8). */
import type { Asked, Problem, Said } from '@/engine/answers'
import { carriedOver, DECIDED, OPEN, rewound, toSendAgain } from '@/engine/log'
import { bySite } from '@/engine/ops'
import type { Store, Writing } from '@/store/port'
import { begin } from './feed'

/**
 * Goes on under a new replica id with new logs; unsent ops come along under their old `op` (protocol §3.1). A database
 * that has no name yet gets its first.
 */
export function fork(store: Store, replica: string): Promise<void> {
  return store.write(async (at) => {
    const old = await at.meta('replica')
    if (old === replica) return
    const logs = old === undefined ? [] : await at.logs(old)
    const carried = carriedOver(await at.opsIn(OPEN), replica)
    await at.putOps(carried.ops)
    await at.forgetLogs(logs)
    await at.putLogs(carried.logs)
    await at.setMeta({ replica, fork: undefined, shrink: undefined })
  })
}

/** The server was restored from a backup: give it again what it forgot, read everything anew (protocol §3.8). */
export async function beginEpoch(at: Writing, asked: Asked, said: Said): Promise<void> {
  const names = (await at.buckets()).map((bucket) => bucket.name)
  await begin(at, names)
  const { replica } = asked.request
  const strays = bySite((await at.opsIn(DECIDED)).filter((row) => row.replica !== replica))
  const logs = new Map((await at.logs(replica)).map((log) => [log.site, log]))
  for (const site of new Set([...logs.keys(), ...strays.keys()])) {
    const log = logs.get(site) ?? { replica, site, next: 1, sent: 0, acked: 0, mended: null }
    const acked = said.acked[site] ?? 0
    const again = rewound(log, acked, await at.opsFrom(replica, site, 1), strays.get(site) ?? [])
    await at.putOps(again.ops)
    await at.putLogs([again.log])
  }
  await at.setMeta({ taken: asked.turn, epoch: said.epoch, cursor: undefined, whole: false, salvaging: true })
}

/** Fills a gap that the server sees in a log; tells whether we could. The same gap twice cannot be filled. */
export async function mend(
  at: Writing,
  replica: string,
  { site = '', expected = 0 }: Problem,
): Promise<boolean> {
  const log = (await at.logs(replica)).find((each) => each.site === site)
  if (!log || log.mended === expected || expected < 1) return false
  const kept = await at.opsFrom(replica, site, expected)
  if (!kept.length || kept.length !== log.next - expected) return false
  await at.putOps(toSendAgain(kept))
  await at.putLogs([{ ...log, acked: expected - 1, mended: expected }])
  return true
}
