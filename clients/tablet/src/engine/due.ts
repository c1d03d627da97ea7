/** The clocks of a record: when its deadlines run out (protocol §7 `deadlines`, `policies`, `calendars`). */
import type { Known, KnownEntity } from '@/engine/manifest'
import { fromWire } from '@/engine/moments'
import { isObject, type Values } from '@/engine/values'
import { deadline, type Policy, type Segment, type WorkCalendar } from '@/engine/worktime'
import type { Deadline } from '@/protocol/manifest'

/** One clock of a record. */
export interface Due {
  readonly deadline: Deadline
  /** ms since 1970. */
  readonly at: number
  /** It rests on a day whose holidays are not published yet. */
  readonly provisional: boolean
  /** When it was met, null while it runs. */
  readonly stopped: number | null
  /** Shares of the time (`0.5`) after which somebody is told, as moments. */
  readonly warnings: readonly number[]
}

/** The clocks that have started for a record and do not stand, soonest first; those met included. */
export function duesOf(known: Known, entity: KnownEntity, site: string, values: Values): Due[] {
  const dues: Due[] = []
  for (const each of entity.shape.deadlines ?? []) {
    const policy = known.manifest.policies[each.policy]
    const start = momentIn(values[each.start])
    if (start === null || !isObject(policy) || !concerns(policy, entity, values)) continue
    const { at, provisional } = deadline(policy.clock as Policy, calendarAt(known, site), start)
    if (at === null) continue
    const warn = Array.isArray(policy.warn) ? policy.warn : []
    const warnings = warn.map((share) => start + (at - start) * Number(share))
    dues.push({ deadline: each, at, provisional, stopped: momentIn(values[each.stop]), warnings })
  }
  return dues.sort((a, b) => a.at - b.at)
}

/** The soonest clock that still runs, if any. */
export const nextDue = (dues: readonly Due[]): Due | undefined => dues.find((due) => due.stopped === null)

/** Tells whether a clock was missed: met too late, or not yet and its time is over. */
export const isLate = (due: Due, now: number): boolean => (due.stopped ?? now) > due.at

const ALWAYS: readonly Segment[] = [['00:00', '24:00']]
const calendars = new WeakMap<Known, Map<string, WorkCalendar>>()

/** A site's calendar; open day and night where it has none. */
export function calendarAt(known: Known, site: string): WorkCalendar {
  const found = calendars.get(known) ?? new Map<string, WorkCalendar>()
  calendars.set(known, found)
  const calendar =
    found.get(site) ??
    calendarOf(known.manifest.calendars[known.site(site)?.calendar ?? ''], known.zone(site))
  found.set(site, calendar)
  return calendar
}

/** Reads a calendar's record: rows of opening hours by weekday and by date. */
export function calendarOf(record: unknown, timezone: string): WorkCalendar {
  const values = isObject(record) ? record : {}
  const weekly: Segment[][] = Array.from({ length: 7 }, () => [])
  for (const row of rowsIn(values.segments)) weekly[Number(row.weekday) - 1]?.push(segment(row))
  const dated = new Map<string, Segment[]>()
  for (const row of rowsIn(values.overrides)) {
    const date = String(row.date)
    // A row without times closes the day.
    dated.set(date, [...(dated.get(date) ?? []), ...(row.starts && row.ends ? [segment(row)] : [])])
  }
  const sorted = (segments: Segment[]): Segment[] => segments.sort(([a], [b]) => (a < b ? -1 : 1))
  const isOpen = weekly.some((segments) => segments.length)
  return {
    timezone,
    weekly: isOpen ? weekly.map(sorted) : weekly.map(() => ALWAYS),
    dated: isOpen ? new Map([...dated].map(([date, segments]) => [date, sorted(segments)])) : new Map(),
    knownThrough: isOpen ? String(values.known_through ?? '') : '9999-12-31',
  }
}

/** Tells whether a policy's clock runs for a record: for its kind, and not in a state in which it stands. */
function concerns(policy: Values, entity: KnownEntity, values: Values): boolean {
  const { kinds, pause } = policy
  const state = values[entity.stateField ?? '']
  return (
    (!Array.isArray(kinds) || kinds.includes(values.kind)) && !(Array.isArray(pause) && pause.includes(state))
  )
}

const rowsIn = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isObject) : []
const segment = (row: Record<string, unknown>): Segment => [String(row.starts), String(row.ends)]
const momentIn = (value: unknown): number | null => (typeof value === 'string' ? fromWire(value) : null)
