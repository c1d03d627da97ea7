/**
 * What a user sees: the server's state with his own undecided ops laid over it (protocol §3.5).
 *
 * His own view shows his own values, so the merge policies of protocol §3.3 play no part here. An act that is no
 * longer legal from the present state still brings its fields, as it will on the server.
 */

import type { KnownEntity } from '@/engine/manifest'
import type { Made } from '@/engine/ops'
import { isObject, type Values } from '@/engine/values'
import type { Account } from '@/protocol/manifest'

/** A record after some ops, oldest first; null when there is (then) no such record. */
export function lay(
  entity: KnownEntity | undefined,
  body: Values | null,
  ops: Iterable<Made>,
): Values | null {
  let seen = body
  for (const op of ops) {
    if (op.kind === 'create') {
      // Over a record that exists, a create of the same id has either come back already or will be refused.
      seen ??= written(started(entity), op.set)
    } else if (seen && op.kind === 'delete') {
      seen = null
    } else if (seen) {
      seen = written(op.kind === 'act' ? acted(entity, seen, op) : seen, op.set)
    }
  }
  return seen
}

/** What pending entries add to an owner's balance, and how much of it they take (as a positive number). */
export function pendingAmount(
  account: Account,
  owner: string,
  entries: Iterable<Made>,
): { sum: number; taken: number } {
  let [sum, taken] = [0, 0]
  for (const { kind, set } of entries) {
    const amount = set?.[account.amount]
    if (kind !== 'create' || set?.[account.owner] !== owner || typeof amount !== 'number') continue
    sum += amount
    taken += Math.max(-amount, 0)
  }
  return { sum, taken }
}

/** The ops that a review record still asks about (protocol §3.2). */
export function openItems(review: Values): string[] {
  const items = review.items
  return Array.isArray(items) ? items.filter((item) => !isSettled(item)).map((item) => String(item.op)) : []
}

function started(entity: KnownEntity | undefined): Values {
  const flow = entity?.shape.workflow
  return flow ? { [flow.field]: flow.initial } : {}
}

function written(seen: Values, set: Values = {}): Values {
  const after = { ...seen }
  for (const [name, value] of Object.entries(set)) {
    if (value === null) delete after[name]
    else after[name] = value
  }
  return after
}

function acted(entity: KnownEntity | undefined, seen: Values, op: Made): Values {
  if (op.entity === 'review' && op.act === 'resolve') return resolved(seen, op)
  const field = entity?.stateField
  const step = field && op.act ? entity.step(op.act, seen[field]) : undefined
  return step && field ? { ...seen, [field]: step.to } : seen
}

/** Settles the items that the op names; the review closes with its last one. */
function resolved(seen: Values, op: Made): Values {
  const named = op.args?.ops
  const items = seen.items
  if (!Array.isArray(named) || !Array.isArray(items)) return seen
  const settled = items.map((item) =>
    isObject(item) && named.includes(item.op) && !isSettled(item) ? { ...item, settled_at: op.at } : item,
  )
  return { ...seen, items: settled, ...(settled.every(isSettled) ? { status: 'resolved' } : {}) }
}

function isSettled(item: unknown): boolean {
  return isObject(item) && Boolean(item.settled_by || item.settled_at)
}
