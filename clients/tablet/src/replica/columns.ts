/**
 * One field of many records, in memory: numbers and moments as numbers, everything else as codes of the values that
 * occur. A hundred thousand records are filtered, counted and ordered in milliseconds, whatever the combination.
 */
import type { Field } from '@/protocol/manifest'
import type { LinesColumn } from '@/store/port'

/** What a slot's value must be like. */
export type Wish = { readonly any: ReadonlySet<unknown> } | { readonly first: unknown; readonly end: unknown }

export interface Column {
  set(slot: number, value: unknown): void
  /** A test of slots; values of a list pass if one of them does. */
  test(wish: Wish): (slot: number) => boolean
  /** Orders two slots; what is empty comes last, also downwards. */
  compare(a: number, b: number, down: boolean): number
  pack(from: number, to: number): LinesColumn
  /** Takes over what was packed, from a slot on. */
  unpack(packed: LinesColumn, from: number): void
}

const NUMBERS = new Set(['integer', 'money', 'decimal'])
const MOMENTS = new Set(['date', 'datetime'])

export function columnOf(field: Field): Column {
  if (NUMBERS.has(field.type)) return new NumberColumn(Number)
  return MOMENTS.has(field.type) ? new NumberColumn((value) => Date.parse(String(value))) : new CodeColumn()
}

export class NumberColumn implements Column {
  numbers = new Float64Array(1024).fill(Number.NaN)

  constructor(private readonly read: (value: unknown) => number) {}

  set(slot: number, value: unknown): void {
    this.#reach(slot)
    this.numbers[slot] = this.#number(value)
  }

  at(slot: number): number {
    return this.numbers[slot] ?? Number.NaN
  }

  test(wish: Wish): (slot: number) => boolean {
    if ('any' in wish) {
      const any = new Set([...wish.any].map((value) => this.#number(value)))
      return (slot) => any.has(this.at(slot))
    }
    const first = wish.first == null ? Number.NEGATIVE_INFINITY : this.read(wish.first)
    const end = wish.end == null ? Number.POSITIVE_INFINITY : this.read(wish.end)
    return (slot) => this.at(slot) >= first && this.at(slot) < end
  }

  compare(a: number, b: number, down: boolean): number {
    const [x, y] = [this.at(a), this.at(b)]
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y))
    return down ? y - x : x - y
  }

  pack(from: number, to: number): LinesColumn {
    return { numbers: this.numbers.slice(from, to) }
  }

  unpack(packed: LinesColumn, from: number): void {
    if (!('numbers' in packed)) return
    this.#reach(from + packed.numbers.length - 1)
    this.numbers.set(packed.numbers, from)
  }

  #reach(slot: number): void {
    const { length } = this.numbers
    if (slot >= length) this.numbers = grown(this.numbers, Float64Array, slot).fill(Number.NaN, length)
  }

  #number(value: unknown): number {
    return typeof value === 'number' ? value : value == null ? Number.NaN : this.read(value)
  }
}

export class CodeColumn implements Column {
  /** The values that occur or have occurred; code 0 is none. */
  readonly values: unknown[] = [null]
  /** Places of values in an order that is not their own, such as that of choices; by code. */
  ranks: readonly number[] | null = null
  readonly #codes = new Map<string, number>()
  #slots = new Uint32Array(1024)

  set(slot: number, value: unknown): void {
    this.#reach(slot)
    this.#slots[slot] = this.code(value)
  }

  at(slot: number): number {
    return this.#slots[slot] ?? 0
  }

  code(value: unknown): number {
    if (value == null || (Array.isArray(value) && value.length === 0)) return 0
    const key = typeof value === 'string' ? value : `\u0000${JSON.stringify(value)}`
    let code = this.#codes.get(key)
    if (code === undefined) {
      code = this.values.push(value) - 1
      this.#codes.set(key, code)
    }
    return code
  }

  test(wish: Wish): (slot: number) => boolean {
    const passes = Uint8Array.from(this.values, (value) => Number(fits(value, wish)))
    return (slot) => passes[this.at(slot)] === 1
  }

  compare(a: number, b: number, down: boolean): number {
    const [x, y] = [this.at(a), this.at(b)]
    if (x === y) return 0
    if (x === 0 || y === 0) return Number(x === 0) - Number(y === 0)
    const rank = this.ranks
    const [u, v] = rank ? [rank[x] ?? 0, rank[y] ?? 0] : [String(this.values[x]), String(this.values[y])]
    return (u < v ? -1 : u > v ? 1 : 0) * (down ? -1 : 1)
  }

  pack(from: number, to: number): LinesColumn {
    const values: unknown[] = []
    const local = new Map<number, number>()
    const codes = this.#slots.slice(from, to).map((code) => {
      let at = local.get(code)
      if (at === undefined) {
        at = values.push(this.values[code]) - 1
        local.set(code, at)
      }
      return at
    })
    return { values, codes }
  }

  unpack(packed: LinesColumn, from: number): void {
    if (!('codes' in packed)) return
    const codes = packed.values.map((value) => this.code(value))
    this.#reach(from + packed.codes.length - 1)
    for (let i = 0; i < packed.codes.length; i++) this.#slots[from + i] = codes[packed.codes[i] ?? 0] ?? 0
  }

  #reach(slot: number): void {
    if (slot >= this.#slots.length) this.#slots = grown(this.#slots, Uint32Array, slot)
  }
}

function fits(value: unknown, wish: Wish): boolean {
  const held = Array.isArray(value) ? value : [value]
  if ('any' in wish) return held.some((one) => wish.any.has(one))
  return held.some((one) => within(one, wish.first, wish.end))
}

function within(value: unknown, first: unknown, end: unknown): boolean {
  if (value == null) return false
  const text = String(value)
  return (first == null || text >= String(first)) && (end == null || text < String(end))
}

function grown<T extends Float64Array | Uint32Array>(
  old: T,
  make: new (length: number) => T,
  slot: number,
): T {
  const more = new make(Math.max(old.length * 2, slot + 1))
  more.set(old)
  return more
}
