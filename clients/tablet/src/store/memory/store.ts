import type { Changed, Reading, Shape, Store, Writing } from '../port'
import { Reader } from '../reading'
import { type Rows, SCHEMA, TABLES, type Tables } from '../tables'
import { Writer } from '../writing'
import { MemoryTable, type Snapshot } from './table'

type Snapshots = { readonly [T in keyof Rows]: Snapshot<Rows[T]> }

/** What a database holds; shared by its handles, as a file is by tabs. Survives every handle. */
export class MemoryDisk {
  snapshots: Snapshots = emptied()
  readonly listeners = new Set<(change: Changed, by: MemoryStore) => void>()
  private last: Promise<unknown> = Promise.resolve()

  /** A database with the same content, as a copied disk image has it. */
  copy(): MemoryDisk {
    const twin = new MemoryDisk()
    twin.snapshots = this.snapshots
    return twin
  }

  /** Runs writers one after the other. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work)
    this.last = turn.catch(() => undefined)
    return turn
  }
}

/** A store that lives as long as its disk: for simulation and tests. */
export class MemoryStore implements Store {
  erased = false
  private form: Shape | null = null
  private readonly ends: (() => void)[] = []

  constructor(
    readonly name: string,
    readonly disk: MemoryDisk = new MemoryDisk(),
  ) {}

  shape(shape: Shape): void {
    this.form = shape
  }

  async read<T>(work: (at: Reading) => Promise<T>): Promise<T> {
    return work(new Reader(tablesOn(this.disk.snapshots)))
  }

  write<T>(work: (at: Writing) => Promise<T>): Promise<T> {
    return this.disk.inTurn(async () => {
      const tables = tablesOn(this.disk.snapshots)
      const at = new Writer(tables, this.form)
      const result = await work(at)
      const change = await at.finish()
      this.disk.snapshots = Object.fromEntries(
        TABLES.map((name) => [name, tables[name].rows]),
      ) as unknown as Snapshots
      for (const tell of [...this.disk.listeners]) tell(change, this)
      return result
    })
  }

  changed(tell: (change: Changed) => void): () => void {
    const listener = (change: Changed, by: MemoryStore): void =>
      tell(by === this ? change : { ...change, here: false, seen: null })
    const end = (): void => void this.disk.listeners.delete(listener)
    this.disk.listeners.add(listener)
    this.ends.push(end)
    return end
  }

  async probe(): Promise<void> {}

  async erase(): Promise<void> {
    this.erased = true
    await this.disk.inTurn(async () => {
      this.disk.snapshots = emptied()
    })
    this.close()
  }

  close(): void {
    for (const end of this.ends.splice(0)) end()
  }
}

type MemoryTables = { readonly [T in keyof Rows]: MemoryTable<Rows[T]> }

const tablesOn = (given: Snapshots): MemoryTables & Tables =>
  each((name) => new MemoryTable<object>(SCHEMA[name], given[name]))

const emptied = (): Snapshots => each(() => new Map())

function each<T>(make: (name: keyof Rows) => unknown): T {
  return Object.fromEntries(TABLES.map((name) => [name, make(name)])) as T
}
