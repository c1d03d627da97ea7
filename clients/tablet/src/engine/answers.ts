/** What an answer of the server means, before anything of it is taken in (protocol §3, §5). Pure. */
import type { Result, SyncRequest, SyncResponse } from '@/protocol/wire'
import { DECIDED, isAhead } from './log'
import type { Log, OpRow, Stored } from './rows'

/** A request under way. `turn` counts requests of this database: an answer older than one absorbed is void. */
export interface Asked {
  readonly request: SyncRequest
  readonly turn: number
  /** Ops only, as a dead token or a push token may (protocol §5). */
  readonly opsOnly: boolean
}

/** An answer, or what only tells of ops. */
export type Said = Pick<SyncResponse, 'acked' | 'results'> & Partial<SyncResponse>

/** What came of an answer. */
export interface Taken {
  /** `late`: it changed nothing. `clone`: another database bears our replica's name. `epoch`: the server was restored. */
  readonly as: 'late' | 'clone' | 'epoch' | 'fresh'
  /** Ask again at once. */
  readonly more: boolean
  readonly results: readonly Result[]
  /** Held ops whose end a review item tells. */
  readonly decided: readonly Result[]
  readonly changes: number
  readonly dropped: readonly string[]
  readonly reset: readonly string[]
  /** The manifest's hash at the server, null where it was not told. */
  readonly manifest: string | null
  /** The server's clock minus ours, ms. */
  readonly offset: number
  /** Ops still unsent or unanswered. */
  readonly outbox: number
}

/** What a replica knows of itself. */
export interface Head {
  readonly replica: string | undefined
  readonly fork: boolean
  readonly cursor: string | null
  readonly taken: number
  readonly epoch: string | undefined
}

/** Judges an answer: everything of it counts, or nothing (protocol §3.5, §3.8). */
export function judge(head: Head, logs: readonly Log[], asked: Asked, said: Said): Taken['as'] {
  const late =
    head.replica !== asked.request.replica ||
    head.fork ||
    asked.turn <= head.taken ||
    ((asked.request.cursor ?? null) !== head.cursor && !tellsOpsOnly(asked, said))
  if (late) return 'late'
  if (said.epoch && head.epoch && said.epoch !== head.epoch) return 'epoch'
  return isAhead(logs, said.acked) ? 'clone' : 'fresh'
}

export const tellsOpsOnly = (asked: Asked, said: Said): boolean => asked.opsOnly || said.cursor === undefined

/**
 * Returns what has been decided meanwhile: held ops are decided through their review item (protocol §3.2). `reviews` are
 * the stored records of these items, in the order of `held`.
 */
export function decisions(held: readonly OpRow[], reviews: readonly (Stored | undefined)[]): Result[] {
  return held.flatMap((row, index) => {
    const review = reviews[index]
    const items = review?.doc?.items
    const item = Array.isArray(items)
      ? (items as Partial<Result>[]).find(({ op }) => op === row.op)
      : undefined
    if (!review || !item?.status || !DECIDED.includes(item.status)) return []
    const { status, code, message } = item
    const about = { ...(code ? { code } : {}), ...(message ? { message } : {}) }
    return [{ site: row.site, n: row.n, op: row.op, status, review: review.id, ...about }]
  })
}

/** A problem document (RFC 9457) with our stable code. */
export interface Problem {
  readonly status: number
  readonly code: string
  readonly title?: string
  readonly detail?: string
  readonly site?: string
  readonly expected?: number
  readonly wipe?: boolean
  readonly at_once?: boolean
  /** The server's `Retry-After`, ms. */
  readonly retryAfter?: number
}

/** What to do after a problem (protocol §3.1, §5). */
export type Step =
  | { readonly do: 'ask again' }
  | { readonly do: 'fork' }
  | { readonly do: 'log in' }
  | { readonly do: 'wipe'; readonly atOnce: boolean }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'tell' }

const LATER = [429, 502, 503, 504]
/** 500 ops halved nine times is one. */
export const MOST_SHRINK = 9
const LITTLE_WHILE = 2_000

/** Decides on a problem. `mended`: the gap that it names was filled; `shrink`: how often pushes were halved so far. */
export function stepAfter(problem: Problem, asked: Asked, shrink: number, mended: boolean): Step {
  const { code, status } = problem
  if (code === 'log_gap' && mended) return { do: 'ask again' }
  if (code === 'log_gap' || code === 'log_forked') return { do: 'fork' }
  if (status === 413 && (asked.request.ops?.length ?? 0) > 1 && shrink < MOST_SHRINK)
    return { do: 'ask again' }
  if (code === 'device_revoked' && problem.wipe) return { do: 'wipe', atOnce: problem.at_once ?? false }
  if (status === 401) return { do: 'log in' }
  return LATER.includes(status) ? { do: 'wait', ms: problem.retryAfter ?? LITTLE_WHILE } : { do: 'tell' }
}
