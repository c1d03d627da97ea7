/**
 * The rolls of a replica: read from the store at the first need, kept up with every commit, written back in the
 * background.
 *
 * Nothing is lost by a crash between a commit and the write-back: every commit notes the records that it touched, and
 * a cold start reads again those that its roll was not kept with.
 */
import type { Known } from '@/engine/manifest'
import { type Body, entityOf, keyOf, type Place, placeOf, prefix, type RecordKey } from '@/engine/places'
import { type Changed, type Store, type Stored, seenOf, type Writing } from '@/store/port'
import { CHUNK, type Entry, Roll, tracked } from './roll'

const AT_ONCE = 500
/** Quiet time before rolls are written back, and the longest time that they may wait, ms. */
const QUIET = 500
const LONGEST = 2_000
/** Goes up when rolls are kept in another form: older ones are made anew. */
const FORM = 3
/** Chunks written at once. */
const FEW = 8

export interface RollsNeed {
  readonly store: Store
  readonly known: Known
  /** Settles when `entry` may be called. */
  ready(): Promise<void>
  /** What a record is listed by. */
  entry(place: Place, seen: Body): Entry
  /** ms since 1970. */
  now(): number
  /** Only one tab writes rolls back: slots differ from tab to tab. */
  mayKeep(): boolean
}

export class Rolls {
  readonly #need: RollsNeed
  readonly #rolls = new Map<string, Promise<Roll>>()
  readonly #ready = new Map<string, Roll>()
  /** Numbers of the commits that a roll in memory follows and the kept one does not, by entity. */
  readonly #followed = new Map<string, Set<number>>()
  /** Rolls to be written back whole: another tab kept them until now, in slots of its own. */
  readonly #claimed = new Set<Roll>()
  #waits: { since: number; timer: ReturnType<typeof setTimeout> } | null = null
  #ends: (() => void)[] = []
  /** Another replica may work on the database by now: nothing more is written. */
  closed = false

  constructor(need: RollsNeed) {
    this.#need = need
    this.#ends.push(need.store.changed((change) => void this.#follow(change)))
  }

  /** A roll, read or made if need be; null for an entity that the manifest does not know. */
  get(entity: string): Promise<Roll> | null {
    const known = this.#need.known.entity(entity)
    if (!known) return null
    let roll = this.#rolls.get(entity)
    if (!roll) {
      roll = this.#open(new Roll(known)).catch((error: unknown) => {
        this.#rolls.delete(entity)
        throw error
      })
      this.#rolls.set(entity, roll)
    }
    return roll
  }

  /** A roll if it is in memory already. */
  ready(entity: string): Roll | undefined {
    return this.#ready.get(entity)
  }

  /** Writes back what has changed. */
  async keep(): Promise<void> {
    if (this.#waits) clearTimeout(this.#waits.timer)
    this.#waits = null
    for (const roll of this.#ready.values()) await this.#keep(roll)
  }

  async #keep(roll: Roll): Promise<void> {
    const { name } = roll.entity
    const followed = this.#followed.get(name) ?? new Set()
    if (!this.#mayWrite || (!roll.dirty.size && !followed.size)) return
    const chunks = [...roll.dirty]
    const whole = this.#claimed.delete(roll)
    roll.dirty.clear()
    this.#followed.delete(name)
    try {
      if (whole) await this.#forget(roll)
      // Whoever waits for the database waits for a few chunks; until the last is there, a cold start reads records too.
      for (let from = 0; from < chunks.length; from += FEW) {
        const lines = chunks.slice(from, from + FEW).map((chunk) => roll.pack(chunk))
        await this.#write((at) => at.putLines(lines))
      }
      await this.#write(async (at) => {
        await at.setMeta(keptAs(roll, this.#made(roll)))
        await at.forgetTouched(name, [...followed])
      })
    } catch (error) {
      for (const chunk of chunks) roll.dirty.add(chunk)
      for (const n of followed) this.#heard(name, n)
      if (whole) this.#claimed.add(roll)
      throw error
    }
  }

  /** Lets another tab's slots go: from now on the store's rolls are this tab's. */
  claim(): void {
    for (const opened of this.#rolls.values()) {
      void opened.then((roll) => {
        this.#claimed.add(roll)
        for (let chunk = 0; chunk * CHUNK < roll.records.length; chunk++) roll.dirty.add(chunk)
        this.#later()
      }, silent)
    }
  }

  close(): void {
    this.closed = true
    if (this.#waits) clearTimeout(this.#waits.timer)
    for (const end of this.#ends.splice(0)) end()
  }

  async #open(roll: Roll): Promise<Roll> {
    const { store, ready } = this.#need
    const { name } = roll.entity
    const [lines, touched] = await store.read(async (at) => {
      const kept = (await at.meta(keptName(roll))) === this.#made(roll)
      return [kept ? await at.lines(name) : null, await at.touched(name)] as const
    })
    for (const { n } of touched) this.#heard(name, n)
    if (lines) {
      for (const each of lines) roll.unpack(each)
      await this.#reread(roll, [...new Set(touched.flatMap(({ records }) => records))])
    } else {
      if (this.#mayWrite) await this.#forget(roll)
      await ready()
      for await (const page of this.#pages(roll)) for (const record of page) this.#put(roll, record)
    }
    this.#ready.set(name, roll)
    this.#later()
    return roll
  }

  /** Brings the rolls in memory up to what was committed. */
  async #follow({ entities, records, seen, touched }: Changed): Promise<void> {
    if (touched === null) return
    const followed = entities.filter((name) => this.#rolls.has(name))
    if (!followed.length) return
    await this.#need.ready()
    const others = new Map<string, RecordKey[]>()
    for (const key of seen?.keys() ?? records) {
      const entity = entityOf(key)
      const roll = this.#ready.get(entity)
      if (roll && seen) this.#see(roll, key, seen.get(key))
      else if (others.has(entity)) others.get(entity)?.push(key)
      else if (this.#rolls.has(entity)) others.set(entity, [key])
    }
    this.#later()
    for (const [entity, keys] of others) {
      const roll = await this.#rolls.get(entity)
      if (roll) await this.#reread(roll, keys)
    }
    for (const name of followed) this.#heard(name, touched)
  }

  async #reread(roll: Roll, keys: readonly RecordKey[]): Promise<void> {
    if (!keys.length) return
    await this.#need.ready()
    const found = await this.#need.store.read((at) => at.records(keys))
    for (const [i, key] of keys.entries()) {
      const record = found[i]
      this.#see(roll, key, record && seenOf(record))
    }
  }

  get #mayWrite(): boolean {
    return !this.closed && this.#need.mayKeep()
  }

  async #write(work: (at: Writing) => Promise<void>): Promise<void> {
    if (!this.#mayWrite) throw new Superseded()
    await this.#need.store.write(work)
  }

  /** What is kept of a roll is void until it has been written back whole. */
  #forget(roll: Roll): Promise<void> {
    return this.#write(async (at) => {
      await at.forgetLines(roll.entity.name)
      await at.setMeta(keptAs(roll, undefined))
    })
  }

  #heard(entity: string, n: number): void {
    const followed = this.#followed.get(entity) ?? new Set()
    this.#followed.set(entity, followed.add(n))
  }

  #put(roll: Roll, record: Stored): void {
    this.#see(roll, keyOf(record), seenOf(record))
  }

  #see(roll: Roll, key: RecordKey, seen: Body | null | undefined): void {
    if (seen) roll.put(key, this.#need.entry(placeOf(key), seen))
    else roll.remove(key)
  }

  async *#pages(roll: Roll): AsyncIterable<readonly Stored[]> {
    let { first, end } = prefix(roll.entity.name)
    while (true) {
      const page = await this.#need.store.read((at) => at.stretch({ first, end }, AT_ONCE))
      yield page
      const last = page.at(-1)
      if (!last || page.length < AT_ONCE) return
      first = `${keyOf(last)}\u0000`
    }
  }

  #later(): void {
    if (this.closed) return
    const since = this.#waits?.since ?? this.#need.now()
    if (this.#waits) clearTimeout(this.#waits.timer)
    const wait = Math.max(0, Math.min(QUIET, since + LONGEST - this.#need.now()))
    // What cannot be kept now, on a full disk, is kept with the next change.
    this.#waits = { since, timer: setTimeout(() => void this.keep().catch(() => {}), wait) }
  }

  /** What a roll depends on beside records: another manifest may list and search them otherwise. */
  #made(roll: Roll): string {
    const { shape } = roll.entity
    const fields = tracked(roll.entity).map((field) => [field.name, field.type])
    const search = shape.fields.filter((field) => field.search || field.fields?.some((sub) => sub.search))
    const clocks = shape.deadlines?.length
      ? [shape.deadlines, this.#need.known.manifest.policies, this.#need.known.manifest.calendars]
      : []
    return digest(JSON.stringify([FORM, fields, search.map((field) => field.name), clocks]))
  }
}

/** Whoever asked for the roll hears of it. */
const silent = (): void => {}

/** Somebody else keeps the rolls from now on. */
class Superseded extends Error {}

const keptName = (roll: Roll): `own.roll.${string}` => `own.roll.${roll.entity.name}`
const keptAs = (roll: Roll, made: string | undefined): Record<`own.${string}`, string | undefined> => ({
  [keptName(roll)]: made,
})

/** 53 bits of a text (cyrb53): enough to notice that a manifest is another one. */
function digest(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57]
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = Math.imul(a ^ unit, 2654435761)
    b = Math.imul(b ^ unit, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36)
}
