/**
 * Search over everything local (tablet.md §3.3). A phone number lies in a private record: what is found there is shown
 * as the person that it belongs to, never as the number.
 */
import { keyOf, type Place, type RecordKey } from '@/engine/places'
import type { SearchAnswer } from '@/runtime/port/records'
import { holds, type Query, queryOf, ready } from '@/search/fold'
import type { Roll } from './roll'
import type { Rows } from './rows'
import type { Seen, View } from './view'

export interface SearchAsk {
  readonly text: string
  readonly entities?: readonly string[]
  readonly limit?: number
}

const LIMIT = 50
/** Shorter texts find too many people to be shown for what only few may see of them. */
const SHORTEST_PRIVATE = 4
/** Found by the protocol's own bookkeeping nobody looks for. */
const UNSOUGHT = new Set(['access', 'review', 'review.private'])

export class Searching {
  constructor(
    private readonly view: View,
    private readonly rows: Rows,
    /** Tells that another roll has been read. */
    private readonly read: () => void,
  ) {}

  /** The hits, and the private records among those that they were found by. */
  async search({
    text,
    entities,
    limit = LIMIT,
  }: SearchAsk): Promise<{ answer: SearchAnswer; shown: Seen[] }> {
    const typed = [...text.trim()].length
    const names = (entities ?? [...this.view.known.entities.keys()]).filter(
      (name) => this.#sought(name) && (typed >= SHORTEST_PRIVATE || !this.#isPrivate(name)),
    )
    const rolls = names.map((name) => this.#roll(name))
    const complete = rolls.every((roll) => roll !== undefined)
    if (!typed) return { answer: { hits: [], total: 0, complete }, shown: [] }
    const query = await queryOf(text)
    const found = rolls.map((roll) => (roll ? hitsIn(roll, query, limit) : { count: 0, newest: [] }))
    const total = found.reduce((sum, { count }) => sum + count, 0)
    const keys = fairly(
      found.map(({ newest }) => newest),
      limit,
    )
    const records = (await this.view.many(keys)).filter((seen) => seen !== null)
    const rows = await this.rows.of(await this.#shown(records))
    const labelled = rows.map((row) => ({ ...row, entityLabel: this.rows.words.kind(row.entity) }))
    const hidden = records.filter((record) => this.#isPrivate(record.entity))
    return { answer: { hits: labelled, total, complete }, shown: hidden }
  }

  /** Reads one after the other what searching looks through. */
  async warm(): Promise<void> {
    await ready()
    for (const name of this.view.known.entities.keys()) {
      if (this.view.rolls.closed) return
      if (this.#sought(name)) await this.view.rolls.get(name)
    }
  }

  #roll(name: string): Roll | undefined {
    const ready = this.view.rolls.ready(name)
    if (!ready) void this.view.rolls.get(name)?.then(this.read)
    return ready
  }

  #sought(name: string): boolean {
    const known = this.view.known.entity(name)
    return (
      !UNSOUGHT.has(name) &&
      (known?.shape.fields.some((field) => field.search || field.type === 'rows') ?? false)
    )
  }

  #isPrivate(name: string): boolean {
    return this.view.known.entity(name)?.shape.private ?? false
  }

  /** What stands for records in the list: of a private one the record that it belongs to, each once. */
  async #shown(records: readonly Seen[]): Promise<Seen[]> {
    const places = await Promise.all(
      records.map((record) => (this.#isPrivate(record.entity) ? this.#above(record) : record)),
    )
    const read = new Map(records.map((record) => [keyOf(record), record]))
    const keys = [...new Set(places.flatMap((place) => (place ? keyOf(place) : [])))]
    for (const seen of await this.view.many(keys.filter((key) => !read.has(key))))
      if (seen) read.set(keyOf(seen), seen)
    return keys.flatMap((key) => read.get(key) ?? [])
  }

  async #above({ entity, site, values }: Seen): Promise<Place | null> {
    const above = this.view.known.entity(entity)?.shape.fields.find((field) => field.type === 'ref')
    const id = above && values[above.name]
    return above?.ref && typeof id === 'string' ? this.view.find(above.ref, id, site) : null
  }
}

/** How many records' lines have the text, and the newest of them, in order. */
function hitsIn(roll: Roll, query: Query, limit: number): { count: number; newest: RecordKey[] } {
  const slots: number[] = []
  for (let slot = 0; slot < roll.lines.length; slot++) {
    const line = roll.lines[slot]
    if (line && holds(line, query)) slots.push(slot)
  }
  const newest = roll.first(slots, ['-created_at'], limit)
  return { count: slots.length, newest: newest.map((slot) => roll.records[slot] ?? '') }
}

/** The first of each list, then the second of each, up to a limit; again list by list. No kind crowds out another. */
function fairly(lists: readonly (readonly RecordKey[])[], limit: number): RecordKey[] {
  const shares = lists.map(() => 0)
  for (let left = limit, rank = 0; left > 0 && lists.some((list) => list.length > rank); rank++) {
    for (const [i, list] of lists.entries()) {
      if (left === 0 || list.length <= rank) continue
      shares[i] = rank + 1
      left -= 1
    }
  }
  return lists.flatMap((list, i) => list.slice(0, shares[i]))
}
