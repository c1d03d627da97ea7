/** How long things took here: for the speed script and for whoever looks into a slow tablet (tablet.md §3.3). */

import { keyOf } from '@/engine/places'
import type { Measures } from '@/runtime/port/tablet'
import type { Reading, Store } from '@/store/port'

/** So many of the latest are kept of each. */
const KEPT = 200
/** Records counted at once. */
const PAGE = 2_000

export class Measuring {
  readonly #taken = { apply: [] as number[], search: [] as number[], commit: [] as number[] }

  constructor(private readonly clock: () => number) {}

  commit<T>(work: () => Promise<T>): Promise<T> {
    return this.#time('commit', work)
  }

  search<T>(work: () => Promise<T>): Promise<T> {
    return this.#time('search', work)
  }

  /** An answer of the server was taken in. */
  applied(ms: number): void {
    this.#note('apply', ms)
  }

  measures(store: Store): Promise<Measures> {
    const { apply, search, commit } = this.#taken
    return store.read(async (at) => {
      const firstSyncMs = (await at.meta('first_ms')) ?? null
      return {
        records: firstSyncMs === null ? 0 : await countIn(at),
        ops: await at.countOps(['waiting', 'sent', 'held', 'applied', 'merged', 'rejected']),
        firstSyncMs,
        applyMs: [...apply],
        searchMs: [...search],
        commitMs: [...commit],
      }
    })
  }

  async #time<T>(what: 'search' | 'commit', work: () => Promise<T>): Promise<T> {
    const began = this.clock()
    try {
      return await work()
    } finally {
      this.#note(what, this.clock() - began)
    }
  }

  #note(what: 'apply' | 'search' | 'commit', ms: number): void {
    const taken = this.#taken[what]
    taken.push(Math.round(ms * 10) / 10)
    if (taken.length > KEPT) taken.shift()
  }
}

/** All records that are here. */
async function countIn(at: Reading): Promise<number> {
  let [count, first] = [0, '']
  while (true) {
    const records = await at.stretch({ first, end: '\uffff' }, PAGE)
    count += records.length
    const last = records.at(-1)
    if (!last || records.length < PAGE) return count
    first = `${keyOf(last)}\u0000`
  }
}
