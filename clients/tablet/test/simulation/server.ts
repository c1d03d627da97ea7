/**
 * A model of the server: small enough to be seen through, and true to protocol.md where a client can tell. Everything
 * lies in plain fields, so that a structured clone is a backup.
 */
import type { Problem, Said } from '@/engine/answers'
import { digest } from '@/engine/ops'
import type { Body } from '@/engine/places'
import type { FeedChange, Op, Result, SyncRequest } from '@/protocol/wire'

export const HOUSE = '01900000-0000-7000-8000-000000000001'
export const MALL = '01900000-0000-7000-8000-000000000002'
export const ZONES = ['east', 'west']

/** The buckets that a right opens. */
export const STREAMS = [HOUSE, MALL].flatMap((site) => [
  ...ZONES.map((zone) => `${site}/tickets/${zone}`),
  `${site}/desk`,
])

interface Row {
  readonly s: number
  readonly e: string
  readonly r: string
  /** Undefined: it has left this bucket. */
  readonly d: Body | null | undefined
  readonly h: number
}

interface State {
  epoch: string
  /** site → highest seq */
  seqs: Map<string, number>
  /** bucket → record → row */
  feed: Map<string, Map<string, Row>>
  /** replica and site → digests by n */
  logs: Map<string, string[]>
  /** user, site and op → outcome */
  ledger: Map<string, Result>
  held: Map<string, { op: Op; user: string }>
  made: number
  /** op → how often it was carried out */
  effects: Map<string, number>
}

export class Server {
  private state: State = {
    epoch: 'epoch-0',
    seqs: new Map(),
    feed: new Map(),
    logs: new Map(),
    ledger: new Map(),
    held: new Map(),
    made: 0,
    effects: new Map(),
  }
  /** Rights and replicas are kept elsewhere and outlive a restore. */
  readonly grants = new Map<string, Set<string>>()
  readonly replicas = new Map<string, string>()
  /** Entities whose ops cannot be judged for the moment. */
  readonly off = new Set<string>()
  /** Ops that were ever decided: a replica may forget them. */
  readonly decided = new Set<string>()
  /** Replica and bucket, reset once already for a mismatch; mismatches since. */
  private readonly healed = new Set<string>()
  mismatches: string[] = []
  most = 500
  private names = 0

  get epoch(): string {
    return this.state.epoch
  }

  backup(): unknown {
    return structuredClone(this.state)
  }

  restore(backup: unknown): void {
    this.names += 1
    this.state = { ...(structuredClone(backup) as State), epoch: `epoch-${this.names}` }
  }

  enter(user: string): string {
    this.names += 1
    const replica = `0190ffff-0000-7000-8000-${String(this.names).padStart(12, '0')}`
    this.replicas.set(replica, user)
    return replica
  }

  /** `POST /sync`; `now` is the server's clock. */
  sync(asked: SyncRequest, now: number, opsOnly = false): { said: Said } | { problem: Problem } {
    const user = this.replicas.get(asked.replica) ?? ''
    const ops = asked.ops ?? []
    if (ops.length > this.most) return { problem: { status: 413, code: 'too_large' } }
    const problem = this.checkLogs(asked.replica, ops)
    if (problem) return { problem }
    const results = ops.map((op) => this.receive(op, asked.replica, user))
    const acked: Record<string, number> = {}
    for (const [key, log] of this.state.logs)
      if (key.startsWith(asked.replica) && log.length) acked[key.slice(37)] = log.length
    if (opsOnly) return { said: { acked, results } }
    const about = { manifest: 'm1', epoch: this.state.epoch, now: new Date(now).toISOString() }
    return { said: { acked, results, ...about, ...this.page(asked, user) } }
  }

  /** Writes a record as somebody at the desk does. */
  write(site: string, entity: string, id: string, doc: Body | null): void {
    this.put(site, this.seq(site), entity, id, doc)
  }

  /** Decides whatever is held of entities that can be judged again. */
  sweep(): void {
    for (const [key, { op, user }] of [...this.state.held]) {
      if (this.off.has(op.entity)) continue
      this.state.held.delete(key)
      const outcome = this.apply(op)
      this.state.ledger.set(key, { ...outcome, ...this.note(op, user, outcome) })
    }
  }

  get holding(): number {
    return this.state.held.size
  }

  /** What became of an op. */
  outcome(user: string, site: string, op: string): Result | undefined {
    return this.state.ledger.get(`${user} ${site} ${op}`)
  }

  effectsOf(op: string): number {
    return this.state.effects.get(op) ?? 0
  }

  logOf(replica: string, site: string): number {
    return this.state.logs.get(`${replica} ${site}`)?.length ?? 0
  }

  /** What a user may hold now: bucket → record → doc and checksum. */
  visible(user: string): Map<string, Map<string, { doc: Body; h: number }>> {
    return new Map(
      this.granted(user).map((bucket) => {
        const rows = [...(this.state.feed.get(bucket) ?? [])].flatMap(([key, { d, h }]) =>
          d ? [[key, { doc: d, h }] as const] : [],
        )
        return [bucket, new Map(rows)]
      }),
    )
  }

  /** All ids of an entity's records at a site. */
  ids(site: string, entity: string): string[] {
    const rows = [...this.state.feed]
      .filter(([bucket]) => bucket.startsWith(site))
      .flatMap(([, rows]) => [...rows.values()])
    return [...new Set(rows.filter((row) => row.e === entity && row.d).map((row) => row.r))]
  }

  granted(user: string): string[] {
    const streams = [...(this.grants.get(user) ?? [])].sort()
    return [...streams, ...new Set(streams.map((name) => `${name.slice(0, 36)}/reviews/${user}`))]
  }

  private checkLogs(replica: string, ops: readonly Op[]): Problem | null {
    const heads = new Map<string, number>()
    for (const op of ops) {
      const log = this.state.logs.get(`${replica} ${op.site}`) ?? []
      const known = log[op.n - 1]
      if (known !== undefined && known !== digest(op))
        return { status: 409, code: 'log_forked', site: op.site }
      const head = heads.get(op.site) ?? log.length
      if (op.n > head + 1) return { status: 409, code: 'log_gap', site: op.site, expected: log.length + 1 }
      heads.set(op.site, Math.max(head, op.n))
    }
    return null
  }

  private receive(op: Op, replica: string, user: string): Result {
    const log = this.state.logs.get(`${replica} ${op.site}`) ?? []
    this.state.logs.set(`${replica} ${op.site}`, log)
    log[op.n - 1] = digest(op)
    const key = `${user} ${op.site} ${op.op}`
    const known = this.state.ledger.get(key) ?? this.judge(op, user, key)
    this.state.ledger.set(key, known)
    return { ...known, n: op.n }
  }

  private judge(op: Op, user: string, key: string): Result {
    const said = { site: op.site, n: op.n, op: op.op }
    if (!this.granted(user).some((bucket) => bucket.startsWith(op.site))) {
      this.decided.add(op.op)
      return { ...said, status: 'rejected', code: 'forbidden' }
    }
    const waits = [...this.state.held.values()].some((held) => held.op.record === op.record)
    if (this.off.has(op.entity) || waits) {
      this.state.held.set(key, { op, user })
      const outcome: Result = { ...said, status: 'held', code: 'plugin_off' }
      return { ...outcome, ...this.note(op, user, outcome) }
    }
    const outcome = this.apply(op)
    return outcome.status === 'applied' ? outcome : { ...outcome, ...this.note(op, user, outcome) }
  }

  private apply(op: Op): Result {
    const said = { site: op.site, n: op.n, op: op.op }
    this.state.effects.set(op.op, this.effectsOf(op.op) + 1)
    this.decided.add(op.op)
    const doc = this.doc(op.site, op.entity, op.record)
    if (op.kind === 'create') {
      if (doc) return { ...said, status: 'rejected', code: 'duplicate_key' }
      const seq = this.put(op.site, this.seq(op.site), op.entity, op.record, { ...op.set })
      return { ...said, status: 'applied', seq }
    }
    if (!doc) return { ...said, status: 'rejected', code: 'gone' }
    if (op.kind === 'delete')
      return {
        ...said,
        status: 'applied',
        seq: this.put(op.site, this.seq(op.site), op.entity, op.record, null),
      }
    const next: Record<string, unknown> = { ...doc }
    const fields: string[] = []
    for (const [name, value] of Object.entries(op.set ?? {})) {
      const current = doc[name] ?? null
      if (current === (op.was?.[name] ?? null)) next[name] = value
      else if (current !== value) fields.push(name)
    }
    const seq = this.put(op.site, this.seq(op.site), op.entity, op.record, next)
    return fields.length ? { ...said, status: 'merged', seq, fields } : { ...said, status: 'applied', seq }
  }

  /** Writes the op's review item; a held one's tells its author how it was decided. */
  private note(op: Op, user: string, { status, code }: Result): { review: string } {
    this.state.made += 1
    const review = `0190eeee-${op.op.slice(9)}`
    const items = [{ op: op.op, status, ...(code ? { code } : {}) }]
    this.put(op.site, this.seq(op.site), 'review', review, { author: user, items })
    return { review }
  }

  private seq(site: string): number {
    const seq = (this.state.seqs.get(site) ?? 0) + 1
    this.state.seqs.set(site, seq)
    return seq
  }

  private doc(site: string, entity: string, id: string): Body | null {
    for (const [bucket, rows] of this.state.feed) {
      const row = bucket.startsWith(site) ? rows.get(`${entity}|${site}|${id}`) : undefined
      if (row?.d) return row.d
    }
    return null
  }

  private put(site: string, s: number, e: string, r: string, doc: Body | null): number {
    const key = `${e}|${site}|${r}`
    const into = new Set(doc ? bucketsOf(site, e, doc) : [])
    for (const [bucket, rows] of this.state.feed) {
      const row = rows.get(key)
      if (!bucket.startsWith(site) || into.has(bucket) || !row?.d) continue
      rows.set(key, { s, e, r, d: doc === null ? null : undefined, h: 0 })
    }
    for (const bucket of into) {
      const rows = this.state.feed.get(bucket) ?? new Map<string, Row>()
      this.state.feed.set(bucket, rows.set(key, { s, e, r, d: doc, h: checksum(JSON.stringify([key, doc])) }))
    }
    return s
  }

  private page(
    asked: SyncRequest,
    user: string,
  ): Pick<Said, 'changes' | 'cursor' | 'more' | 'drop' | 'reset'> {
    const granted = this.granted(user)
    const [epoch, at] = readCursor(asked.cursor ?? null)
    const void_ = epoch !== null && epoch !== this.state.epoch
    const reset = new Set(void_ ? granted : this.mismatched(asked, granted, at))
    const from = new Map(granted.map((bucket) => [bucket, reset.has(bucket) ? 0 : (at.get(bucket) ?? 0)]))
    const news = granted.flatMap((b) =>
      [...(this.state.feed.get(b)?.values() ?? [])].map((row) => ({ b, ...row })),
    )
    const unseen = news
      .filter((row) => row.s > (from.get(row.b) ?? 0))
      .sort((a, b) => a.s - b.s || (a.b < b.b ? -1 : 1))
    const end = pageEnd(unseen, asked.limit ?? 2000)
    const left = unseen.slice(end)
    const to = granted.map((bucket): [string, number] => {
      const site = bucket.slice(0, 36)
      const first = left.find((row) => row.b.startsWith(site))
      const upTo = first ? first.s - 1 : (this.state.seqs.get(site) ?? 0)
      return [bucket, Math.max(from.get(bucket) ?? 0, upTo)]
    })
    return {
      changes: unseen.slice(0, end).map(changeOf),
      cursor: JSON.stringify([this.state.epoch, to]),
      more: left.length > 0,
      drop: [...at.keys()].filter((bucket) => !granted.includes(bucket)),
      reset: [...reset],
    }
  }

  private mismatched(
    asked: SyncRequest,
    granted: readonly string[],
    at: ReadonlyMap<string, number>,
  ): string[] {
    return Object.entries(asked.have ?? {}).flatMap(([bucket, [count, sum]]) => {
      const rows = [...(this.state.feed.get(bucket)?.values() ?? [])]
      const known = granted.includes(bucket) && rows.every((row) => row.s <= (at.get(bucket) ?? 0))
      const here = rows.filter((row) => row.d)
      const total = here.reduce((all, row) => (all + row.h) >>> 0, 0)
      if (!known || (count === here.length && sum === total)) return []
      this.mismatches.push(`${asked.replica} ${bucket}: ${count}/${sum}, not ${here.length}/${total}`)
      if (this.healed.has(`${asked.replica} ${bucket}`)) return []
      this.healed.add(`${asked.replica} ${bucket}`)
      return [bucket]
    })
  }
}

function bucketsOf(site: string, entity: string, doc: Body): string[] {
  if (entity === 'review') return [`${site}/reviews/${String(doc['author'])}`]
  const zone = `${site}/tickets/${String(doc['zone'] ?? ZONES[0])}`
  return doc['urgent'] ? [zone, `${site}/desk`] : [zone]
}

function changeOf({ b, s, e, r, d, h }: Row & { b: string }): FeedChange {
  return d === undefined ? { b, s, e, r, x: 'left' } : d === null ? { b, s, e, r, d } : { b, s, e, r, h, d }
}

/** A page never splits a seq. */
function pageEnd(rows: readonly { s: number; b: string }[], limit: number): number {
  let end = Math.min(limit, rows.length)
  while (end > 0 && end < rows.length && rows[end - 1]?.s === rows[end]?.s) end += 1
  return end
}

function readCursor(cursor: string | null): [string | null, Map<string, number>] {
  if (cursor === null) return [null, new Map()]
  const [epoch, at] = JSON.parse(cursor) as [string, [string, number][]]
  return [epoch, new Map(at)]
}

/** FNV-1a. */
function checksum(text: string): number {
  let sum = 0x811c9dc5
  for (let i = 0; i < text.length; i++) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193) >>> 0
  return sum
}
