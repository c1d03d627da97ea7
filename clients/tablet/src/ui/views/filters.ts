/** Which fields a list can be narrowed by, and how a filter reads. */
import { amount, day, moment } from '@/i18n/formats'
import { t } from '@/i18n/i18n'
import { textOf } from '@/i18n/text'
import type { Field, Manifest } from '@/protocol/manifest'
import type { Wanted } from '@/runtime/port/records'
import { momentOf, toWire, wallAt } from '@/ui/fields/values/moment'

export type FilterKind = 'options' | 'yesno' | 'ref' | 'time' | 'number'

const KINDS: Readonly<Record<string, FilterKind>> = {
  choice: 'options',
  choices: 'options',
  boolean: 'yesno',
  ref: 'ref',
  refs: 'ref',
  date: 'time',
  datetime: 'time',
  integer: 'number',
  decimal: 'number',
  money: 'number',
}

/** Null: this type cannot be filtered by. */
export function kindOf(field: Field): FilterKind | null {
  return KINDS[field.type] ?? null
}

export interface Option {
  value: string
  label: string
}

/** The values of a field with choices, those of a code list without the retired. */
export function optionsOf(field: Field, manifest: Manifest): Option[] {
  const codes = (field.codes ? manifest.codes[field.codes] : undefined) ?? []
  const own = field.choices ?? codes.filter(({ retired }) => !retired)
  return own.map(({ value, label }) => ({ value, label: textOf(label) }))
}

export interface Span {
  first?: string
  end?: string
}

const DAY = 86_400_000
const dateAt = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** Spans that people ask for, as dates of the site's calendar; `end` is the day after the last. */
export function spans(now: number, zone: string): { id: string; span: Span }[] {
  const today = wallAt(now, zone).date
  const at = Date.parse(`${today}T00:00Z`)
  const weekday = (new Date(at).getUTCDay() + 6) % 7
  const month = `${today.slice(0, 7)}-01`
  const nextMonth = dateAt(Date.parse(`${month}T00:00Z`) + 32 * DAY).slice(0, 7)
  return [
    { id: 'today', span: { first: today, end: dateAt(at + DAY) } },
    { id: 'week', span: { first: dateAt(at - weekday * DAY), end: dateAt(at + (7 - weekday) * DAY) } },
    { id: 'days7', span: { first: dateAt(at - 6 * DAY), end: dateAt(at + DAY) } },
    { id: 'month', span: { first: month, end: `${nextMonth}-01` } },
    { id: 'past', span: { end: today } },
  ]
}

/** Calendar days as the values of a field: days themselves, or the moments at which they begin at the site. */
export function wantedSpan(span: Span, type: string, zone: string): Span {
  if (type === 'date') return span
  const begins = (date: string): string => toWire(momentOf({ date, time: '00:00' }, zone))
  return {
    ...(span.first ? { first: begins(span.first) } : {}),
    ...(span.end ? { end: begins(span.end) } : {}),
  }
}

/** What a filter's chip says; `titles` are the words of references, by id. */
export function wordsOf(
  field: Field,
  wanted: Wanted,
  { manifest, titles, zone }: { manifest: Manifest; titles: ReadonlyMap<string, string>; zone: string },
): string {
  if (Array.isArray(wanted))
    return wanted.map((one) => wordsOf(field, one, { manifest, titles, zone })).join(', ')
  if (wanted === null) return t('views.filter.none')
  if (typeof wanted === 'boolean') return t(wanted ? 'views.yes' : 'views.no')
  if (typeof wanted === 'object')
    return 'me' in wanted ? t('views.filter.me') : spanWords(field, wanted, zone)
  const option = optionsOf(field, manifest).find(({ value }) => value === wanted)
  return option?.label ?? titles.get(String(wanted)) ?? String(wanted)
}

function spanWords(
  field: Field,
  { first, end }: { first?: string | number; end?: string | number },
  zone: string,
): string {
  const say = (edge: string | number): string =>
    typeof edge === 'number'
      ? amount(edge)
      : field.type === 'date'
        ? day(edge)
        : moment(Date.parse(edge), zone)
  if (first === undefined)
    return end === undefined ? t('views.filter.any') : t('views.filter.before', { end: say(end) })
  return end === undefined ? t('views.filter.from', { first: say(first) }) : `${say(first)} – ${say(end)}`
}
