/** Moments (protocol §2: RFC 3339 UTC with milliseconds) on the wall clock of a site's zone (tablet.md §6.2). */

/** A wall clock: `2026-11-22` and `09:41`. */
export interface Wall {
  date: string
  time: string
}

const clocks = new Map<string, Intl.DateTimeFormat>()

function clock(zone: string): Intl.DateTimeFormat {
  let known = clocks.get(zone)
  if (!known) {
    const two = '2-digit'
    known = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      calendar: 'iso8601',
      hourCycle: 'h23',
      year: 'numeric',
      month: two,
      day: two,
      hour: two,
      minute: two,
    })
    clocks.set(zone, known)
  }
  return known
}

/** What the site's clock shows at a moment (ms since 1970). */
export function wallAt(ms: number, zone: string): Wall {
  const parts: Record<string, string> = {}
  for (const { type, value } of clock(zone).formatToParts(ms)) parts[type] = value
  const year = String(parts.year).padStart(4, '0')
  return { date: `${year}-${parts.month}-${parts.day}`, time: `${parts.hour}:${parts.minute}` }
}

/**
 * The moment at which the site's clock shows this. An hour that comes twice means its first coming; one that is left
 * out when summer time begins counts on from before.
 */
export function momentOf(wall: Wall, zone: string): number {
  const shown = Date.parse(`${wall.date}T${wall.time}Z`)
  const before = shown - offsetAt(shown - 86_400_000, zone)
  const after = shown - offsetAt(shown + 86_400_000, zone)
  const fitting = [before, after].filter((ms) => ms + offsetAt(ms, zone) === shown)
  return fitting.length ? Math.min(...fitting) : before
}

/** The wire's spelling of a moment. */
export function toWire(ms: number): string {
  return new Date(ms).toISOString()
}

function offsetAt(ms: number, zone: string): number {
  const { date, time } = wallAt(ms, zone)
  return Date.parse(`${date}T${time}Z`) - Math.floor(ms / 60_000) * 60_000
}
