/** Where a record lives, and its key in the local database (protocol §1). */

export type Body = Readonly<Record<string, unknown>>

/** A record's identity: ids alone are not trusted to be unique across sites and entities. */
export interface Place {
  readonly site: string
  readonly entity: string
  readonly id: string
}

/** `<entity>|<site>|<id>`: the records of an entity at a site are one range of keys, oldest (UUIDv7) first. */
export type RecordKey = string

export const keyOf = (place: Place): RecordKey => `${place.entity}|${place.site}|${place.id}`

export function placeOf(key: RecordKey): Place {
  const [entity = '', site = '', id = ''] = key.split('|')
  return { site, entity, id }
}

export const entityOf = (key: RecordKey): string => key.slice(0, key.indexOf('|'))

/** The entity of what waits for a person's word (protocol §3.2). */
export const REVIEW = 'review'

/** Keys from `first` up to, but without, `end`. */
export interface Span {
  readonly first: string
  readonly end: string
}

/** All keys that begin with some whole parts: `prefix('ticket', site)`. */
export const prefix = (...parts: readonly string[]): Span => ({
  first: `${parts.join('|')}|`,
  end: `${parts.join('|')}}`, // the character after `|`
})

/** The site that a bucket belongs to (protocol §1: `<site>/<stream>…`). */
export const siteOf = (bucket: string): string => bucket.slice(0, 36)
