/** The queue view: what was done here and what has become of it, by record (tablet.md §3.2.3). */
import { type Place, placeOf, type RecordKey } from '@/engine/places'
import type { Queue, QueueGroup, QueueOp, Upload } from '@/runtime/port/waiting'
import type { OpRow, OpState } from '@/store/port'
import type { Marks } from './marks'
import type { View } from './view'
import type { Wording } from './wording'
import { undoing } from './writing'

const OPEN: readonly OpState[] = ['waiting', 'sent', 'held']
const DECIDED: readonly OpState[] = ['applied', 'merged', 'rejected']
/** Decided ops shown, the newest first. */
const SHOWN = 100
/** Values told of a record that nothing else is known of. */
const TYPED = 4

export class Queues {
  constructor(
    private readonly view: View,
    private readonly words: Wording,
    private readonly marks: Marks,
  ) {}

  async queue(uploads: Upload[], online: boolean): Promise<Queue> {
    const { store } = this.view
    const [open, decided, undoable] = await store.read(async (at) => {
      const open = await at.opsIn(OPEN)
      const waiting = open.filter((op) => op.state === 'waiting')
      const plans = await Promise.all(waiting.map((op) => undoing(at, op.op)))
      const undoable = new Set(waiting.filter((_, i) => plans[i]).map((op) => op.op))
      return [open, await at.opsIn(DECIDED), undoable] as const
    })
    const needs = await this.marks.needs()
    const groups = [...grouped(open.reverse()), ...grouped(decided.reverse().slice(0, SHOWN))]
    return {
      groups: await Promise.all(groups.map((group) => this.#group(group, undoable, needs, online))),
      uploads,
    }
  }

  async #group(
    [key, ops]: readonly [RecordKey, readonly OpRow[]],
    undoable: ReadonlySet<string>,
    needs: ReadonlyMap<RecordKey, string>,
    online: boolean,
  ): Promise<QueueGroup> {
    const place = placeOf(key)
    return {
      ...place,
      title: await this.#title(place, ops),
      ops: await Promise.all(
        ops.map(async (row) => ({
          op: row.op,
          at: row.made,
          text: await this.words.deed(row),
          state: stateOf(row, needs.has(key), online),
          why: this.words.why(row),
          mayUndo: undoable.has(row.op),
        })),
      ),
    }
  }

  /** What its plugin calls the record; while that is off here, what was typed into it. */
  async #title({ site, entity, id }: Place, ops: readonly OpRow[]): Promise<string> {
    const typed = ops.flatMap(({ body }) => Object.values(body.set ?? {})).filter(isText)
    if (this.view.known.entity(entity) || !typed.length) return this.words.named(site, entity, id)
    return [...new Set(typed)].slice(0, TYPED).join(' · ')
  }
}

/** Words, not ids. */
const isText = (value: unknown): value is string =>
  typeof value === 'string' && !/^[0-9a-f-]{36}$/.test(value)

function grouped(ops: readonly OpRow[]): (readonly [RecordKey, readonly OpRow[]])[] {
  const groups = new Map<RecordKey, OpRow[]>()
  for (const op of ops) {
    const group = groups.get(op.record)
    if (group) group.push(op)
    else groups.set(op.record, [op])
  }
  return [...groups]
}

function stateOf({ state }: OpRow, needed: boolean, online: boolean): QueueOp['state'] {
  if (state === 'waiting') return 'kept'
  if (state === 'sent') return online ? 'sending' : 'kept'
  if (state === 'held') return 'held'
  if (state === 'applied') return 'sent'
  return needed || state === 'rejected' ? 'needs' : 'changed'
}
