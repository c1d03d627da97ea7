/**
 * Checks of values from the manifest alone, one for each field type of protocol §7: what the server will take. A check
 * returns the normal form that goes on the wire (NFC text, decimals and moments in one spelling, sets sorted).
 */
import { compareDecimals, normalDecimal, readDecimal } from '@/engine/decimals'
import { type Flaw, flaw } from '@/engine/flaws'
import { isUuid } from '@/engine/ids'
import type { Known } from '@/engine/manifest'
import { fromWire, isoDate, parseDate, toWire } from '@/engine/moments'
import { byCodePoint, isObject, type Values } from '@/engine/values'
import type { Field } from '@/protocol/manifest'

const TEXT_MAX = 500
const NOTE_MAX = 20_000
const LIST_MAX = 200
const SHA = /^[0-9a-f]{64}$/
const PHONE = /^[0-9+()\-./#*,; extEXT]{3,40}$/
const DURATION = /^P(?=.)(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?$/
const TIME = /^T?(\d{2})(?::?(\d{2})(?::?(\d{2}))?)?$/
const BLOB_KEYS = ['sha256', 'name', 'type', 'size', 'at', 'role']
/** How the role of an attachment begins that stands for another; its hash follows. */
const STANDS_FOR = /^(thumb|annotated):/
const FREQUENCIES = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY']
const LANGUAGES = ['zh-Hant', 'zh-Hans', 'ru', 'en']

/** A value that does not fit: a key of the area `flaws`, the place inside (`2.kind`), what the text names. */
export class Misfit extends Error {
  readonly key: string
  readonly path: string
  readonly params: Values

  constructor(key: string, path = '', params: Values = {}) {
    super(key)
    this.name = 'Misfit'
    this.key = key
    this.path = path
    this.params = params
  }

  /** The same as a flaw of a field. */
  at(field: string): Flaw {
    return flaw(this.path ? `${field}.${this.path}` : field, this.key, this.params)
  }
}

/** Returns the normal form of a value (null: empty); throws `Misfit` when it does not fit its field. */
export function checkValue(field: Field, value: unknown, known: Known): unknown {
  if (value === null || value === undefined) return null
  const check = CHECKS[field.type]
  if (!check) throw new Misfit('unknown_type')
  return check(field, value, known)
}

type Check = (field: Field, value: unknown, known: Known) => unknown

function text(field: Field, value: unknown): string | null {
  const written = string(value)
  const length = [...written].length
  const longest = field.max || (field.type === 'note' ? NOTE_MAX : TEXT_MAX)
  if (length > longest) throw new Misfit('too_long', '', { max: longest })
  if (written && length < (field.min ?? 0)) throw new Misfit('too_short', '', { min: field.min })
  if (written && field.pattern && !wholly(field.pattern, written)) throw new Misfit('pattern')
  return written || null
}

function string(value: unknown): string {
  if (typeof value !== 'string') throw new Misfit('text')
  // NUL, and halves of surrogate pairs
  if (/\0|\p{Cs}/u.test(value)) throw new Misfit('unicode')
  return value.normalize('NFC')
}

function wholly(pattern: string, written: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(written)
  } catch {
    // Python's expressions know forms that these do not: then the server's judgement will do.
    return true
  }
}

function integer(field: Field, value: unknown): number {
  if (!Number.isSafeInteger(value)) throw new Misfit('integer')
  return within(field, value as number)
}

function within<T extends string | number>(field: Field, value: T): T {
  const number = readDecimal(value)
  const beyond = (limit: number | undefined): number => {
    const bound = readDecimal(limit)
    return number && bound ? compareDecimals(number, bound) : 0
  }
  if (beyond(field.min) < 0) throw new Misfit('too_small', '', { min: field.min })
  if (beyond(field.max) > 0) throw new Misfit('too_great', '', { max: field.max })
  return value
}

function decimal(field: Field, value: unknown): string {
  const normal =
    typeof value === 'string' || Number.isSafeInteger(value) ? normalDecimal(String(value)) : null
  if (normal === null) throw new Misfit('decimal')
  return within(field, normal)
}

function boolean(_field: Field, value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Misfit('boolean')
  return value
}

function date(_field: Field, value: unknown): string {
  const day = typeof value === 'string' ? parseDate(value) : null
  if (!day) throw new Misfit('date')
  return isoDate(day)
}

function time(_field: Field, value: unknown): string {
  const parts = typeof value === 'string' ? TIME.exec(value) : null
  const [, hour = '', minute = '00', second = '00'] = parts ?? []
  if (!parts || hour > '23' || minute > '59' || second > '59') throw new Misfit('time')
  return `${hour}:${minute}:${second}`
}

const datetime: Check = (_field, value) => moment(value, 'datetime')

function moment(value: unknown, key: string): string {
  const ms = typeof value === 'string' && value.length <= 40 ? fromWire(value) : null
  if (ms === null) throw new Misfit(key)
  return toWire(ms)
}

const matching =
  (pattern: RegExp, key: string): Check =>
  (_field, value) => {
    const written = string(value).trim()
    if (!pattern.test(written)) throw new Misfit(key)
    return written
  }

function rrule(_field: Field, value: unknown): string {
  const written = string(value)
  const frequency = /(?:^|;)FREQ=([^;]*)/.exec(written)?.[1] ?? ''
  if ([...written].length > TEXT_MAX || !FREQUENCIES.includes(frequency)) throw new Misfit('rrule')
  return written
}

function choice(field: Field, value: unknown, known: Known): string {
  const values = known.valuesOf(field)
  if (typeof value === 'string' && values.has(value)) return value
  const offered = [...values.values()].filter((each) => !('retired' in each && each.retired))
  throw new Misfit('choice', '', { known: offered.map((each) => each.value).join(', ') })
}

function ref(_field: Field, value: unknown): string {
  if (typeof value !== 'string' || !isUuid(value)) throw new Misfit('ref')
  return value
}

const setOf =
  (check: (field: Field, value: unknown, known: Known) => string): Check =>
  (field, value, known) => {
    const items = list(field, value).map((item) => check(field, item, known))
    return items.length ? [...new Set(items)].sort(byCodePoint) : null
  }

function list(field: Field, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Misfit('list')
  const longest = field.max || LIST_MAX
  if (value.length > longest) throw new Misfit('too_many', '', { max: longest })
  return value
}

function place(_field: Field, value: unknown): unknown {
  if (!isObject(value) || Object.keys(value).some((key) => !['lat', 'lon', 'accuracy'].includes(key))) {
    throw new Misfit('place')
  }
  const { lat, lon, accuracy = 0 } = value
  const holds = (number: unknown, low: number, high: number) =>
    typeof number === 'number' && number >= low && number <= high
  if (!holds(lat, -90, 90) || !holds(lon, -180, 180) || !holds(accuracy, 0, 1e7)) throw new Misfit('place')
  return value
}

function rows(field: Field, value: unknown, known: Known): unknown {
  const clean = list(field, value).map((each, index) => row(field.fields ?? [], index, each, known))
  return clean.length ? clean : null
}

function row(fields: readonly Field[], index: number, value: unknown, known: Known): Values {
  if (!isObject(value)) throw new Misfit('row', String(index))
  const clean: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    const field = fields.find((each) => each.name === name)
    if (!field) throw new Misfit('unknown_field', `${index}.${name}`)
    const normal = inside(`${index}.${name}`, () => checkValue(field, inner, known))
    if (normal !== null) clean[name] = normal
  }
  const missing = fields.find((each) => each.required && !(each.name in clean))
  if (missing) throw new Misfit('required', `${index}.${missing.name}`)
  return clean
}

function inside<T>(path: string, check: () => T): T {
  try {
    return check()
  } catch (error) {
    if (!(error instanceof Misfit)) throw error
    throw new Misfit(error.key, error.path ? `${path}.${error.path}` : path, error.params)
  }
}

function blobs(field: Field, value: unknown): unknown {
  if (!Array.isArray(value)) throw new Misfit('list')
  const most = field.max || LIST_MAX
  if (value.length > 3 * most || originals(value).length > most)
    throw new Misfit('too_many', '', { max: most })
  if (!value.every(isBlob)) throw new Misfit('blob')
  return value.length ? value : null
}

/** The attachments of a field less those that stand for another one: thumbnails, annotated copies (protocol §6). */
export function originals(value: unknown): unknown[] {
  const listed: unknown[] = Array.isArray(value) ? value : []
  return listed.filter((blob) => !(isObject(blob) && STANDS_FOR.test(String(blob.role))))
}

function isBlob(value: unknown): boolean {
  if (!isObject(value) || !SHA.test(String(value.sha256))) return false
  return Object.entries(value).every(([key, part]) =>
    key === 'size'
      ? Number.isSafeInteger(part)
      : BLOB_KEYS.includes(key) && typeof part === 'string' && [...part].length <= TEXT_MAX,
  )
}

function signature(_field: Field, value: unknown): unknown {
  const whole = isObject(value) && Object.keys(value).sort().join() === 'at,sha256,signer'
  if (!whole || !SHA.test(String(value.sha256))) throw new Misfit('signature')
  const signer = [...string(value.signer)].slice(0, TEXT_MAX).join('')
  return { sha256: value.sha256, signer, at: moment(value.at, 'signature') }
}

function localized(field: Field, value: unknown): unknown {
  if (!isObject(value) || Object.keys(value).some((lang) => !LANGUAGES.includes(lang)))
    throw new Misfit('localized')
  const texts = Object.entries(value).map(([lang, raw]) => [lang, text(field, raw)] as const)
  const written = texts.filter(([, said]) => said)
  return written.length ? Object.fromEntries(written.sort()) : null
}

const CHECKS: Readonly<Record<string, Check>> = {
  text,
  note: text,
  point: text,
  integer,
  money: integer,
  decimal,
  boolean,
  date,
  time,
  datetime,
  rrule,
  choice,
  choices: setOf(choice),
  ref,
  refs: setOf(ref),
  duration: matching(DURATION, 'duration'),
  phone: matching(PHONE, 'phone'),
  place,
  rows,
  blobs,
  signature,
  localized,
}
