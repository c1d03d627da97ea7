import Dexie, { type DexieOptions, type Transaction } from 'dexie'
import type { Changed, Reading, Shape, Store, Writing } from '../port'
import { Reader } from '../reading'
import { TABLES, type Tables } from '../tables'
import { Writer } from '../writing'
import { DexieTable } from './table'
import { VERSIONS } from './versions'

const TRIES = 3

/** What was asked of a database comes after its end: nobody's fault. */
class Erased extends Error {
  readonly code = 'erased'
}

/** A newer app has brought the database into another form: this page must be loaded again before it may touch it. */
class Outdated extends Error {
  readonly code = 'outdated'
}

/** A replica's database in IndexedDB (tablet.md §1.2, §1.3, §5). */
export class DexieStore implements Store {
  erased = false
  private readonly db: Dexie
  private readonly channel: BroadcastChannel
  private readonly listeners = new Set<(change: Changed) => void>()
  private form: Shape | null = null

  private constructor(
    readonly name: string,
    options: DexieOptions,
  ) {
    // Strict: what `write` has returned survives a power cut. No cache: rows are read where they are needed, once.
    this.db = new Dexie(name, { chromeTransactionDurability: 'strict', cache: 'disabled', ...options })
    for (const [index, { stores, upgrade }] of VERSIONS.entries()) {
      const version = this.db.version(index + 1).stores(stores)
      if (upgrade) version.upgrade(upgrade)
    }
    this.db.on('versionchange', ({ newVersion }) => {
      // Dexie would open it again at the next read: bring back what another tab deletes, misread what a newer app makes.
      if (newVersion === null) this.erased = true
      this.db.close()
      return false
    })
    this.channel = new BroadcastChannel(name)
    this.channel.onmessage = ({ data }: MessageEvent<Changed>) =>
      this.tell({ ...data, here: false, seen: null })
  }

  /** Opens a database or makes it. `options` are for tests: another `indexedDB`. */
  static async open(name: string, options: DexieOptions = {}): Promise<DexieStore> {
    const store = new DexieStore(name, options)
    await store.reopen()
    return store
  }

  shape(shape: Shape): void {
    this.form = shape
  }

  async read<T>(work: (at: Reading) => Promise<T>): Promise<T> {
    const run = (): Promise<T> =>
      this.db.transaction('r!', TABLES, (transaction) => work(new Reader(tablesIn(transaction))))
    try {
      return await run()
    } catch (error) {
      if (!isLost(error)) throw error
      await this.reopen()
      return run()
    }
  }

  async write<T>(work: (at: Writing) => Promise<T>): Promise<T> {
    let change: Changed | undefined
    let failed: unknown = null
    const result = await this.db
      .transaction('rw!', TABLES, async (transaction) => {
        // Dexie hears that a request of ours has failed, but not why.
        transaction.idbtrans.addEventListener('error', ({ target }) => {
          failed ??= (target as IDBRequest).error
        })
        const at = new Writer(tablesIn(transaction), this.form)
        const done = await work(at)
        change = await at.finish()
        return done
      })
      .catch(async (error: unknown) => {
        // Not run again: it may have been committed before the connection was lost.
        if (isLost(error)) await this.reopen()
        throw failed ?? error
      })
    if (change) this.tell(change)
    if (change && !this.erased) this.channel.postMessage({ ...change, seen: null })
    return result
  }

  changed(tell: (change: Changed) => void): () => void {
    this.listeners.add(tell)
    return () => void this.listeners.delete(tell)
  }

  async probe(): Promise<void> {
    await this.db
      .table('meta')
      .count()
      .catch(() => this.reopen())
  }

  async erase(): Promise<void> {
    this.listeners.clear()
    this.channel.close()
    this.erased = true
    await this.db.delete()
  }

  close(): void {
    this.listeners.clear()
    this.channel.close()
    this.db.close()
  }

  /** Drops a dead handle: retries on it fail for ever (tablet.md §1.2). */
  private async reopen(): Promise<void> {
    if (this.erased) throw new Erased()
    for (let left = TRIES; ; left--) {
      try {
        this.db.close({ disableAutoOpen: false })
        await this.db.open()
        break
      } catch (error) {
        if (left <= 1) throw error
      }
    }
    // Ten of the browser's for each of Dexie's.
    if (Math.floor(this.db.backendDB().version / 10) <= VERSIONS.length) return
    this.db.close()
    throw new Outdated()
  }

  private tell(change: Changed): void {
    for (const listener of [...this.listeners]) listener(change)
  }
}

/**
 * Tables bound to a transaction. Dexie can find the transaction by the zone that code runs in, but many transactions
 * interleaved with native `await` leave it the wrong one or none.
 */
const tablesIn = (transaction: Transaction): Tables =>
  Object.fromEntries(
    TABLES.map((name) => [name, new DexieTable(transaction.table(name), transaction.idbtrans)]),
  ) as unknown as Tables

/** Names under which WebKit and Chromium say that the connection is gone. */
const LOST = new Set(['InvalidStateError', 'UnknownError', 'DatabaseClosedError'])

const isLost = (error: unknown): boolean => error instanceof Error && LOST.has(error.name)
