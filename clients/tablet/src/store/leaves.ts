/**
 * Records in leaves of a dozen neighbours, as at the bottom of a B-tree.
 *
 * A put costs IndexedDB some 60 µs whatever it holds: leaf by leaf a first sync writes five times as fast as record by
 * record (ADR 14). A leaf holds the records from its own key up to the next leaf's.
 */
import type { RecordKey, Span } from '@/engine/places'
import { keyIn, type Packed, pack, unpacked } from './packing'
import type { RecordRow, Table } from './tables'

export interface Leaf extends Packed {
  readonly k: RecordKey
  /** The same: an index over it finds leaves without reading them. */
  readonly at: RecordKey
}

/** Rows in a leaf at most: saving one record writes all of its leaf. */
export const MOST = 16
/** From so many keys on, the keys of all leaves between them are asked for at once. */
const MANY = 100

export class Leaves {
  constructor(private readonly table: Table<Leaf>) {}

  /** In the order asked for; undefined where there is none. */
  async get(keys: readonly RecordKey[]): Promise<(RecordRow | undefined)[]> {
    const wanted = new Set(keys)
    const found = new Map<RecordKey, RecordRow>()
    for (const { leaf } of await this.#around(keys)) {
      for (const row of leaf?.rows ?? []) {
        const key = keyIn(leaf as Leaf, row)
        if (wanted.has(key)) found.set(key, unpacked(leaf as Leaf, row))
      }
    }
    return keys.map((key) => found.get(key))
  }

  /** The first rows of a span of keys. */
  async stretch({ first, end }: Span, limit: number): Promise<RecordRow[]> {
    const found: RecordRow[] = []
    let from = (await this.#leafOf(first)) ?? first
    while (true) {
      const count = Math.ceil((limit - found.length) / MOST) + 1
      const leaves = await this.table.scan(null, { first: from, end }, { limit: count })
      for (const leaf of leaves)
        for (const row of rowsOf(leaf)) if (row.k >= first && row.k < end) found.push(row)
      const last = leaves.at(-1)
      if (found.length >= limit || !last || leaves.length < count) return found.slice(0, limit)
      from = after(last.k)
    }
  }

  async put(rows: readonly RecordRow[]): Promise<void> {
    const news = new Map(rows.map((row) => [row.k, row]))
    const leaves: Leaf[] = []
    for (const { leaf, keys } of await this.#around([...news.keys()])) {
      const added = keys.map((key) => news.get(key) as RecordRow)
      leaves.push(...split(leaf?.k ?? (keys[0] as RecordKey), merge(leaf ? rowsOf(leaf) : [], added)))
    }
    await this.table.put(leaves)
  }

  async delete(keys: readonly RecordKey[]): Promise<void> {
    const gone = new Set(keys)
    const smaller: Leaf[] = []
    const empty: RecordKey[] = []
    for (const { leaf } of await this.#around(keys)) {
      const left = leaf?.rows.filter((row) => !gone.has(keyIn(leaf, row)))
      if (!leaf || !left) continue
      if (!left.length) empty.push(leaf.k)
      else if (left.length < leaf.rows.length) smaller.push({ ...leaf, rows: left })
    }
    await this.table.put(smaller)
    await this.table.delete(empty)
  }

  /** The leaves that keys belong to, with these keys in order; no leaf for keys before the first. */
  async #around(keys: readonly RecordKey[]): Promise<Around[]> {
    const sorted = [...new Set(keys)].sort()
    const found = await Promise.all(runsOf(sorted).map((run) => this.#leavesOf(run)))
    const groups = new Map<RecordKey | undefined, RecordKey[]>()
    for (const [at, k] of found.flat().entries()) {
      const key = sorted[at] as RecordKey
      const others = groups.get(k)
      if (others) others.push(key)
      else groups.set(k, [key])
    }
    const leaves = await this.table.get([...groups.keys()].filter((k) => k !== undefined))
    const known = new Map(leaves.map((leaf) => [leaf?.k, leaf]))
    return [...groups].map(([k, own]) => ({ leaf: known.get(k), keys: own }))
  }

  /** The leaf of each key of a run. */
  async #leavesOf(run: readonly RecordKey[]): Promise<(RecordKey | undefined)[]> {
    if (run.length < MANY) return Promise.all(run.map((key) => this.#leafOf(key)))
    const [first, last] = [run[0] as RecordKey, run[run.length - 1] as RecordKey]
    const [before, near] = await Promise.all([
      this.#leafOf(first),
      this.table.keys('at', { first: after(first), end: after(last) }),
    ])
    const starts = [before, ...near]
    let at = 0
    return run.map((key) => {
      while (at + 1 < starts.length && (starts[at + 1] as RecordKey) <= key) at += 1
      return starts[at]
    })
  }

  /** The leaf that a key belongs to; none before the first. */
  async #leafOf(key: RecordKey): Promise<RecordKey | undefined> {
    return (await this.table.keys('at', { end: after(key) }, { reverse: true, limit: 1 }))[0]
  }
}

interface Around {
  readonly leaf: Leaf | undefined
  /** In order. */
  readonly keys: readonly RecordKey[]
}

/** Keys in order, those of one prefix (an entity's at a site) together. */
function runsOf(sorted: readonly RecordKey[]): RecordKey[][] {
  const runs: RecordKey[][] = []
  let prefix: string | undefined
  for (const key of sorted) {
    const own = key.slice(0, key.lastIndexOf('|') + 1)
    if (own !== prefix) runs.push([])
    prefix = own
    runs[runs.length - 1]?.push(key)
  }
  return runs
}

/** The least key behind one. */
const after = (key: RecordKey): RecordKey => `${key}\u0000`

const rowsOf = (leaf: Leaf): RecordRow[] => leaf.rows.map((row) => unpacked(leaf, row))

function merge(old: readonly RecordRow[], news: readonly RecordRow[]): RecordRow[] {
  const merged: RecordRow[] = []
  let at = 0
  for (const row of news) {
    for (; at < old.length && (old[at] as RecordRow).k < row.k; at++) merged.push(old[at] as RecordRow)
    if (old[at]?.k === row.k) at += 1
    merged.push(row)
  }
  for (; at < old.length; at++) merged.push(old[at] as RecordRow)
  return merged
}

/** Evenly, so that each has room for more. */
function split(k: RecordKey, rows: readonly RecordRow[]): Leaf[] {
  const parts = Math.ceil(rows.length / MOST)
  return Array.from({ length: parts }, (_, part) => {
    const own = rows.slice(
      Math.round((part * rows.length) / parts),
      Math.round(((part + 1) * rows.length) / parts),
    )
    const start = part ? (own[0] as RecordRow).k : k
    return { k: start, at: start, ...pack(own) }
  })
}
