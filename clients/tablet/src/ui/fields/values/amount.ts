/**
 * Numbers as people write them (protocol §2: money is integer minor units, decimals are texts).
 *
 * Digits never pass through floating point: what was typed is what is stored.
 */
import type { Lang } from '@/runtime/port/values'

export type NumberType = 'integer' | 'decimal' | 'money'

const GROUPING = /(?<=\d)[\s'’](?=\d)/gu
const PLAIN = /^(-?)(\d*)(?:\.(\d*))?$/

/** The stored form of what was typed; `undefined`: no such number; `null`: nothing. */
export function parseAmount(typed: string, type: NumberType, lang: Lang): number | string | null | undefined {
  const text = typed
    .normalize('NFKC')
    .trim()
    .replace(/。/g, '.')
    .replace(/^[¥₽$€]\s*|\s*[¥₽$€]$/gu, '')
    .replace(/^[−–]\s*/, '-')
    .replace(GROUPING, '')
  if (!text) return null
  const match = PLAIN.exec(withPoint(text, lang))
  if (!match) return undefined
  const [, sign = '', whole = '', part = ''] = match
  if (!whole && !part) return undefined
  if (type === 'decimal') return plain(sign, whole, part)
  const places = type === 'money' ? 2 : 0
  if (part.length > places) return undefined
  const value = Number(sign + whole + part.padEnd(places, '0'))
  return Number.isSafeInteger(value) ? value + 0 : undefined
}

/** What an editor shows of a stored number, to be typed on; other values as they are. */
export function writeAmount(value: unknown, type: NumberType, lang: Lang): string {
  if (value === null || value === undefined) return ''
  const digits = type === 'money' ? fromMinor(value) : String(value)
  if (!PLAIN.test(digits)) return String(value)
  const [whole = '', part] = digits.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, lang === 'ru' ? '\u00a0' : ',')
  return part ? grouped + (lang === 'ru' ? ',' : '.') + part : grouped
}

/** The sum of stored numbers of one type; what is no number counts nothing. */
export function sumAmounts(values: readonly unknown[], type: NumberType): number | string {
  const parts = values
    .map((value) => /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value)))
    .filter((part) => part !== null)
  const places = Math.max(0, ...parts.map(([, , , part = '']) => part.length))
  const total = parts.reduce(
    (sum, [, sign, whole, part = '']) => sum + BigInt(`${sign}${whole}${part.padEnd(places, '0')}`),
    0n,
  )
  if (type !== 'decimal') return Number(total)
  const digits = String(total < 0n ? -total : total).padStart(places + 1, '0')
  const cut = digits.length - places
  return plain(total < 0n ? '-' : '', digits.slice(0, cut), digits.slice(cut))
}

/** `1.234,50` and `1,234.50` are one number: the last separator parts the fraction, one that comes again groups. */
function withPoint(text: string, lang: Lang): string {
  const commas = text.split(',').length - 1
  const points = text.split('.').length - 1
  if (commas && points) {
    const [group, point] = text.lastIndexOf(',') > text.lastIndexOf('.') ? ['.', ','] : [',', '.']
    return text.split(group).join('').replace(point, '.')
  }
  if (commas > 1 || points > 1) return /^-?\d{1,3}([.,]\d{3})+$/.test(text) ? text.replace(/[.,]/g, '') : text
  if (commas && lang !== 'ru' && /^-?[1-9]\d{0,2},\d{3}$/.test(text)) return text.replace(',', '')
  return text.replace(',', '.')
}

function plain(sign: string, whole: string, part: string): string {
  const left = whole.replace(/^0+(?=\d)/, '') || '0'
  const right = part.replace(/0+$/, '')
  const digits = right ? `${left}.${right}` : left
  return digits === '0' ? '0' : sign + digits
}

function fromMinor(value: unknown): string {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return String(value)
  const digits = String(Math.abs(value)).padStart(3, '0')
  return `${value < 0 ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
