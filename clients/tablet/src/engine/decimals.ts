/** Decimals as texts such as `-12.50`: exact, of any length (ADR 1; protocol §2). */

/** `unscaled` ÷ 10 to the power of `scale`. */
export interface Decimal {
  readonly unscaled: bigint
  readonly scale: number
}

const PLAIN = /^-?[0-9]+(\.[0-9]+)?$/

/** Reads an integer or a plain decimal text; null for anything else. */
export function readDecimal(value: unknown): Decimal | null {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { unscaled: BigInt(value), scale: 0 } : null
  if (typeof value !== 'string' || !PLAIN.test(value)) return null
  const [whole = '', fraction = ''] = value.split('.')
  return { unscaled: BigInt(whole + fraction), scale: fraction.length }
}

export function compareDecimals(a: Decimal, b: Decimal): number {
  const [left, right] = [a.unscaled * power(b.scale), b.unscaled * power(a.scale)]
  return left > right ? 1 : left < right ? -1 : 0
}

/** 10 to a power. */
export const power = (exponent: number): bigint => 10n ** BigInt(exponent)

/** Divides and rounds half up, away from zero. */
export function halfUp(numerator: bigint, denominator: bigint): bigint {
  const [a, b] = [magnitude(numerator), magnitude(denominator)]
  const whole = a / b + (2n * (a % b) >= b ? 1n : 0n)
  return numerator < 0n === denominator < 0n ? whole : -whole
}

/** Writes without zeros at the end: `-12.5`, `0`. */
export function shortest({ unscaled, scale }: Decimal): string {
  let [rest, places] = [unscaled, scale]
  while (places > 0 && rest % 10n === 0n) {
    rest /= 10n
    places--
  }
  return writeDecimal({ unscaled: rest, scale: places })
}

/** Writes with exactly `scale` places. */
export function writeDecimal({ unscaled, scale }: Decimal): string {
  const digits = magnitude(unscaled)
    .toString()
    .padStart(scale + 1, '0')
  const sign = unscaled < 0n ? '-' : ''
  return scale ? `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}` : sign + digits
}

export const magnitude = (value: bigint): bigint => (value < 0n ? -value : value)

const WRITTEN = /^([+-]?)(?=\.?[0-9])([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,4}))?$/
const DIGITS = 28

/**
 * The normal form of a decimal as people and programs write it (`+1.50`, `.5`, `2e3`); null when it is none, or beyond
 * 10³⁰. More than 28 digits are rounded half to even, as the server does.
 */
export function normalDecimal(text: string): string | null {
  const match = text.length <= 40 ? WRITTEN.exec(text.trim()) : null
  if (!match) return null
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  const places = fraction.length - Number(exponent)
  if (!digits) return '0'
  if (Math.abs(digits.length - 1 - places) > 30) return null
  const over = Math.max(digits.length - DIGITS, 0)
  const rounded = halfEven(BigInt(digits), over)
  const scale = places - over
  const value = scale < 0 ? { unscaled: rounded * power(-scale), scale: 0 } : { unscaled: rounded, scale }
  return shortest(sign === '-' ? { ...value, unscaled: -value.unscaled } : value)
}

/** Drops so many digits, rounding half to even. */
function halfEven(value: bigint, digits: number): bigint {
  const unit = power(digits)
  const [whole, twice] = [value / unit, 2n * (value % unit)]
  return whole + (twice > unit || (twice === unit && whole % 2n === 1n) ? 1n : 0n)
}
