/** Lists: which records, in which order, counted by group, and their rows in words. */
import type { Field } from '@/protocol/manifest'
import type { ListAnswer, ListQuery, Wanted } from '@/runtime/port/records'
import { holds, queryOf } from '@/search/fold'
import { CodeColumn, type Wish } from './columns'
import type { Roll } from './roll'
import type { Rows } from './rows'
import type { Seen, View } from './view'

const LIMIT = 50
/** So many references are ordered by their titles; more would have to be read first. */
const TITLED = 5000

export class Listing {
  constructor(
    private readonly view: View,
    private readonly rows: Rows,
  ) {}

  /** The answer, and the records shown in it. */
  async list(ask: ListQuery): Promise<{ answer: ListAnswer; shown: Seen[] }> {
    const roll = await this.view.rolls.get(ask.entity)
    if (!roll) return { answer: { total: 0, rows: [] }, shown: [] }
    const slots = await this.select(roll, ask)
    const sort = ask.sort ?? roll.entity.shape.views.list.sort
    await this.#rank(roll, sort)
    const offset = ask.offset ?? 0
    const end = offset + (ask.limit ?? LIMIT)
    const keys = roll
      .first(slots, sort, end)
      .slice(offset, end)
      .map((slot) => roll.records[slot] ?? '')
    const shown = (await this.view.many(keys)).filter((seen) => seen !== null)
    const columns = ask.columns ?? roll.entity.shape.views.list.columns
    const rows = await this.rows.of(shown, columns)
    const groups = ask.group ? { groups: await this.#groups(roll, ask, ask.group) } : {}
    return { answer: { total: slots.length, rows, ...groups }, shown }
  }

  /** Slots of what is asked for, in no order. */
  async select(roll: Roll, ask: ListQuery): Promise<number[]> {
    const { manifest } = this.view.known
    const sites = new Set(ask.sites ?? manifest.sites.map((site) => site.id))
    const wishes = new Map<string, Wish>()
    const others = new Map<string, Wish>()
    for (const [name, wanted] of Object.entries(ask.where ?? {})) {
      ;(roll.columns.has(name) ? wishes : others).set(name, wishOf(wanted, manifest.user.id))
    }
    const tests = await this.#tests(roll, ask)
    const slots = roll.select({ sites, wishes }, (slot) => tests.every((test) => test(slot)))
    return others.size ? this.#read(roll, slots, others) : slots
  }

  async #tests(roll: Roll, { flags = [], search }: ListQuery): Promise<((slot: number) => boolean)[]> {
    const { marks } = this.rows
    const now = this.view.now()
    const tests: ((slot: number) => boolean)[] = []
    for (const flag of flags) {
      if (flag === 'late') tests.push((slot) => roll.due.at(slot) < now)
      else if (flag === 'due') tests.push((slot) => !Number.isNaN(roll.due.at(slot)))
      else {
        const marked = flag === 'unsent' ? await marks.unsent() : await marks.needs()
        tests.push((slot) => marked.has(roll.records[slot] ?? ''))
      }
    }
    const query = search?.trim() ? await queryOf(search) : null
    if (query) tests.push((slot) => holds(roll.lines[slot] ?? '', query))
    return tests
  }

  /** Narrows by fields that the roll does not hold: the records themselves are read. */
  async #read(roll: Roll, slots: readonly number[], wishes: ReadonlyMap<string, Wish>): Promise<number[]> {
    const found = await this.view.many(slots.map((slot) => roll.records[slot] ?? ''))
    const column = new CodeColumn()
    return slots.filter((_, i) => {
      for (const [name, wish] of wishes) {
        column.set(0, found[i]?.values[name])
        if (!column.test(wish)(0)) return false
      }
      return true
    })
  }

  /** Counts by the values of a field, what the question itself says of that field left out. */
  async #groups(roll: Roll, ask: ListQuery, name: string): Promise<NonNullable<ListAnswer['groups']>> {
    const { [name]: _, ...where } = ask.where ?? {}
    const counts = roll.counts(name, await this.select(roll, { ...ask, where }))
    const field = roll.entity.field(name)
    const order = field ? [...this.view.known.valuesOf(field).keys()] : []
    const place = (value: unknown): number => order.indexOf(String(value)) + 1 || order.length + 1
    const groups = [...counts].sort(([a], [b]) => place(a) - place(b))
    return Promise.all(
      groups.map(async ([value, count]) => ({
        value: value === null ? null : String(value),
        label: await this.rows.words.value(ask.sites?.[0] ?? '', ask.entity, name, value),
        count,
      })),
    )
  }

  /** Choices sort as they are listed, references by title. */
  async #rank(roll: Roll, sort: readonly string[]): Promise<void> {
    for (const name of sort) {
      const column = roll.columns.get(name.replace(/^-/, ''))
      const field = roll.entity.field(name.replace(/^-/, ''))
      if (!(column instanceof CodeColumn) || !field || column.ranks?.length === column.values.length) continue
      if (field.type === 'choice') column.ranks = this.#choiceRanks(column, field)
      else if (field.type === 'ref' && column.values.length < TITLED) {
        column.ranks = await this.#titleRanks(column, roll, field)
      }
    }
  }

  #choiceRanks(column: CodeColumn, field: Field): number[] {
    const order = [...this.view.known.valuesOf(field).keys()]
    return column.values.map((value) => order.indexOf(String(value)))
  }

  async #titleRanks(column: CodeColumn, roll: Roll, field: Field): Promise<number[]> {
    const { words } = this.rows
    const titles = await Promise.all(
      column.values.map((value) => words.value('', roll.entity.name, field.name, value)),
    )
    const order = titles
      .map((_, code) => code)
      .sort((a, b) => ((titles[a] ?? '') < (titles[b] ?? '') ? -1 : 1))
    const ranks = new Array<number>(titles.length)
    for (const [rank, code] of order.entries()) ranks[code] = rank
    return ranks
  }
}

export function wishOf(wanted: Wanted, me: string): Wish {
  if (wanted === false) return { any: new Set([false, null]) }
  if (typeof wanted !== 'object' || wanted === null) return { any: new Set([wanted]) }
  if (Array.isArray(wanted)) return { any: new Set<unknown>(wanted) }
  if ('me' in wanted) return { any: new Set([me]) }
  return { first: wanted.first, end: wanted.end }
}
