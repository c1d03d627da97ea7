/**
 * Review items that their author has read and put away: known to this replica alone, settled for nobody (tablet.md
 * §3.2.4). An item that has been decided anew since is to be read again.
 */
import type { KnownEntity } from '@/engine/manifest'
import { type Place, REVIEW } from '@/engine/places'
import { isObject, type Values } from '@/engine/values'
import type { Store } from '@/store/port'
import type { Seen, View } from './view'

const READ = 'own.reviews_read'

/** What was read: each item by its op and what had become of it then. */
export type Read = ReadonlySet<string>

export async function readOf(store: Store): Promise<Read> {
  return new Set((await store.read((at) => at.meta(READ))) as string[] | undefined)
}

/** Whether its author has put it away; whoever may settle it has better to do with it. */
export function isAway({ site, values }: Seen, read: Read, review: KnownEntity | undefined): boolean {
  const open = openOf(values)
  return open.length > 0 && open.every((item) => read.has(item)) && !review?.allows(site, 'act.resolve')
}

/** Puts away what was `shown` of a review item (`<op> <status>` each), or takes it out again. */
export async function putAway(
  view: View,
  place: Omit<Place, 'entity'>,
  shown: readonly string[],
  away: boolean,
): Promise<void> {
  const seen = await view.get({ ...place, entity: REVIEW })
  const open = new Set(seen ? openOf(seen.values) : [])
  await view.store.write(async (at) => {
    const others = (((await at.meta(READ)) ?? []) as string[]).filter((item) => !open.has(item))
    await at.setMeta({ [READ]: away ? [...others, ...shown.filter((item) => open.has(item))] : others })
  })
}

export function itemsOf(review: Values | undefined): Values[] {
  const items = review?.['items']
  return Array.isArray(items) ? items.filter(isObject) : []
}

const openOf = (review: Values): string[] =>
  itemsOf(review)
    .filter((item) => !item['settled_at'])
    .map((item) => `${item['op']} ${item['status']}`)
