/** Which acts somebody may do to a record now (protocol §7 `workflow`), and which of them is the one to offer first. */

import type { KnownEntity } from '@/engine/manifest'
import type { Values } from '@/engine/values'
import type { State, Transition } from '@/protocol/manifest'

/** The state that a record is in; undefined when it has none, or one that this manifest does not know. */
export function stateOf(entity: KnownEntity, values: Values): State | undefined {
  const flow = entity.shape.workflow
  return flow && stateNamed(entity, values[flow.field])
}

export function stateNamed(entity: KnownEntity, name: unknown): State | undefined {
  return entity.shape.workflow?.states.find((state) => state.name === name)
}

/**
 * The acts that the user may do to a record in its present state; the primary one first, which leads onward and asks
 * for the least (tablet.md §3.2.5).
 */
export function actsOf(entity: KnownEntity, site: string, values: Values): Transition[] {
  const flow = entity.shape.workflow
  if (!flow) return []
  const state = String(values[flow.field])
  const legal = flow.transitions.filter((t) => t.from.includes(state) && entity.allows(site, `act.${t.act}`))
  const order = flow.states.map((each) => each.name)
  const primary = legal.reduce<Transition | undefined>(
    (best, act) =>
      !best || effort(entity, act, order, state) < effort(entity, best, order, state) ? act : best,
    undefined,
  )
  return primary ? [primary, ...legal.filter((act) => act !== primary)] : []
}

/** Tells whether an act gives a record up: it ends in a final state that nobody calls good. */
export function isDestructive(entity: KnownEntity, act: Transition): boolean {
  const to = stateNamed(entity, act.to)
  return (to?.final ?? false) && to?.tone !== 'good'
}

/** How far an act is from what is done next by habit: a step back, a question, a reason each make it less likely. */
function effort(entity: KnownEntity, act: Transition, order: readonly string[], state: string): number {
  return (
    (isDestructive(entity, act) ? 16 : 0) +
    (act.to === state ? 8 : 0) +
    (act.reason || act.confirm ? 8 : 0) +
    (act.needs?.length ? 4 : 0) +
    (order.indexOf(act.to) < order.indexOf(state) ? 2 : 0) +
    (act.form?.length ? 1 : 0)
  )
}
