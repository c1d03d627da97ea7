/** Dates, moments, amounts and spans in one language, through `Intl`; moments on the wall clock of their site. */
import { readDecimal } from '@/engine/decimals'
import { DAY as A_DAY, dayNumber, isoDate, parseDate } from '@/engine/moments'
import { localTime } from '@/engine/zone'

const DAY = { day: 'numeric', month: 'short' } as const
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const DURATION = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/
const MEASURES: Readonly<Record<string, string>> = { h: 'hour', min: 'minute', s: 'second' }
const UNITS = ['week', 'day', 'hour', 'minute', 'second'] as const

export class Formats {
  readonly #locale: string
  readonly #made = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>()

  constructor(lang: string) {
    // Months as words and days first, whoever reads it.
    this.#locale = lang === 'en' ? 'en-GB' : lang
  }

  /** `09:41` today, `21 Nov, 09:41` this year, `21 Nov 2025, 09:41` else. */
  moment(ms: number, zone: string, now: number): string {
    const [at, today] = [localTime(zone, ms), localTime(zone, now)]
    if (isoDate(at) === isoDate(today)) return this.#date({ ...CLOCK, timeZone: zone }).format(ms)
    const far = at.year === today.year ? {} : ({ year: 'numeric' } as const)
    return this.#date({ ...DAY, ...far, ...CLOCK, timeZone: zone }).format(ms)
  }

  /** `21 Nov 2026` of `2026-11-21`. */
  date(text: string): string {
    const date = parseDate(text)
    return date
      ? this.#date({ ...DAY, year: 'numeric', timeZone: 'UTC' }).format(dayNumber(date) * A_DAY)
      : text
  }

  /** `1,234.50` of 123450. */
  money(minor: number): string {
    return this.#number({ minimumFractionDigits: 2 }).format(minor / 100)
  }

  /** `12,5` of `12.5` where people write it so; digits stay as they are. */
  decimal(text: string): string {
    if (!readDecimal(text)) return text
    const parts = this.#number({ minimumFractionDigits: 1 }).formatToParts(1.1)
    return text.replace('.', parts.find((part) => part.type === 'decimal')?.value ?? '.')
  }

  /** `2 h 30 min` of `PT2H30M`. */
  duration(text: string): string {
    const match = DURATION.exec(text)
    const said = UNITS.flatMap((unit, i) => (match?.[i + 1] ? [this.#unit(Number(match[i + 1]), unit)] : []))
    return said.length ? said.join(' ') : text
  }

  /** `1,5 ч` of `1,5` in `h`; a unit that languages share stays as it is. */
  measured(said: string, unit: string): string {
    const known = MEASURES[unit]
    // The manifest's own are what English writes.
    if (!known || this.#locale.startsWith('en')) return `${said} ${unit}`
    const parts = this.#number({ style: 'unit', unit: known, unitDisplay: 'short' }).formatToParts(2)
    return `${said} ${parts.find(({ type }) => type === 'unit')?.value ?? unit}`
  }

  /** `500 m` */
  metres(metres: number): string {
    return this.#unit(Math.round(metres), 'meter')
  }

  #unit(count: number, unit: string): string {
    return this.#number({ style: 'unit', unit, unitDisplay: 'short' }).format(count)
  }

  #date(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    return this.#kept(options, () => new Intl.DateTimeFormat(this.#locale, options)) as Intl.DateTimeFormat
  }

  #number(options: Intl.NumberFormatOptions): Intl.NumberFormat {
    return this.#kept(options, () => new Intl.NumberFormat(this.#locale, options)) as Intl.NumberFormat
  }

  /** Making a format takes some hundred times as long as using it. */
  #kept(options: object, make: () => Intl.DateTimeFormat | Intl.NumberFormat) {
    const key = JSON.stringify(options)
    const format = this.#made.get(key) ?? make()
    this.#made.set(key, format)
    return format
  }
}
