import type { Collection, Table as DexieStore } from 'dexie'
import type { Key, Page, Range, Table } from '../tables'

/** From so many keys on it pays to ask first which of them are there. */
const MANY = 64

/** A table of an IndexedDB database, inside the transaction that is under way. */
export class DexieTable<Row> implements Table<Row> {
  constructor(
    private readonly store: DexieStore<Row, Key>,
    private readonly transaction: IDBTransaction,
  ) {}

  async get(keys: readonly Key[]): Promise<(Row | undefined)[]> {
    if (keys.length < MANY || typeof keys[0] !== 'string') return this.store.bulkGet([...keys])
    const here = await this.present(keys)
    const rows = await this.store.bulkGet(here)
    const found = new Map(here.map((key, i) => [key, rows[i]]))
    return keys.map((key) => found.get(key))
  }

  scan(index: string | null, range: Range = {}, page: Page = {}): Promise<Row[]> {
    let found = this.within(index ?? ':id', range)
    if (page.reverse) found = found.reverse()
    if (page.offset) found = found.offset(page.offset)
    if (page.limit !== undefined) found = found.limit(page.limit)
    return found.toArray()
  }

  count(index: string | null, range: Range = {}): Promise<number> {
    return this.within(index ?? ':id', range).count()
  }

  /** Awaits nothing: the commit waits for all requests, and there is none when one of them fails. */
  async put(rows: readonly Row[]): Promise<void> {
    const store = this.transaction.objectStore(this.store.name)
    for (const row of rows) store.put(row)
  }

  async delete(keys: readonly Key[]): Promise<void> {
    await this.store.bulkDelete([...keys])
  }

  private within(index: string, { first, end }: Range): Collection<Row, Key> {
    if (first !== undefined && end !== undefined)
      return this.store.where(index).between(first, end, true, false)
    if (first !== undefined) return this.store.where(index).aboveOrEqual(first)
    if (end !== undefined) return this.store.where(index).below(end)
    return this.store.orderBy(index)
  }

  /**
   * The keys that may have a row. In a first sync hardly any has: one request over a stretch of keys finds that out,
   * where as many as there are keys would take as long as writing the rows.
   */
  private async present(keys: readonly Key[]): Promise<Key[]> {
    const maybe: Key[] = []
    for (const run of runsOf(keys)) {
      const limit = 4 * run.length
      const last = run.at(-1) ?? ''
      const known = await this.store.where(':id').between(run[0], last, true, true).limit(limit).primaryKeys()
      const here = new Set<Key>(known)
      maybe.push(...(known.length < limit ? run.filter((key) => here.has(key)) : run))
    }
    return maybe
  }
}

/** Keys in order, those of one prefix (an entity's at a site) together. */
function runsOf(keys: readonly Key[]): Key[][] {
  const runs: Key[][] = []
  let prefix: string | undefined
  for (const key of [...new Set(keys)].sort()) {
    const text = String(key)
    const own = text.slice(0, text.lastIndexOf('|') + 1)
    if (own !== prefix) runs.push([])
    prefix = own
    runs.at(-1)?.push(key)
  }
  return runs
}
