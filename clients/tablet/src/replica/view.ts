/** The local database as its user sees it: the server's records with his own ops and pending balances over them. */
import { derive, evaluate } from '@/engine/derived'
import type { Balance, Look } from '@/engine/look'
import type { Known } from '@/engine/manifest'
import type { Made } from '@/engine/ops'
import { lay, pendingAmount } from '@/engine/overlay'
import { type Body, keyOf, type Place, placeOf, type RecordKey } from '@/engine/places'
import { scopeOf } from '@/engine/scope'
import type { Values } from '@/engine/values'
import type { Account } from '@/protocol/manifest'
import { type Reading, type Shape, type Store, type Stored, seenOf } from '@/store/port'
import type { Wish } from './columns'
import type { Roll } from './roll'
import type { Rolls } from './rolls'

/** A record as its user sees it. `seq` is null while the server has not told of it. */
export interface Seen extends Place {
  readonly values: Body
  readonly seq: number | null
}

export class View implements Look {
  constructor(
    readonly store: Store,
    readonly known: Known,
    readonly rolls: Rolls,
    /** The server's clock as far as it is known, ms. */
    readonly now: () => number,
    private readonly isOnline: () => boolean,
    /** This tablet's own clock: what ops and drafts bear (protocol §3.4). */
    readonly deviceNow: () => number,
  ) {}

  get online(): boolean {
    return this.isOnline()
  }

  async get(place: Place): Promise<Seen | null> {
    return (await this.many([keyOf(place)]))[0] ?? null
  }

  /** In the order asked for; null where there is none. */
  many(keys: readonly RecordKey[]): Promise<(Seen | null)[]> {
    return this.store.read((at) => this.manyIn(at, keys))
  }

  async manyIn(at: Reading, keys: readonly RecordKey[]): Promise<(Seen | null)[]> {
    const found = await at.records(keys)
    const pending = await this.#pending(at, new Set(keys.map((key) => placeOf(key).entity)))
    return found.map((record) => record && this.#seen(record, pending)).map((seen) => seen ?? null)
  }

  /** Records of an entity at a site whose field names a record, by the entity's order. */
  async below(site: string, entity: string, field: string, id: string): Promise<Seen[]> {
    const found = await this.keysBelow(site, entity, field, id)
    return (await this.many(found)).filter((seen) => seen !== null)
  }

  async keysBelow(site: string, entity: string, field: string, id: string): Promise<RecordKey[]> {
    const roll = await this.rolls.get(entity)
    if (!roll) return []
    const slots = this.#held(roll, site, { [field]: id })
    return roll
      .first(slots, roll.entity.shape.views.list.sort, slots.length)
      .map((slot) => roll.records[slot] ?? '')
  }

  async exists(entity: string, id: string): Promise<boolean> {
    return (await this.find(entity, id)) !== null
  }

  /** Where a record of an entity lies, if it is here; the site named first. */
  async find(entity: string, id: string, site?: string): Promise<Place | null> {
    const roll = await this.rolls.get(entity)
    const sites = [...(site ? [site] : []), ...this.known.manifest.sites.map((each) => each.id)]
    const at = sites.find((each) => roll?.has(keyOf({ site: each, entity, id })))
    return at ? { site: at, entity, id } : null
  }

  async hasTwin(site: string, entity: string, values: Values, id: string): Promise<boolean> {
    const roll = await this.rolls.get(entity)
    const own = keyOf({ site, entity, id })
    return roll ? this.#held(roll, site, values).some((slot) => roll.records[slot] !== own) : false
  }

  /** Whether an expression is not false of a record; without one it holds. */
  holds(expression: string | undefined, { site, values }: Pick<Seen, 'site' | 'values'>): boolean {
    return expression === undefined || evaluate(expression, values, this.scope(site)) !== false
  }

  scope(site: string): Values {
    return scopeOf(this.known, site, this.now())
  }

  async balance(site: string, entity: string, account: Account, owner: string): Promise<Balance> {
    const entries = this.known.entity(entity)
    const place = entries && this.known.balancePlace(entries)
    const ops = await this.store.read((at) => at.opsOver({ entity, site }))
    const { taken } = pendingAmount(account, owner, bodies(ops))
    const holder = place && (await this.get({ site, entity: place.entity, id: owner }))
    const shown = holder ? (holder.values[place.field] ?? 0) : null
    return { shown: typeof shown === 'number' ? shown : null, taken }
  }

  #held(roll: Roll, site: string, values: Values): number[] {
    const wishes = Object.entries(values).map(([name, value]): [string, Wish] => [
      name,
      { any: new Set([value]) },
    ])
    return roll.select({ sites: new Set([site]), wishes: new Map(wishes) })
  }

  /** The ops that entries waiting to be counted lie in, by the entity that shows their sum. */
  async #pending(at: Reading, entities: ReadonlySet<string>): Promise<Map<string, readonly Made[]>> {
    const pending = new Map<string, readonly Made[]>()
    for (const entity of entities) {
      for (const [entries] of this.known.entries.get(entity) ?? []) {
        pending.set(entries.name, bodies(await at.opsOver({ entity: entries.name })))
      }
    }
    return pending
  }

  #seen(record: Stored, pending: ReadonlyMap<string, readonly Made[]>): Seen | null {
    const { site, entity, id } = record
    const body = seenOf(record)
    if (!body) return null
    let values = body
    for (const [entries, account] of this.known.entries.get(entity) ?? []) {
      const field = this.known.balancePlace(entries)?.field ?? ''
      const here = (pending.get(entries.name) ?? []).filter((op) => op.site === site)
      const { sum } = pendingAmount(account, id, here)
      const shown = values[field]
      if (sum) values = { ...values, [field]: (typeof shown === 'number' ? shown : 0) + sum }
    }
    return { site, entity, id, values, seq: record.doc ? record.seq : null }
  }
}

/** How a store is to see records: ops laid over them, their derived fields computed. */
export function shapeOf(known: Known, now: () => number): Shape {
  return {
    lay(entity, doc, ops) {
      const of = known.entity(entity)
      const seen = lay(of, doc, ops)
      return seen && of ? derive(of, seen, scopeOf(known, ops[0]?.site ?? '', now())) : seen
    },
  }
}

const bodies = (ops: readonly { readonly body: Made }[]): Made[] => ops.map((op) => op.body)
