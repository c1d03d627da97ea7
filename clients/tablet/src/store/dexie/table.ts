import type { Collection, Table as DexieStore } from 'dexie'
import type { Key, Page, Range, Table } from '../tables'

/** A table of an IndexedDB database, inside the transaction that is under way. */
export class DexieTable<Row> implements Table<Row> {
  constructor(
    private readonly store: DexieStore<Row, Key>,
    private readonly transaction: IDBTransaction,
  ) {}

  async get(keys: readonly Key[]): Promise<(Row | undefined)[]> {
    return this.store.bulkGet([...keys])
  }

  scan(index: string | null, range: Range = {}, page: Page = {}): Promise<Row[]> {
    return this.found(index, range, page).toArray()
  }

  async keys(index: string, range: Range = {}, page: Page = {}): Promise<string[]> {
    return (await this.found(index, range, page).primaryKeys()) as string[]
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

  private found(index: string | null, range: Range, page: Page): Collection<Row, Key> {
    let found = this.within(index ?? ':id', range)
    if (page.reverse) found = found.reverse()
    if (page.offset) found = found.offset(page.offset)
    return page.limit === undefined ? found : found.limit(page.limit)
  }

  private within(index: string, { first, end }: Range): Collection<Row, Key> {
    if (first !== undefined && end !== undefined)
      return this.store.where(index).between(first, end, true, false)
    if (first !== undefined) return this.store.where(index).aboveOrEqual(first)
    if (end !== undefined) return this.store.where(index).below(end)
    return this.store.orderBy(index)
  }
}
