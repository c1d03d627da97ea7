/**
 * The roll of an entity: what lists filter, count and order its records by, and their search lines, in memory.
 *
 * A slot is a record's place in every column. Chunks of slots are kept in the store, so that a cold start reads the roll
 * instead of the records (tablet.md §3.3).
 */
import type { KnownEntity } from '@/engine/manifest'
import { META } from '@/engine/manifest'
import { placeOf, type RecordKey } from '@/engine/places'
import type { Field } from '@/protocol/manifest'
import type { Lines, LinesColumn } from '@/store/port'
import { CodeColumn, type Column, columnOf, NumberColumn, type Wish } from './columns'

export const CHUNK = 1024

/** What a record is listed by. */
export interface Entry {
  readonly values: Readonly<Record<string, unknown>>
  readonly line: string
  /** Its nearest open deadline, ms. */
  readonly due: number | null
}

/** Which slots are wanted: sites, and what columns must be like. */
export interface Wanted {
  readonly sites: ReadonlySet<string>
  readonly wishes: ReadonlyMap<string, Wish>
}

export const DUE = 'due'
const SITES = 'sites'
const ALWAYS = new Set(['choice', 'choices', 'ref', 'refs', 'boolean', 'date', 'point', 'integer', 'money'])

/** Fields by which an entity's records can be listed: what its views name, and all of few values. */
export function tracked(entity: KnownEntity): readonly Field[] {
  const { list } = entity.shape.views
  const sorts = list.sort.map((name) => name.replace(/^-/, ''))
  const named = new Set([
    ...list.filters,
    ...sorts,
    ...list.keys.flat(),
    ...(entity.shape.unique ?? []).flat(),
  ])
  if (list.group) named.add(list.group)
  const meta = [...META.values()].filter((field) => field.name === 'created_at' || named.has(field.name))
  return [...entity.shape.fields.filter((field) => ALWAYS.has(field.type) || named.has(field.name)), ...meta]
}

export class Roll {
  readonly columns: ReadonlyMap<string, Column>
  readonly due = new NumberColumn(Number)
  /** Slot → record; empty where there is none. */
  readonly records: RecordKey[] = []
  readonly lines: string[] = []
  /** Chunks not yet kept. */
  readonly dirty = new Set<number>()
  readonly #sites = new CodeColumn()
  /** Record → slot; null until it is needed: a list that is only looked at does without. */
  #slots: Map<RecordKey, number> | null = new Map()
  readonly #free: number[] = []

  constructor(readonly entity: KnownEntity) {
    this.columns = new Map(tracked(entity).map((field) => [field.name, columnOf(field)]))
  }

  has(key: RecordKey): boolean {
    return this.#placed().has(key)
  }

  put(key: RecordKey, entry: Entry): void {
    const slots = this.#placed()
    let slot = slots.get(key)
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.records.length
      slots.set(key, slot)
      this.records[slot] = key
      this.#sites.set(slot, placeOf(key).site)
    }
    this.lines[slot] = entry.line
    this.due.set(slot, entry.due)
    for (const [name, column] of this.columns) column.set(slot, entry.values[name])
    this.dirty.add(Math.floor(slot / CHUNK))
  }

  remove(key: RecordKey): void {
    const slot = this.#placed().get(key)
    if (slot === undefined) return
    this.#placed().delete(key)
    this.#free.push(slot)
    this.records[slot] = ''
    this.lines[slot] = ''
    this.dirty.add(Math.floor(slot / CHUNK))
  }

  /** Slots of the records wanted, oldest first. */
  select({ sites, wishes }: Wanted, also: (slot: number) => boolean = () => true): number[] {
    const tests = [this.#sites.test({ any: sites })]
    for (const [name, wish] of wishes) {
      const column = this.columns.get(name)
      if (column) tests.push(column.test(wish))
    }
    const found: number[] = []
    for (let slot = 0; slot < this.records.length; slot++) {
      if (this.records[slot] && tests.every((test) => test(slot)) && also(slot)) found.push(slot)
    }
    return found
  }

  /** The first `count` of some slots, in order; all of them in order if that is not much less. */
  first(slots: readonly number[], sort: readonly string[], count: number): number[] {
    const orders = sort.map((name) => this.#order(name))
    const compare = (a: number, b: number): number => {
      for (const order of orders) {
        const found = order(a, b)
        if (found) return found
      }
      return (this.records[a] ?? '') < (this.records[b] ?? '') ? -1 : 1
    }
    if (count > 256 || count * 4 > slots.length) return [...slots].sort(compare).slice(0, count)
    return least(slots, count, compare)
  }

  /** How many of some slots hold each value of a column; a list counts for each of its items. */
  counts(name: string, slots: readonly number[]): Map<unknown, number> {
    const column = this.columns.get(name)
    const counts = new Map<unknown, number>()
    if (!(column instanceof CodeColumn)) return counts
    const byCode = new Map<number, number>()
    for (const slot of slots) byCode.set(column.at(slot), (byCode.get(column.at(slot)) ?? 0) + 1)
    for (const [code, count] of byCode) {
      const value = column.values[code]
      for (const one of Array.isArray(value) ? value : [value])
        counts.set(one, (counts.get(one) ?? 0) + count)
    }
    return counts
  }

  pack(chunk: number): Lines {
    const [from, to] = [chunk * CHUNK, Math.min((chunk + 1) * CHUNK, this.records.length)]
    const columns: Record<string, LinesColumn> = {
      [DUE]: this.due.pack(from, to),
      [SITES]: this.#sites.pack(from, to),
    }
    for (const [name, column] of this.columns) columns[` ${name}`] = column.pack(from, to)
    const [records, lines] = [this.records.slice(from, to), this.lines.slice(from, to)]
    const text = new TextEncoder().encode(lines.join('\n'))
    return { entity: this.entity.name, chunk, text, records, columns }
  }

  unpack({ chunk, text, records, columns }: Lines): void {
    const from = chunk * CHUNK
    const lines = new TextDecoder().decode(text).split('\n')
    this.#slots = null
    for (const [i, key] of records.entries()) {
      this.records[from + i] = key
      this.lines[from + i] = lines[i] ?? ''
      if (!key) this.#free.push(from + i)
    }
    const { [DUE]: due, [SITES]: sites } = columns
    if (due) this.due.unpack(due, from)
    if (sites) this.#sites.unpack(sites, from)
    for (const [name, column] of this.columns) {
      const packed = columns[` ${name}`]
      if (packed) column.unpack(packed, from)
    }
  }

  #placed(): Map<RecordKey, number> {
    if (!this.#slots) {
      this.#slots = new Map()
      for (const [slot, key] of this.records.entries()) if (key) this.#slots.set(key, slot)
    }
    return this.#slots
  }

  #order(name: string): (a: number, b: number) => number {
    const down = name.startsWith('-')
    const bare = name.replace(/^-/, '')
    const column = bare === DUE ? this.due : this.columns.get(bare)
    return (a, b) => column?.compare(a, b, down) ?? 0
  }
}

/** The least of many, kept in order while all are looked at once, the newest first: they are mostly wanted. */
function least(slots: readonly number[], count: number, compare: (a: number, b: number) => number): number[] {
  const kept: number[] = []
  for (let i = slots.length - 1; i >= 0; i--) {
    const slot = slots[i] as number
    const last = kept[kept.length - 1]
    if (kept.length === count && last !== undefined && compare(slot, last) > 0) continue
    let [low, high] = [0, kept.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (compare(slot, kept[middle] as number) < 0) high = middle
      else low = middle + 1
    }
    kept.splice(low, 0, slot)
    if (kept.length > count) kept.pop()
  }
  return kept
}
