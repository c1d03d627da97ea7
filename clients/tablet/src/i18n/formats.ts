/**
 * Moments, money and numbers in words of the chosen language. A moment is always shown on the wall clock of the site
 * that it belongs to, never of the browser (tablet.md §6, seen in screenshots, 2).
 */
import type { Lang } from '@/runtime/port/values'
import { language } from './i18n'

const made = new Map<string, Intl.DateTimeFormat>()

function dates(lang: Lang, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${lang} ${JSON.stringify(options)}`
  let format = made.get(key)
  if (!format) {
    format = new Intl.DateTimeFormat(lang === 'en' ? 'en-GB' : lang, { hourCycle: 'h23', ...options })
    made.set(key, format)
  }
  return format
}

const CLOCK = { hour: '2-digit', minute: '2-digit' } as const
const DAY = { day: 'numeric', month: 'short' } as const

/** `09:41` today, `21 Nov, 09:41` this year, `21 Nov 2025, 09:41` before. Moments are ms since 1970. */
export function moment(
  at: number,
  zone: string | undefined,
  now: number = Date.now(),
  lang = language(),
): string {
  const timeZone = zone ? { timeZone: zone } : {}
  const on = (ms: number): string => dates('en', { ...timeZone, dateStyle: 'short' }).format(ms)
  if (on(at) === on(now)) return dates(lang, { ...timeZone, ...CLOCK }).format(at)
  const year = (ms: number): string => dates('en', { ...timeZone, year: 'numeric' }).format(ms)
  const far = year(at) === year(now) ? {} : ({ year: 'numeric' } as const)
  return dates(lang, { ...timeZone, ...DAY, ...far, ...CLOCK }).format(at)
}

/** A calendar date `2026-11-22` in words; it belongs to no zone. */
export function day(date: string, lang = language()): string {
  return dates(lang, { timeZone: 'UTC', ...DAY, year: 'numeric' }).format(Date.parse(`${date}T00:00Z`))
}

/** How long ago, roughly: `2 h`, `3 d`. */
export function span(ms: number, lang = language()): string {
  const minutes = Math.max(1, Math.round(Math.abs(ms) / 60_000))
  const [value, unit] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.round(minutes / 60), 'hour']
        : [Math.round(minutes / 1440), 'day']
  return new Intl.NumberFormat(lang, { style: 'unit', unit: unit as string, unitDisplay: 'short' }).format(
    value as number,
  )
}

export function amount(value: number, options: Intl.NumberFormatOptions = {}, lang = language()): string {
  return new Intl.NumberFormat(lang, options).format(value)
}

const MEASURES: Readonly<Record<string, string>> = { h: 'hour', min: 'minute', s: 'second' }

/** What stands behind a number: `ч` for `h`; a unit that languages share stays as it is (engine/formats.ts). */
export function measure(unit: string, lang = language()): string {
  const known = MEASURES[unit]
  if (!known || lang === 'en') return unit
  const parts = new Intl.NumberFormat(lang, {
    style: 'unit',
    unit: known,
    unitDisplay: 'short',
  }).formatToParts(2)
  return parts.find(({ type }) => type === 'unit')?.value ?? unit
}

/** A size in bytes as people say it. */
export function size(bytes: number, lang = language()): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte']
  const step = Math.min(3, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return new Intl.NumberFormat(lang, {
    style: 'unit',
    unit: units[step] as string,
    unitDisplay: 'short',
    maximumFractionDigits: step > 1 ? 1 : 0,
  }).format(bytes / 1000 ** step)
}
