/** How long things took here: for the speed script and for whoever looks into a slow tablet (tablet.md §3.3). */

import type { Measures } from '@/runtime/port/tablet'
import type { Store } from '@/store/port'

/** So many of the latest are kept of each. */
const KEPT = 200

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
      const entities = Object.keys((await at.meta('manifest'))?.entities ?? {})
      const sites = ((await at.meta('manifest'))?.sites ?? []).map((site) => site.id)
      let records = 0
      for (const entity of entities) records += await at.countAll(entity, sites)
      return {
        records,
        ops: await at.countOps(['waiting', 'sent', 'held', 'applied', 'merged', 'rejected']),
        firstSyncMs: (await at.meta('first_ms')) ?? null,
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
