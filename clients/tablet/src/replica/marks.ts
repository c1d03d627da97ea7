/** Records that bear a mark in lists: something of theirs is unsent, or a review item waits for this person. */
import { keyOf, REVIEW, type RecordKey } from '@/engine/places'
import type { Changed } from '@/store/port'
import { isAway, readOf } from './putaway'
import type { View } from './view'

export class Marks {
  #unsent: Promise<ReadonlySet<RecordKey>> | null = null
  #needs: Promise<ReadonlyMap<RecordKey, string>> | null = null
  readonly #end: () => void

  constructor(private readonly view: View) {
    this.#end = view.store.changed((change) => this.#forget(change))
  }

  /** Records with ops whose answer has not come. */
  unsent(): Promise<ReadonlySet<RecordKey>> {
    this.#unsent ??= this.view.store
      .read((at) => at.opsIn(['waiting', 'sent']))
      .then((ops) => new Set(ops.map((op) => op.record)))
    return this.#unsent
  }

  /** Records about which this person is asked, and the review item that does. */
  needs(): Promise<ReadonlyMap<RecordKey, string>> {
    this.#needs ??= this.#read()
    return this.#needs
  }

  close(): void {
    this.#end()
  }

  async #read(): Promise<ReadonlyMap<RecordKey, string>> {
    const { known } = this.view
    const roll = await this.view.rolls.get(REVIEW)
    if (!roll) return new Map()
    const wishes = new Map([
      ['status', { any: new Set(['open']) }],
      ['author', { any: new Set([known.manifest.user.id]) }],
    ])
    const slots = roll.select({ sites: new Set(known.manifest.sites.map((site) => site.id)), wishes })
    const [read, items] = await Promise.all([
      readOf(this.view.store),
      this.view.many(slots.map((slot) => roll.records[slot] ?? '')),
    ])
    return new Map(
      items.flatMap((item) => {
        if (!item || isAway(item, read, roll.entity)) return []
        const { subject_entity: entity, subject: id } = item.values
        return [[keyOf({ site: item.site, entity: String(entity), id: String(id) }), item.id] as const]
      }),
    )
  }

  #forget({ kinds, entities }: Changed): void {
    if (kinds.includes('ops')) this.#unsent = null
    if (entities.includes(REVIEW) || kinds.includes('meta')) this.#needs = null
  }
}
