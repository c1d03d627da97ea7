/**
 * The functions that expressions may call, alike in every language (ADR 1). They take and give JSON values.
 *
 * What a function cannot use (null, another type, no such date, too many digits) makes its result null; none throws.
 * Integers stay within ±(2⁵³ − 1). Decimals are integers or texts like `-12.50` of at most 38 digits; results are in
 * their shortest form. Rounding is half up, away from zero.
 */
import {
  compareDecimals,
  type Decimal,
  halfUp,
  power,
  readDecimal,
  shortest,
  writeDecimal,
} from '@/engine/decimals'
import {
  DAY,
  dateOf,
  dayNumber,
  daysIn,
  isoDate,
  type LocalDate,
  MINUTE,
  parseDate,
  weekdayOf,
} from '@/engine/moments'

/** What a function cannot use. */
class Unfit extends Error {}

export interface Declared {
  readonly arity: number
  readonly call: (...values: readonly unknown[]) => unknown
}

const DIGITS = 38
const DAYS = {
  first: dayNumber({ year: 1, month: 1, day: 1 }),
  last: dayNumber({ year: 9999, month: 12, day: 31 }),
}

const written: Readonly<Record<string, (...values: readonly never[]) => unknown>> = {
  /** The first argument, or the second when the first is null. */
  coalesce: (value: unknown, otherwise: unknown) => (value === null ? otherwise : value),
  /** How many characters (code points) a text has, or items a list. */
  count: (value: unknown) => {
    if (typeof value === 'string') return [...value].length
    return items(value).length
  },
  /** An integer in digits; a text stays as it is. */
  text: (value: unknown) => (typeof value === 'string' ? value : String(integer(value))),
  /** Integers added up; nulls count nothing, an empty list gives 0. */
  sum: (values: unknown) =>
    within(present(values).reduce((total: bigint, one) => total + BigInt(integer(one)), 0n)),
  /** `amount × numerator ÷ denominator` as an integer: rates, pro rata, quantity × price. */
  share: (amount: unknown, numerator: unknown, denominator: unknown) => {
    const [a, n, d] = [decimal(amount), decimal(numerator), decimal(denominator)]
    return divided(a.unscaled * n.unscaled * power(d.scale), d.unscaled * power(a.scale + n.scale))
  },
  /** A decimal rounded to an integer. */
  round: (value: unknown) => {
    const { unscaled, scale } = decimal(value)
    return divided(unscaled, power(scale))
  },
  dec_add: (a: unknown, b: unknown) => fitting(added(decimal(a), decimal(b))),
  dec_sub: (a: unknown, b: unknown) => fitting(added(decimal(a), negated(decimal(b)))),
  dec_mul: (a: unknown, b: unknown) => {
    const [x, y] = [decimal(a), decimal(b)]
    return fitting({ unscaled: x.unscaled * y.unscaled, scale: x.scale + y.scale })
  },
  /** Decimals added up; nulls count nothing, an empty list gives `0`. */
  dec_sum: (values: unknown) =>
    present(values).reduce((total, one) => fitting(added(decimal(total), decimal(one))), '0'),
  /** -1, 0 or 1 by value. */
  dec_cmp: (a: unknown, b: unknown) => compareDecimals(decimal(a), decimal(b)),
  /** A decimal rounded to 0…12 places and written with exactly that many. */
  dec_round: (value: unknown, places: unknown) => {
    const [{ unscaled, scale }, wanted] = [decimal(value), integer(places)]
    if (wanted < 0 || wanted > 12) throw new Unfit()
    return limited(writeDecimal({ unscaled: halfUp(unscaled * power(wanted), power(scale)), scale: wanted }))
  },
  /** Days from one date to another; negative when the second is earlier. */
  days_between: (a: unknown, b: unknown) => dayNumber(date(b)) - dayNumber(date(a)),
  add_days: (day: unknown, days: unknown) => dated(dayNumber(date(day)) + integer(days)),
  /** The same day so many months later, at most the month's last day. */
  add_months: (day: unknown, months: unknown) => later(date(day), integer(months)),
  /** The same day so many years later; 29 February may become the 28th. */
  add_years: (day: unknown, years: unknown) => later(date(day), 12 * integer(years)),
  /** The moment so many minutes later. */
  add_minutes: (moment: unknown, minutes: unknown) => {
    const ms = momentIn(moment) + integer(minutes) * MINUTE
    dated(Math.floor(ms / DAY))
    return new Date(ms).toISOString()
  },
  year: (day: unknown) => date(day).year,
  month: (day: unknown) => date(day).month,
  day: (day: unknown) => date(day).day,
  /** 1 for Monday to 7 for Sunday. */
  weekday: (day: unknown) => weekdayOf(dayNumber(date(day))),
}

/** The declared functions by name, made total. */
export const FUNCTIONS: ReadonlyMap<string, Declared> = new Map(
  Object.entries(written).map(([name, call]) => [name, { arity: call.length, call: total(call) }]),
)

function total(call: (...values: readonly never[]) => unknown): Declared['call'] {
  return (...values) => {
    try {
      return call(...(values as readonly never[]))
    } catch (error) {
      if (error instanceof Unfit) return null
      throw error
    }
  }
}

function integer(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Unfit()
  return value as number
}

function within(value: bigint): number {
  return integer(Number(value))
}

function divided(numerator: bigint, denominator: bigint): number {
  if (denominator === 0n) throw new Unfit()
  return within(halfUp(numerator, denominator))
}

function items(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Unfit()
  return value
}

const present = (values: unknown): unknown[] => items(values).filter((value) => value !== null)

function decimal(value: unknown): Decimal {
  const read = readDecimal(value)
  if (!read || (typeof value === 'string' && value.replace(/[-.]/g, '').length > DIGITS)) throw new Unfit()
  return read
}

const negated = ({ unscaled, scale }: Decimal): Decimal => ({ unscaled: -unscaled, scale })

function added(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale)
  return { unscaled: a.unscaled * power(scale - a.scale) + b.unscaled * power(scale - b.scale), scale }
}

const fitting = (value: Decimal): string => limited(shortest(value))

function limited(text: string): string {
  if (text.replace(/[-.]/g, '').length > DIGITS) throw new Unfit()
  return text
}

function date(value: unknown): LocalDate {
  const read = typeof value === 'string' && value.length === 10 ? parseDate(value) : null
  if (!read) throw new Unfit()
  return read
}

function dated(days: number): string {
  if (days < DAYS.first || days > DAYS.last) throw new Unfit()
  return isoDate(dateOf(days))
}

function later(day: LocalDate, months: number): string {
  const count = day.year * 12 + day.month - 1 + months
  const [year, month] = [Math.floor(count / 12), (((count % 12) + 12) % 12) + 1]
  if (year < 1 || year > 9999) throw new Unfit()
  return isoDate({ year, month, day: Math.min(day.day, daysIn(year, month)) })
}

const MOMENT = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

function momentIn(value: unknown): number {
  if (typeof value !== 'string' || !MOMENT.test(value) || !parseDate(value.slice(0, 10))) throw new Unfit()
  return Date.parse(value)
}
