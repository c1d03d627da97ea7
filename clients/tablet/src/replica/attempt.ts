/**
 * Steps that are about to become ops, each judged with those before it already in sight: a group may create a record
 * and act on it (protocol §3.1).
 */
import { derive } from '@/engine/derived'
import { Form } from '@/engine/entry'
import { flaw, InvalidEntry } from '@/engine/flaws'
import type { Balance, Look } from '@/engine/look'
import { deviceNumber } from '@/engine/numbers'
import { type Made, make } from '@/engine/ops'
import { lay, pendingAmount } from '@/engine/overlay'
import { keyOf, type Place, placeOf, type RecordKey } from '@/engine/places'
import { equal, type Values } from '@/engine/values'
import type { Account } from '@/protocol/manifest'
import type { Step } from '@/runtime/port/entry'
import type { Seen, View } from './view'

export interface Maker {
  /** The device's part of numbers (TKT-14). */
  readonly short: string
  newId(): string
  /** How far a counter has come, in the store. */
  counted(counter: string): Promise<number>
}

export class Attempt implements Look {
  readonly ops: Made[] = []
  readonly records: Place[] = []
  /** Counters and the numbers that this attempt has taken them to, from those that it found. */
  readonly counters = new Map<string, { found: number; now: number }>()
  readonly #after = new Map<RecordKey, Seen | null>()

  constructor(
    private readonly view: View,
    private readonly maker: Maker,
    private readonly group: string | null,
  ) {}

  get online(): boolean {
    return this.view.online
  }

  /** Judges a step and notes its op, if it changes anything; throws `InvalidEntry`. */
  async take(step: Step): Promise<void> {
    const { site, entity } = step
    const id = step.id ?? this.maker.newId()
    const place = { site, entity, id }
    const form = new Form(this, this.view.known, site, entity, id)
    this.records.push(place)
    if (step.kind === 'create') {
      const number = await this.#number(place, step.values)
      this.#note(step, place, await form.create({ ...number, ...step.values }), null)
      return
    }
    const seen = await this.seen(place)
    if (!seen) throw new InvalidEntry([flaw('', 'not_here', { entity })])
    if (step.kind === 'act') {
      this.#note(step, place, await form.act(seen.values, step.act, step.args ?? {}, step.values ?? {}), seen)
    } else if (step.kind === 'delete') {
      form.delete()
      this.#note(step, place, {}, seen)
    } else {
      const set = await form.update(seen.values, step.values)
      if (Object.keys(set).length) this.#note(step, place, set, seen)
    }
  }

  /** A record with the steps before. */
  async seen(place: Place): Promise<Seen | null> {
    const after = this.#after.get(keyOf(place))
    return after === undefined ? this.view.get(place) : after
  }

  async exists(entity: string, id: string): Promise<boolean> {
    for (const [key, seen] of this.#after)
      if (placeOf(key).entity === entity && placeOf(key).id === id) return seen !== null
    return this.view.exists(entity, id)
  }

  async hasTwin(site: string, entity: string, values: Values, id: string): Promise<boolean> {
    for (const [key, seen] of this.#after) {
      const place = placeOf(key)
      if (!seen || place.site !== site || place.entity !== entity || place.id === id) continue
      if (Object.entries(values).every(([name, value]) => equal(value, seen.values[name]))) return true
    }
    return this.view.hasTwin(site, entity, values, id)
  }

  scope(site: string): Values {
    return this.view.scope(site)
  }

  async balance(site: string, entity: string, account: Account, owner: string): Promise<Balance> {
    const { shown, taken } = await this.view.balance(site, entity, account, owner)
    const mine = this.ops.filter((op) => op.site === site && op.entity === entity)
    const more = pendingAmount(account, owner, mine)
    return { shown: shown === null ? null : shown + more.sum, taken: taken + more.taken }
  }

  #note(step: Step, place: Place, set: Values, seen: Seen | null): void {
    const known = this.view.known.entity(place.entity)
    const acted = step.kind === 'act' ? { act: step.act, args: step.args ?? {} } : {}
    const op = make(
      { ...place, kind: step.kind, set, ...acted },
      { seen: seen?.values ?? null, seq: seen?.seq ?? 0 },
      {
        id: this.maker.newId(),
        at: this.view.deviceNow(),
        v: known?.shape.version ?? 1,
        ...(this.group === null ? {} : { group: this.group }),
      },
    )
    this.ops.push(op)
    const body = lay(known, seen?.values ?? null, [op])
    const values = body && known ? derive(known, body, this.scope(place.site)) : body
    this.#after.set(keyOf(place), values && { ...place, values, seq: seen?.seq ?? null })
  }

  async #number({ site, entity, id }: Place, values: Values): Promise<Values> {
    const known = this.view.known.entity(entity)
    if (!known) return {}
    return deviceNumber(known, values, {
      device: this.maker.short,
      today: String(this.scope(site)['today']),
      next: async (start) => {
        const counter = this.counters.get(start) ?? (await this.#count(start))
        counter.now += 1
        return counter.now
      },
      taken: (number) => this.hasTwin(site, entity, number, id),
    })
  }

  async #count(start: string): Promise<{ found: number; now: number }> {
    const found = await this.maker.counted(start)
    const counter = { found, now: found }
    this.counters.set(start, counter)
    return counter
  }
}
