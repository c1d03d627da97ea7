/** Writes: what a user does becomes ops in the log, judged first, kept on disk when the promise resolves. */
import { thumbsOf } from '@/blobs/keeping'
import { accompany, refer, shasIn } from '@/blobs/refs'
import { flaw, InvalidEntry } from '@/engine/flaws'
import { lookUp, personOf } from '@/engine/lookups'
import { misfit } from '@/engine/ops'
import { openItems } from '@/engine/overlay'
import type { Place } from '@/engine/places'
import type { Values } from '@/engine/values'
import type { Committed, Step } from '@/runtime/port/entry'
import type { OpRow, Reading, Store, Writing } from '@/store/port'
import { Attempt, type Maker } from './attempt'
import { Refusal } from './refusal'
import type { Seen, View } from './view'

/** Entities that the protocol itself names (protocol §7). */
export const REVIEW = 'review'
const ACCESS = 'access'
const OWNER = 'owner'

/** Another tab took the same number in between: judge again. */
class Overtaken extends Error {}

export class Writer {
  #last: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly store: Store,
    private readonly view: View,
    private readonly maker: Omit<Maker, 'counted'>,
  ) {}

  /** Writes steps as ops that apply together or not at all; drops the draft that they came from with them. */
  commit(steps: readonly Step[], draft?: string): Promise<Committed> {
    return this.#inTurn(() => this.#commit(steps, draft))
  }

  /** Settles a review item's ops (by default all that are open), changing its subject if `set` is given. */
  async resolve(place: Omit<Place, 'entity'>, ops?: readonly string[], set?: Values): Promise<Committed> {
    const { site, id } = place
    const item = await this.view.get({ site, entity: REVIEW, id })
    if (!item) throw new InvalidEntry([flaw('', 'not_here', { entity: REVIEW })])
    const args = { ops: ops ?? openItems(item.values) }
    const subject = {
      site,
      entity: String(item.values['subject_entity']),
      id: String(item.values['subject']),
    }
    const change: Step[] = set ? [{ kind: 'update', ...subject, values: set }] : []
    return this.commit([...change, { kind: 'act', site, entity: REVIEW, id, act: 'resolve', args }])
  }

  /** Writes down, before they are shown, whose private data somebody looks at (OWN-7). */
  async look(records: readonly Seen[], screen: string, reason: string | null): Promise<void> {
    const { view } = this
    for (const { site, entity, id, values } of records) {
      const known = view.known.entity(entity)
      const person = known && personOf({ entity: known, id, values }, OWNER)
      const here = person && (await view.exists(OWNER, person)) ? person : null
      const noted = known && lookUp({ entity: known, id, values }, here, screen, reason)
      if (noted) await this.commit([{ kind: 'create', site, entity: ACCESS, values: noted }])
    }
  }

  /**
   * Takes an op back, with its group, while it cannot have been sent and nothing later rests on it. Those after it move
   * up: a log has no gaps (protocol §3.1).
   */
  undo(id: string): Promise<void> {
    return this.#inTurn(() =>
      this.store.write(async (at) => {
        const plan = await undoing(at, id)
        if (!plan) throw new Refusal('too_late')
        const { row, back, later } = plan
        await at.forgetOps(back)
        await at.putOps(later.map((op) => ({ ...op, n: op.n - back.length })))
        const logs = await at.logs(row.replica)
        await at.putLogs(
          logs
            .filter((log) => log.site === row.site)
            .map((log) => ({ ...log, next: log.next - back.length })),
        )
      }),
    )
  }

  async #commit(steps: readonly Step[], draft: string | undefined): Promise<Committed> {
    while (true) {
      const group = steps.length > 1 ? this.maker.newId() : null
      const counted = (counter: string) => this.store.read((at) => countOf(at, counter))
      const attempt = new Attempt(this.view, { ...this.maker, counted }, group)
      for (const step of await this.#accompanied(steps)) await attempt.take(step)
      const wrong = misfit(attempt.ops)
      if (wrong) throw new InvalidEntry([flaw('', wrong)])
      try {
        await this.store.write((at) => written(at, attempt, this.view.deviceNow(), draft))
      } catch (error) {
        if (error instanceof Overtaken) continue
        throw error
      }
      return { records: attempt.records, ops: attempt.ops.map((op) => op.op) }
    }
  }

  /** Photos go with their thumbnails (protocol §6). */
  async #accompanied(steps: readonly Step[]): Promise<readonly Step[]> {
    const named = shasIn(steps)
    if (!named.size) return steps
    const thumbs = await this.store.read((at) => thumbsOf(at, named))
    return steps.map((step) => accompany(step, thumbs) as Step)
  }

  /** Steps rest on what the steps before left: one after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    return turn
  }
}

/** What taking an op back would move; null when it is too late. */
export async function undoing(
  at: Reading,
  id: string,
): Promise<{ row: OpRow; back: readonly OpRow[]; later: readonly OpRow[] } | null> {
  const row = await at.op(id)
  if (!row) return null
  const log = (await at.logs(row.replica)).find((each) => each.site === row.site)
  const { group } = row.body
  const whole = await at.opsFrom(row.replica, row.site, (log?.sent ?? row.n) + 1)
  const back = group ? whole.filter((op) => op.body.group === group) : whole.filter((op) => op.op === id)
  const first = back[0]
  if (!first || !back.some((op) => op.op === id)) return null
  const later = whole.filter((op) => op.n > first.n && !back.includes(op))
  if ([...back, ...later].some((op) => op.state !== 'waiting')) return null
  const rests = (op: OpRow): boolean =>
    back.some((taken) => op.record === taken.record || JSON.stringify(op.body).includes(taken.body.record))
  return later.some(rests) ? null : { row, back, later }
}

async function written(at: Writing, attempt: Attempt, now: number, draft: string | undefined): Promise<void> {
  for (const [counter, { found, now }] of attempt.counters) {
    if ((await countOf(at, counter)) !== found) throw new Overtaken()
    await at.setMeta({ [`count.${counter}`]: now } as Record<`count.${string}`, number>)
  }
  if (attempt.ops.length) await at.append(attempt.ops, now)
  await refer(at, attempt.ops)
  if (draft !== undefined) await at.dropDraft(draft)
}

async function countOf(at: Reading, counter: string): Promise<number> {
  return (await at.meta(`count.${counter}`)) ?? 0
}
