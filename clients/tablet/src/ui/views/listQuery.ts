/**
 * What a list is to show: as a link to it says, and as it is changed. A link bears `q`, `sort`, `group`, `flags`,
 * `site` and `f.<field>` per filter; one that narrows nothing bears `all`, or the list would show what was last sought.
 *
 * A filter is the value itself; what is no text is written as `=<JSON>`, `@me`, or `@<first>,<end>`; several
 * values repeat the key.
 */
import type { LocationQuery } from 'vue-router'
import type { ListQuery, Wanted } from '@/runtime/port/records'

type Scalar = string | number | boolean | null
type Flag = NonNullable<ListQuery['flags']>[number]

const FLAGS: readonly Flag[] = ['late', 'due', 'unsent', 'needs']

function read(text: string): Scalar {
  if (!text.startsWith('=')) return text
  try {
    const value: unknown = JSON.parse(text.slice(1))
    return typeof value === 'object' && value !== null ? text : (value as Scalar)
  } catch {
    return text
  }
}

function readWanted(texts: readonly string[]): Wanted {
  const [text = ''] = texts
  if (texts.length > 1)
    return texts.map(read).filter((value) => typeof value === 'string' || typeof value === 'number')
  if (text === '@me') return { me: true }
  if (!text.startsWith('@')) return read(text)
  const [first, end] = text
    .slice(1)
    .split(',')
    .map((edge) => (edge ? read(decodeURIComponent(edge)) : undefined))
  return { ...edge('first', first), ...edge('end', end) }
}

function edge(
  name: 'first' | 'end',
  value: Scalar | undefined,
): { first?: string | number; end?: string | number } {
  return typeof value === 'string' || typeof value === 'number' ? { [name]: value } : {}
}

const all = (value: LocationQuery[string] | undefined): string[] =>
  [value ?? []].flat().filter((one): one is string => typeof one === 'string')

export function queryOf(entity: string, address: LocationQuery): ListQuery {
  const wanted = Object.keys(address).flatMap((key) => {
    const texts = all(address[key])
    return key.startsWith('f.') && texts.length ? [[key.slice(2), readWanted(texts)] as const] : []
  })
  const flags = all(address.flags).filter((flag): flag is Flag => FLAGS.includes(flag as Flag))
  const [search] = all(address.q)
  const [group] = all(address.group)
  return {
    entity,
    where: Object.fromEntries(wanted),
    ...(flags.length ? { flags } : {}),
    ...(search ? { search } : {}),
    ...(group ? { group } : {}),
    ...(all(address.sort).length ? { sort: all(address.sort) } : {}),
    ...(all(address.site).length ? { sites: all(address.site) } : {}),
  }
}

/** Another query; what asks for nothing any more is left out. */
export function changed(query: ListQuery, next: Partial<ListQuery>): ListQuery {
  const { flags, search, sort, ...rest } = { ...query, ...next }
  return {
    ...rest,
    ...(flags?.length ? { flags } : {}),
    ...(search ? { search } : {}),
    ...(sort?.length ? { sort } : {}),
  }
}
