/** What a reference may name: a short list to pick from, narrowed by what is typed (pickers, tablet.md §3.2). */
import { keyOf } from '@/engine/places'
import type { Choice, ChoiceQuery } from '@/runtime/port/records'
import { holds, queryOf } from '@/search/fold'
import type { Wish } from './columns'
import { wishOf } from './listing'
import type { Seen, View } from './view'
import type { Wording } from './wording'

const LIMIT = 50

export class Choosing {
  constructor(
    private readonly view: View,
    private readonly words: Wording,
  ) {}

  /** What may be picked, and the records that it shows. `where.id` names records whose titles are wanted. */
  async choices({
    entity,
    site,
    text,
    limit = LIMIT,
    among,
    where: { id, ...where } = {},
  }: ChoiceQuery): Promise<{ choices: Choice[]; shown: Seen[] }> {
    const { manifest } = this.view.known
    const roll = await this.view.rolls.get(entity)
    if (!roll) return { choices: [], shown: [] }
    const wishes = new Map<string, Wish>()
    for (const [name, wanted] of Object.entries(where)) wishes.set(name, wishOf(wanted, manifest.user.id))
    // People and code lists are held by the organisation: they may be chosen everywhere.
    const shared = manifest.sites.filter((each) => each.type === 'organisation').map((each) => each.id)
    const sites = new Set([site, ...shared])
    if (among) wishes.set(among, wishOf([...sites], manifest.user.id))
    const asked = text?.trim() ? await queryOf(text) : null
    const { list } = roll.entity.shape.views
    const picked = (): number[] =>
      roll.select({ sites, wishes }, (slot) => (asked ? holds(roll.lines[slot] ?? '', asked) : true))
    const keys =
      id === undefined
        ? roll.first(picked(), list.sort, limit).map((slot) => roll.records[slot] ?? '')
        : [...sites].flatMap((at) => [id].flat().map((one) => keyOf({ site: at, entity, id: String(one) })))
    const found = (await this.view.many(keys)).filter((seen) => seen !== null)
    const choices = found.map(async (seen) => {
      const title = await this.words.title(seen)
      const said = await Promise.all(
        list.columns.map((name) => this.words.value(seen.site, entity, name, seen.values[name])),
      )
      const more = said.filter((words) => words && !title.includes(words))
      return { id: seen.id, site: seen.site, title, note: more.slice(0, 2).join(' · ') }
    })
    return { choices: await Promise.all(choices), shown: found }
  }
}
