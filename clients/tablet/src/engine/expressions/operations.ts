/**
 * What CEL's operators do with values (ADR 1). A value is null, a boolean, a text, a list, an object or a number: whole
 * ones are integers, of 64 bits inside an expression, others doubles. What errs throws `Erred`.
 */
import { byCodePoint, isObject } from '@/engine/values'

/** An error of CEL; it makes the result null unless `&&` or `||` is decided without it. */
export class Erred extends Error {}

/** A number that came as no integer, or of such ones: it does not add to integers, but compares with them. */
export class Double {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** Beyond ±(2⁵³ − 1) integers are held as bigint, so that what comes back from there is exact. */
type Integer = number | bigint

const LARGEST = 2n ** 63n

export const err = (): never => {
  throw new Erred()
}

export function truth(value: unknown): boolean {
  return typeof value === 'boolean' ? value : err()
}

export function add(a: unknown, b: unknown): unknown {
  if (typeof a === 'string' && typeof b === 'string') return a + b
  if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b]
  return arithmetic(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  )
}

export const subtract = (a: unknown, b: unknown): unknown =>
  arithmetic(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  )

export const multiply = (a: unknown, b: unknown): unknown =>
  arithmetic(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  )

export const divide = (a: unknown, b: unknown): unknown =>
  arithmetic(
    a,
    b,
    (x, y) => x / y,
    (x, y) => (y === 0n ? err() : x / y),
  )

export const remainder = (a: unknown, b: unknown): unknown =>
  isInteger(a) && isInteger(b) ? (b === 0 ? err() : integer(BigInt(a) % BigInt(b))) : err()

export function negate(value: unknown): unknown {
  if (value instanceof Double) return new Double(-value.value)
  return isInteger(value) ? integer(-BigInt(value)) : err()
}

/** Below, equal or above zero as `a` is before, beside or after `b`. */
export function compare(a: unknown, b: unknown): number {
  if (typeof a === 'string' && typeof b === 'string') return byCodePoint(a, b)
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (!isNumber(a) || !isNumber(b)) return err()
  const [x, y] = [plain(a), plain(b)]
  return x < y ? -1 : x > y ? 1 : 0
}

export function same(a: unknown, b: unknown): boolean {
  if (isNumber(a) && isNumber(b)) return compare(a, b) === 0
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => same(item, b[i]))
  if (!isRecord(a) || !isRecord(b)) return a === b
  const names = Object.keys(a)
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && same(a[name], b[name]))
  )
}

export function member(of: unknown, name: unknown): unknown {
  if (Array.isArray(of) && typeof name === 'number' && name >= 0 && name < of.length) return of[name]
  return isRecord(of) && typeof name === 'string' && Object.hasOwn(of, name) ? of[name] : err()
}

/** An integer in its one form: a number where that is exact. */
export function integer(value: bigint): Integer {
  if (value >= LARGEST || value < -LARGEST) return err()
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function arithmetic(
  a: unknown,
  b: unknown,
  doubles: (x: number, y: number) => number,
  integers: (x: bigint, y: bigint) => bigint,
): unknown {
  if (a instanceof Double && b instanceof Double) return new Double(doubles(a.value, b.value))
  return isInteger(a) && isInteger(b) ? integer(integers(BigInt(a), BigInt(b))) : err()
}

const isInteger = (value: unknown): value is Integer => typeof value === 'number' || typeof value === 'bigint'
const isNumber = (value: unknown): value is Integer | Double => isInteger(value) || value instanceof Double
const plain = (value: Integer | Double): Integer => (value instanceof Double ? value.value : value)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  isObject(value) && !(value instanceof Double)
