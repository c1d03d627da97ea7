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

/** All that run or were met, soonest first. */
export function deadlinesOf(view: View, seen: Seen, words: Wording): RecordPage['deadlines'] {
  const over = isOver(view.known, seen)
  const told = clocksOf(view.known, seen).filter((clock) => clock.stopped !== null || !over)
  return told.map((clock) => ({
    ...said(view, seen, clock, words),
    done: clock.stopped !== null,
  }))
}

/** When the nearest open deadline runs out, ms; null without one. */
export const dueAt = (known: Known, seen: Timed): number | null => openOf(known, seen)?.at ?? null

const openOf = (known: Known, seen: Timed): Clock | undefined =>
  isOver(known, seen) ? undefined : nextDue(clocksOf(known, seen))

/** No clock runs of a record that has come to its end. */
function isOver(known: Known, { entity, values }: Timed): boolean {
  const of = known.entity(entity)
  return !of?.shape.deadlines?.length || (stateOf(of, values)?.final ?? false)
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
