/** A tablet of the simulation: a disk that survives, and tabs whose memory does not. */

import { uuid7 } from '@/engine/ids'
import type { Made } from '@/engine/ops'
import { make } from '@/engine/ops'
import { type Body, type Place, prefix } from '@/engine/places'
import type { Around } from '@/replica/exchange'
import { type MemoryDisk, MemoryStore } from '@/store/memory/store'
import { type OpRow, type Shape, type Store, type Stored, seenOf, type Writing } from '@/store/port'
import type { Random } from './random'

/** The process has died. */
export class Crash extends Error {}

export const SHAPE: Shape = {
  lay(_entity, doc, ops) {
    let seen = doc
    for (const { kind, set } of ops) {
      if (kind === 'delete') seen = null
      else if (kind === 'create') seen ??= { ...set }
      else if (seen) seen = { ...seen, ...set }
    }
    return seen
  },
}

/** One tab's handle on a disk. After `left` commits its process dies, before or behind the next one. */
export class Tab extends MemoryStore {
  left = Number.POSITIVE_INFINITY
  private dead = false

  constructor(
    disk: MemoryDisk,
    private readonly random: Random,
  ) {
    super('sim', disk)
    this.shape(SHAPE)
  }

  override async write<T>(work: (at: Writing) => Promise<T>): Promise<T> {
    if (this.dead) throw new Crash()
    this.left -= 1
    if (this.left >= 0) return super.write(work)
    this.dead = true
    if (this.random.happens(0.5)) await super.write(work)
    throw new Crash()
  }
}

export class Tablet {
  /** How far its clock is off, ms. */
  skew = 0
  /** Another disk began as a copy of this one, or this one of another. */
  copied = false

  constructor(
    readonly user: string,
    readonly disk: MemoryDisk,
    private readonly random: Random,
    private readonly clock: () => number,
    /** Puts a fault between engine and disk. */
    private readonly fault: (store: Store) => Store = (store) => store,
  ) {}

  /** Another tab; it dies after so many commits. */
  tab(left = Number.POSITIVE_INFINITY): Store {
    const tab = new Tab(this.disk, this.random)
    tab.left = left
    return this.fault(tab)
  }

  around = (): Around => ({ now: this.now, app: 'sim', limit: 1 + this.random.below(12) })

  get now(): number {
    return this.clock() + this.skew
  }

  newId(): string {
    return uuid7(this.now, this.random.bytes(10))
  }

  /** The user writes something; `deeds` of one site belong together. */
  async type(deeds: readonly { kind: Made['kind']; place: Place; set: Body }[]): Promise<OpRow[]> {
    const group = deeds.length > 1 ? { group: this.newId() } : {}
    const store = new Tab(this.disk, this.random)
    return store.write(async (at) => {
      const ops: Made[] = []
      for (const { kind, place, set } of deeds) {
        const record = await at.record(place)
        const sight = { seen: record ? seenOf(record) : null, seq: record?.seq ?? 0 }
        ops.push(make({ ...place, kind, set }, sight, { id: this.newId(), at: this.now, v: 1, ...group }))
      }
      return at.append(ops, this.now)
    })
  }

  /** What the user sees at a site. */
  async sees(site: string): Promise<Stored[]> {
    const store = new MemoryStore('sim', this.disk)
    const found = await store.read(async (at) => [
      ...(await at.stretch(prefix('ticket', site), 10_000)),
      ...(await at.stretch(prefix('note', site), 10_000)),
    ])
    return found.filter((record) => seenOf(record))
  }
}
