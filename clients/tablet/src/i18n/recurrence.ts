/**
 * Recurrence rules (RFC 5545) as far as a sentence can say them: every n days, weeks, months, years; on weekdays; on
 * days of the month; on the n-th weekday of the month; so many times. A rule beyond that is kept as it is.
 */

export const DAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const
export type Day = (typeof DAYS)[number]
export const NTH = [1, 2, 3, 4, 5, -1] as const
export type Nth = (typeof NTH)[number]

export interface Recurrence {
  freq: 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
  interval: number
  /** On these weekdays; of a monthly rule with `nth`, one. */
  days: readonly Day[]
  nth: Nth | null
  /** Days of the month from 1; -1 is its last. */
  monthDays: readonly number[]
  /** How many times; null: on and on. */
  count: number | null
}

const KNOWN = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'BYMONTHDAY', 'COUNT', 'WKST'])

/** `null`: no rule, or one that this builder cannot say. */
export function parseRule(text: string): Recurrence | null {
  const pairs = text.split(';').map((part) => part.split('=', 2))
  const parts = Object.fromEntries(pairs) as Record<string, string | undefined>
  if (pairs.some(([name = '', value]) => !KNOWN.has(name) || !value)) return null
  const interval = whole(parts.INTERVAL ?? '1')
  const count = parts.COUNT === undefined ? null : whole(parts.COUNT)
  const monthDays = (parts.BYMONTHDAY?.split(',') ?? []).map(Number)
  const weekly = (parts.BYDAY?.split(',') ?? []).map((part) => /^(-?\d+)?(MO|TU|WE|TH|FR|SA|SU)$/.exec(part))
  const freq = parts.FREQ
  if (parts.WKST && parts.WKST !== 'MO') return null
  if (freq !== 'DAILY' && freq !== 'WEEKLY' && freq !== 'MONTHLY' && freq !== 'YEARLY') return null
  if (Number.isNaN(interval) || Number.isNaN(count) || weekly.includes(null)) return null
  if (!monthDays.every((day) => day === -1 || (day >= 1 && day <= 31 && Number.isInteger(day)))) return null
  const days = weekly.flatMap((match) => DAYS.filter((day) => day === match?.[2]))
  const ordinals = weekly.flatMap((match) => (match?.[1] ? [Number(match[1])] : []))
  const nth = NTH.find((one) => one === ordinals[0]) ?? null
  if (ordinals.length > (nth && freq === 'MONTHLY' && days.length === 1 ? 1 : 0)) return null
  if (monthDays.length && (freq !== 'MONTHLY' || days.length)) return null
  if (days.length && ((freq === 'MONTHLY' && nth === null) || freq === 'YEARLY')) return null
  if (freq === 'DAILY' && days.length && interval > 1) return null
  return { freq, interval, days: sorted(days), nth, monthDays: [...monthDays].sort(lastAtEnd), count }
}

/** The rule's text, its parts in the order in which calendars write them. */
export function writeRule(rule: Recurrence): string {
  const parts = [`FREQ=${rule.freq}`]
  if (rule.interval > 1) parts.push(`INTERVAL=${rule.interval}`)
  if (rule.days.length) parts.push(`BYDAY=${rule.nth ?? ''}${sorted(rule.days).join(',')}`)
  if (rule.monthDays.length) parts.push(`BYMONTHDAY=${[...rule.monthDays].sort(lastAtEnd).join(',')}`)
  if (rule.count) parts.push(`COUNT=${rule.count}`)
  return parts.join(';')
}

/** A text by key (`recurrence.…`) with its parameters; `n` chooses the plural form. */
export type Say = (key: string, named?: Record<string, unknown>, n?: number) => string

/** The rule in words. */
export function sentence(rule: Recurrence, say: Say, lang: string): string {
  const list = (items: string[]): string => new Intl.ListFormat(lang, { type: 'conjunction' }).format(items)
  const every = (unit: string, on: Record<string, unknown> = {}): string =>
    rule.interval === 1
      ? say(`recurrence.every_${unit}`, on)
      : say(`recurrence.every_n_${unit}`, { n: rule.interval, ...on }, rule.interval)
  const said = (): string => {
    const days = list(rule.days.map((day) => say(`recurrence.on_${day}`)))
    switch (rule.freq) {
      case 'DAILY':
        return rule.days.length ? say('recurrence.every_week_on', { days }) : every('day')
      case 'WEEKLY':
        return rule.days.length ? every('week_on', { days }) : every('week')
      case 'YEARLY':
        return every('year')
      case 'MONTHLY':
        break
    }
    const [day] = rule.days
    if (rule.nth && day) return every('month_on', { days: nthDay(rule.nth, day, say) })
    if (!rule.monthDays.length) return every('month')
    const numbers = rule.monthDays.filter((one) => one > 0)
    const dates = numbers.length
      ? [
          say('recurrence.month_days', {
            days: list(numbers.map((one) => say('recurrence.month_day', { n: one }))),
          }),
        ]
      : []
    if (rule.monthDays.includes(-1)) dates.push(say('recurrence.last_day'))
    return every('month_on', { days: list(dates) })
  }
  return rule.count ? say('recurrence.so_many_times', { rule: said(), n: rule.count }, rule.count) : said()
}

/** A rule as it is stored, in words; one beyond sentences is told as it is. */
export function inWords(text: string, say: Say, lang: string): string {
  const rule = parseRule(text)
  return rule ? sentence(rule, say, lang) : say('recurrence.other', { rule: text })
}

/** `in the first week`'s weekday: Russian ordinals agree with the weekday's gender, so texts come in three. */
export function nthDay(nth: Nth, day: Day, say: Say): string {
  const gender = ['WE', 'FR', 'SA'].includes(day) ? 'f' : day === 'SU' ? 'n' : 'm'
  return say(`recurrence.nth_${nth === -1 ? 'last' : nth}_${gender}`, { day: say(`recurrence.day_${day}`) })
}

function whole(text: string): number {
  return /^[1-9]\d{0,3}$/.test(text) ? Number(text) : Number.NaN
}

function sorted(days: readonly Day[]): Day[] {
  return DAYS.filter((day) => days.includes(day))
}

function lastAtEnd(one: number, other: number): number {
  return (one === -1 ? 99 : one) - (other === -1 ? 99 : other)
}
