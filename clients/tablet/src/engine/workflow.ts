/** Which acts somebody may do to a record now (protocol §7 `workflow`), and which of them is to be offered first. */

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

/** The acts that the user may do to a record in its present state, those that undo or refuse last. */
export function actsOf(entity: KnownEntity, site: string, values: Values): Transition[] {
  const flow = entity.shape.workflow
  if (!flow) return []
  const state = String(values[flow.field])
  const legal = flow.transitions.filter((t) => t.from.includes(state) && entity.allows(site, `act.${t.act}`))
  return legal.sort((a, b) => Number(isDestructive(entity, a)) - Number(isDestructive(entity, b)))
}

/**
 * The one of these acts that is done next by habit (tablet.md §3.2.5): it leads on and asks for the least. None where
 * that is somebody else's job.
 */
export function nextOf(
  entity: KnownEntity,
  acts: readonly Transition[],
  values: Values,
  me: string,
): Transition | undefined {
  const flow = entity.shape.workflow
  const state = stateOf(entity, values)
  if (!flow || !state) return undefined
  const place = (name: string): number => flow.states.findIndex((each) => each.name === name)
  const here = place(state.name)
  const onward = acts.filter((act) => {
    if (act.to === state.name || isDestructive(entity, act)) return false
    // Out of trouble any way leads on; elsewhere a step back, or one that must be explained, is no habit.
    if (state.tone === 'bad') return true
    return !act.reason && (place(act.to) > here || state.tone === 'warn')
  })
  const effort = (act: Transition): number =>
    (act.reason || act.confirm ? 8 : 0) +
    (act.needs?.length ? 4 : 0) +
    (place(act.to) < here ? 2 : 0) +
    (act.form?.length ? 1 : 0)
  const [next] = onward.sort((a, b) => effort(a) - effort(b))
  return next && isFor(me, next, values) ? next : undefined
}

/**
 * Tells whether an act undoes or refuses: it leads into a bad state, or into a final one that nobody calls good, or asks
 * for both a word of confirmation and a reason.
 */
export function isDestructive(entity: KnownEntity, act: Transition): boolean {
  const to = stateNamed(entity, act.to)
  const lost = to?.final ? to.tone !== 'good' : to?.tone === 'bad'
  return (lost && !act.from.includes(act.to)) || Boolean(act.confirm && act.reason)
}

/** Whether it is nobody else's job. */
function isFor(me: string, { doer }: Transition, values: Values): boolean {
  const doers = doer ? [values[doer] ?? []].flat() : []
  return !doers.length || doers.includes(me)
}
