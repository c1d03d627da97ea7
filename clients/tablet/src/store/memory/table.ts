import type { Key, Page, Range, Table } from '../tables'

/** How an index finds its keys in a row: a field, or several fields together. */
interface Index {
  readonly fields: readonly string[]
  readonly compound: boolean
}

/** The rows of a table at one moment; never changed once others may see them. */
export type Snapshot<Row> = ReadonlyMap<string, Row>

/** One transaction's view of a table: a snapshot, copied at the first write. */
export class MemoryTable<Row extends object> implements Table<Row> {
  private readonly key: Index
  private readonly indexes: ReadonlyMap<string, Index>
  private own: Map<string, Row> | undefined

  constructor(
    schema: string,
    private readonly given: Snapshot<Row>,
  ) {
    const [key = '', ...others] = schema.split(', ')
    this.key = indexOf(key)
    this.indexes = new Map(others.map((text) => [text.replace('&', ''), indexOf(text)]))
  }

  /** The rows as they are now. */
  get rows(): Snapshot<Row> {
    return this.own ?? this.given
  }

  async get(keys: readonly Key[]): Promise<(Row | undefined)[]> {
    return keys.map((key) => this.rows.get(idOf(key)))
  }

  async scan(index: string | null, range: Range = {}, page: Page = {}): Promise<Row[]> {
    return this.found(index, range, page).map(([, , row]) => row)
  }

  async keys(index: string, range: Range = {}, page: Page = {}): Promise<string[]> {
    return this.found(index, range, page).map(([, key]) => String(key))
  }

  async count(index: string | null, range: Range = {}): Promise<number> {
    return this.entries(index, range).length
  }

  async put(rows: readonly Row[]): Promise<void> {
    const own = this.writable()
    for (const row of rows) for (const key of keysIn(row, this.key)) own.set(idOf(key), row)
  }

  async delete(keys: readonly Key[]): Promise<void> {
    const own = this.writable()
    for (const key of keys) own.delete(idOf(key))
  }

  private writable(): Map<string, Row> {
    this.own ??= new Map(this.given)
    return this.own
  }

  private found(index: string | null, range: Range, page: Page): [Key, Key, Row][] {
    const found = this.entries(index, range).sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    if (page.reverse) found.reverse()
    const first = page.offset ?? 0
    return found.slice(first, page.limit === undefined ? undefined : first + page.limit)
  }

  private entries(name: string | null, { first, end }: Range): [Key, Key, Row][] {
    const index = name === null ? this.key : this.indexes.get(name)
    if (!index) throw new Error(`no index ${name}`)
    const found: [Key, Key, Row][] = []
    for (const row of this.rows.values()) {
      for (const key of keysIn(row, index)) {
        const inside =
          (first === undefined || compare(key, first) >= 0) && (end === undefined || compare(key, end) < 0)
        if (inside) found.push([key, keysIn(row, this.key)[0] ?? '', row])
      }
    }
    return found
  }
}

function indexOf(text: string): Index {
  const compound = text.startsWith('[')
  const fields = text.replace(/[&[\]]/g, '').split('+')
  return { fields, compound }
}

/** A row without a valid key has no entry, as in IndexedDB. */
function keysIn(row: object, { fields, compound }: Index): Key[] {
  const values = fields.map((field) => (row as Record<string, unknown>)[field])
  if (compound) return values.every(isKey) ? [values as (string | number)[]] : []
  const [value] = values
  return isKey(value) ? [value] : []
}

const isKey = (value: unknown): value is string | number =>
  typeof value === 'string' || typeof value === 'number'

const idOf = (key: Key): string => (typeof key === 'string' ? key : JSON.stringify(key))

/** IndexedDB's order: numbers, then strings by UTF-16 unit, then lists element by element. */
function compare(a: Key, b: Key): number {
  if (typeof a === 'object' && typeof b === 'object') {
    for (let i = 0; i < a.length && i < b.length; i++) {
      const order = compare(a[i] ?? '', b[i] ?? '')
      if (order) return order
    }
    return a.length - b.length
  }
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0
  return rank(a) - rank(b)
}

const rank = (key: Key): number => (typeof key === 'number' ? 0 : typeof key === 'string' ? 1 : 2)
