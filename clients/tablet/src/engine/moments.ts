/** Moments as the wire knows them: RFC 3339 in UTC with milliseconds (protocol §2); inside, ms since 1970. */

const DATE = /^(\d{4})-?(\d{2})-?(\d{2})$/
const MOMENT =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d{2}):?(\d{2}))$/

/** A date of the calendar; months from 1. */
export interface LocalDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** Writes a moment as `2026-11-22T01:02:03.004Z`. */
export const toWire = (ms: number): string => new Date(ms).toISOString()

/** Reads an RFC 3339 moment with its zone; null when it is none, or beyond the years 1 to 9999. */
export function fromWire(text: string): number | null {
  const match = MOMENT.exec(text)
  if (!match) return null
  const [, date = '', hour, minute, second = '0', fraction = '', sign, zoneHour = '0', zoneMinute = '0'] =
    match
  const day = parseDate(date)
  if (!day || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  if (Number(zoneHour) > 23 || Number(zoneMinute) > 59) return null
  const offset = (sign === '-' ? -1 : 1) * (Number(zoneHour) * 60 + Number(zoneMinute))
  const clock = ((Number(hour) * 60 + Number(minute) - offset) * 60 + Number(second)) * 1000
  const ms = dayNumber(day) * DAY + clock + Number(fraction.slice(0, 3).padEnd(3, '0'))
  return ms >= FIRST && ms <= LAST ? ms : null
}

/** Reads a date such as `2026-11-22`; null when the calendar has none such. */
export function parseDate(text: string): LocalDate | null {
  const match = DATE.exec(text)
  if (!match) return null
  const date = { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) }
  const real = date.year >= 1 && date.month >= 1 && date.month <= 12 && date.day >= 1
  return real && date.day <= daysIn(date.year, date.month) ? date : null
}

/** Writes a date as `2026-11-22`. */
export const isoDate = ({ year, month, day }: LocalDate): string =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`

/** The number of days in a month. */
export const daysIn = (year: number, month: number): number => new Date(utc(year, month + 1, 0)).getUTCDate()

/** Days since 1970. */
export const dayNumber = ({ year, month, day }: LocalDate): number => utc(year, month, day) / DAY

/** The date so many days after 1970. */
export function dateOf(days: number): LocalDate {
  const date = new Date(days * DAY)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/** Weekday of a day since 1970: 1 Monday to 7 Sunday. */
export const weekdayOf = (days: number): number => ((((days + 3) % 7) + 7) % 7) + 1

export const DAY = 86_400_000
export const MINUTE = 60_000

/** `Date.UTC` but for the years below 100, which it takes for those of the last century. */
const utc = (year: number, month: number, day: number): number =>
  new Date(0).setUTCFullYear(year, month - 1, day)

const FIRST = utc(1, 1, 1)
const LAST = utc(9999, 12, 31) + DAY - 1
