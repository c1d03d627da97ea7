/** Wall clocks of IANA time zones, through `Intl` alone. */
import { DAY, dayNumber, type LocalDate } from '@/engine/moments'

/** A reading of a wall clock. */
export interface LocalTime extends LocalDate {
  readonly hour: number
  readonly minute: number
  readonly second: number
}

const clocks = new Map<string, Clock>()

/** The reading of a zone's wall clock at a moment (ms since 1970); an unknown zone counts as UTC. */
export function localTime(zone: string, ms: number): LocalTime {
  const local = new Date(ms + clockOf(zone).offset(ms))
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
  }
}

/**
 * The moment at which a wall clock shows this. What it shows twice is the first time; what it skips is as if the clock
 * had not been put forward (as Python's `fold=0`).
 */
export function momentOf(zone: string, local: LocalTime): number {
  const clock = clockOf(zone)
  const shown = dayNumber(local) * DAY + ((local.hour * 60 + local.minute) * 60 + local.second) * 1000
  const before = clock.offset(shown - DAY)
  const later = clock.offset(shown + DAY)
  if (before === later || clock.offset(shown - before) === before) return shown - before
  return clock.offset(shown - later) === later ? shown - later : shown - before
}

function clockOf(zone: string): Clock {
  let clock = clocks.get(zone)
  if (!clock) {
    clock = new Clock(zone)
    clocks.set(zone, clock)
  }
  return clock
}

/** The offsets of one zone, asked of `Intl` once a day of UTC where they do not change in it. */
class Clock {
  readonly #format: Intl.DateTimeFormat
  readonly #days = new Map<number, number | null>()

  constructor(zone: string) {
    this.#format = formatOf(zone)
  }

  /** What the wall clock is ahead of UTC, in ms. */
  offset(ms: number): number {
    const day = Math.floor(ms / DAY)
    let known = this.#days.get(day)
    if (known === undefined) {
      const first = this.#ask(day * DAY)
      known = first === this.#ask(day * DAY + DAY - 1000) ? first : null
      this.#days.set(day, known)
    }
    return known ?? this.#ask(ms)
  }

  #ask(ms: number): number {
    const whole = Math.floor(ms / 1000) * 1000
    const parts: Record<string, string> = {}
    for (const { type, value } of this.#format.formatToParts(whole)) parts[type] = value
    const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year)
    const date = { year, month: Number(parts.month), day: Number(parts.day) }
    const clock = (Number(parts.hour) * 60 + Number(parts.minute)) * 60 + Number(parts.second)
    return dayNumber(date) * DAY + clock * 1000 - whole
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const numeric = {
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  } as const
  const options = {
    ...numeric,
    second: 'numeric',
    era: 'short',
    hourCycle: 'h23',
    calendar: 'gregory',
  } as const
  try {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: zone })
  } catch {
    return new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' })
  }
}
