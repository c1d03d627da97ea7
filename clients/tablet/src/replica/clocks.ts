/** A record's deadlines in words (protocol §7 `deadlines`). */
import { type Due as Clock, duesOf, isLate, nextDue } from '@/engine/due'
import type { Known } from '@/engine/manifest'
import { stateOf } from '@/engine/workflow'
import type { Due, RecordPage } from '@/runtime/port/records'
import type { Seen, View } from './view'
import type { Wording } from './wording'

type Timed = Pick<Seen, 'site' | 'entity' | 'values'>

/** The nearest open deadline, if any. */
export function nearestDue(view: View, seen: Seen, words: Wording): Due | null {
  const clock = openOf(view.known, seen)
  return clock ? said(view, seen, clock, words) : null
}

/** All that have started, soonest first; those met included. */
export function deadlinesOf(view: View, seen: Seen, words: Wording): RecordPage['deadlines'] {
  return clocksOf(view.known, seen).map((clock) => ({
    ...said(view, seen, clock, words),
    done: clock.stopped !== null,
  }))
}

/** When the nearest open deadline runs out, ms; null without one. */
export const dueAt = (known: Known, seen: Timed): number | null => openOf(known, seen)?.at ?? null

/** The nearest clock that runs: none does of a record that has come to its end. */
function openOf(known: Known, seen: Timed): Clock | undefined {
  const entity = known.entity(seen.entity)
  const over = !entity?.shape.deadlines?.length || stateOf(entity, seen.values)?.final
  return over ? undefined : nextDue(clocksOf(known, seen))
}

function clocksOf(known: Known, { site, entity, values }: Timed): Clock[] {
  const of = known.entity(entity)
  return of ? duesOf(known, of, site, values) : []
}

const said = (view: View, seen: Seen, clock: Clock, words: Wording): Due => ({
  label: words.pick(clock.deadline.label),
  at: clock.at,
  text: words.moment(seen.site, clock.at),
  late: isLate(clock, view.now()),
})
