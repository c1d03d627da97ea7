/**
 * Working time: calendars, clocks and the moments they run out (domain-reference §5), proven by the shared vectors.
 *
 * Moments are ms since 1970; calendars keep local hours. A result that rests on a day beyond the calendar's
 * `knownThrough` is `provisional`: holidays and make-up days of that day are not published yet.
 */
import { dateOf, dayNumber, daysIn, isoDate, MINUTE, parseDate, weekdayOf } from '@/engine/moments'
import { localTime, momentOf } from '@/engine/zone'

/** Opening hours within one day, `['08:30', '12:00']`; the last may end at `24:00`. */
export type Segment = readonly [opens: string, closes: string]

/** Opening hours by weekday (Monday first), dated ones in their place, and the last date whose hours are known. */
export interface WorkCalendar {
  readonly timezone: string
  readonly weekly: readonly (readonly Segment[])[]
  /** Hours of a date instead of its weekday's: none on a holiday. */
  readonly dated: ReadonlyMap<string, readonly Segment[]>
  readonly knownThrough: string
}

/**
 * How a clock runs from the moment that starts it: `wall`, so many minutes by the clock on the wall; `business`, so many
 * of opening hours; `end_of_day`, the close of the working day under way, else of the next one, `days` working days
 * later and `minutes` after it; `next_start_plus`, so many minutes after the next opening, or `inside` minutes after the
 * start where that lies within opening hours. `span` takes a day's hours from the first opening to the last close.
 */
export interface Policy {
  readonly unit: 'wall' | 'business' | 'end_of_day' | 'next_start_plus'
  readonly minutes?: number
  readonly days?: number
  readonly inside?: number | null
  readonly span?: boolean
}

/** A time in which a clock stands; without `end` it still does. */
export interface Pause {
  readonly start: number
  readonly end: number | null
}

/** When a clock runs out; never (null) while it stands. */
export interface RunOut {
  readonly at: number | null
  readonly provisional: boolean
}

interface Stretch {
  readonly begin: number
  readonly end: number
  readonly day: number
}

const FOREVER = Number.POSITIVE_INFINITY
const NO_DAY = Number.NEGATIVE_INFINITY

/**
 * When a clock that starts at `start` runs out. A pause takes its time out of `wall` and `business` clocks; the other
 * two are bound to the day and start again when a pause ends that began before they ran out. No pause makes a deadline
 * earlier.
 */
export function deadline(
  policy: Policy,
  calendar: WorkCalendar,
  start: number,
  pauses: readonly Pause[] = [],
): RunOut {
  const stops = stopsOf(pauses)
  const minutes = policy.minutes ?? 0
  let out: Stretch | null
  if (policy.unit === 'wall') out = run([{ begin: start, end: FOREVER, day: NO_DAY }], minutes, stops)
  else if (policy.unit === 'business') out = run(open(calendar, start, policy.span ?? false), minutes, stops)
  else {
    out = ofTheDay(policy, calendar, start)
    for (const stop of stops) {
      if (!out || stop.begin >= out.begin || stop.end <= start) continue
      const again: Stretch | null = stop.end === FOREVER ? null : ofTheDay(policy, calendar, stop.end)
      if (!again || again.begin > out.begin) out = again
    }
  }
  return out ? { at: out.begin, provisional: beyond(calendar, out.day) } : { at: null, provisional: false }
}

/** Opening time in ms between two moments, pauses left out; nothing when the second is earlier. */
export function workingTime(
  calendar: WorkCalendar,
  start: number,
  end: number,
  pauses: readonly Pause[] = [],
  span = false,
): number {
  const stops = stopsOf(pauses)
  let total = 0
  for (const stretch of open(calendar, start, span)) {
    if (stretch.begin >= end) break
    const clipped = { ...stretch, end: Math.min(stretch.end, end) }
    for (const piece of unpaused([clipped], stops)) total += piece.end - piece.begin
  }
  return total
}

/**
 * The day of a month, or its last, moved forward to a working day; with `inclusive` false (`before the 3rd`) it is the
 * day before that is moved.
 */
export function dueDayOfMonth(
  calendar: WorkCalendar,
  year: number,
  month: number,
  day: number,
  inclusive = true,
): { day: string; provisional: boolean } {
  let due = dayNumber({ year, month, day: Math.min(day, daysIn(year, month)) }) - (inclusive ? 0 : 1)
  while (!hours(calendar, due).length) due++
  return { day: isoDate(dateOf(due)), provisional: beyond(calendar, due) }
}

/** The opening hours of a day (since 1970), none when it is no working day. */
function hours(calendar: WorkCalendar, day: number): readonly Segment[] {
  return calendar.dated.get(isoDate(dateOf(day))) ?? calendar.weekly[weekdayOf(day) - 1] ?? []
}

/** A clock bound to the day as the moment it runs out and the day that it rests on. */
function ofTheDay(policy: Policy, calendar: WorkCalendar, start: number): Stretch {
  const after = (policy.minutes ?? 0) * MINUTE
  const ended = (moment: number, day: number): Stretch => ({ begin: moment, end: moment, day })
  let left = policy.days ?? 0
  for (const opening of openings(calendar, start, policy.unit === 'end_of_day' || (policy.span ?? false))) {
    if (policy.unit === 'end_of_day') {
      if (left-- === 0) return ended(opening.end + after, opening.day)
    } else if (opening.begin > start) {
      return ended(opening.begin + after, opening.day)
    } else if (typeof policy.inside === 'number') {
      return ended(start + policy.inside * MINUTE, opening.day)
    }
  }
  throw new Error('openings do not end')
}

/** Lets so many minutes run through the stretches; null when the clock stands before they have. */
function run(stretches: Iterable<Stretch>, minutes: number, stops: readonly Stretch[]): Stretch | null {
  let left = minutes * MINUTE
  for (const stretch of unpaused(stretches, stops)) {
    if (left <= stretch.end - stretch.begin) return { ...stretch, begin: stretch.begin + left }
    left -= stretch.end - stretch.begin
  }
  return null
}

function* unpaused(stretches: Iterable<Stretch>, stops: readonly Stretch[]): Generator<Stretch> {
  for (const { begin, end, day } of stretches) {
    let from = begin
    for (const stop of stops) {
      if (stop.begin >= end || stop.end <= from) continue
      if (stop.begin > from) yield { begin: from, end: stop.begin, day }
      from = stop.end
    }
    if (from < end) yield { begin: from, end, day }
    else if (from === FOREVER) return
  }
}

/** The opening hours from a moment on. */
function* open(calendar: WorkCalendar, start: number, span: boolean): Generator<Stretch> {
  for (const opening of openings(calendar, start, span))
    yield { ...opening, begin: Math.max(opening.begin, start) }
}

/** The opening hours that end after a moment, without end. */
function* openings(calendar: WorkCalendar, start: number, span: boolean): Generator<Stretch> {
  for (let day = dayNumber(localTime(calendar.timezone, start)); ; day++) {
    const segments = hours(calendar, day)
    const [first, last] = [segments[0], segments.at(-1)]
    const shown: readonly Segment[] = span && first && last ? [[first[0], last[1]]] : segments
    for (const [opens, closes] of shown) {
      const end = moment(calendar.timezone, day, closes)
      if (end > start) yield { begin: moment(calendar.timezone, day, opens), end, day }
    }
  }
}

function moment(zone: string, day: number, clock: string): number {
  const [hour = 0, minute = 0] = clock.split(':').map(Number)
  const date = dateOf(hour === 24 ? day + 1 : day)
  return momentOf(zone, { ...date, hour: hour % 24, minute, second: 0 })
}

/** The pauses in order; an open one lasts for ever. */
function stopsOf(pauses: readonly Pause[]): Stretch[] {
  return pauses
    .map(({ start, end }) => ({ begin: start, end: end ?? FOREVER, day: NO_DAY }))
    .filter((stop) => stop.begin < stop.end)
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
}

function beyond(calendar: WorkCalendar, day: number): boolean {
  const known = parseDate(calendar.knownThrough)
  return day !== NO_DAY && (!known || day > dayNumber(known))
}
