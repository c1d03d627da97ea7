/**
 * What a list shows, as an address: whoever goes back, reloads or sends the link sees the same list. `q`, `sort`,
 * `group`, `flags`, `site` and `f.<field>` per filter.
 *
 * A filter is the value itself; what is no text is written as `=<JSON>`, `@me`, or `@<first>,<end>`; several
 * values repeat the key.
 */
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import type { ListQuery, Wanted } from '@/runtime/port/records'

type Scalar = string | number | boolean | null
type Flag = NonNullable<ListQuery['flags']>[number]

const FLAGS: readonly Flag[] = ['late', 'due', 'unsent', 'needs']

function write(value: Scalar): string {
  return typeof value === 'string' && !/^[=@]/.test(value) && value !== ''
    ? value
    : `=${JSON.stringify(value)}`
}

function read(text: string): Scalar {
  if (!text.startsWith('=')) return text
  try {
    const value: unknown = JSON.parse(text.slice(1))
    return typeof value === 'object' && value !== null ? text : (value as Scalar)
  } catch {
    return text
  }
}

function writeWanted(wanted: Wanted): string | string[] {
  if (Array.isArray(wanted)) return wanted.map(write)
  if (typeof wanted !== 'object' || wanted === null) return write(wanted)
  if ('me' in wanted) return '@me'
  const side = (edge: string | number | undefined): string =>
    edge === undefined ? '' : encodeURIComponent(write(edge))
  return `@${side(wanted.first)},${side(wanted.end)}`
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

export function addressOf(query: ListQuery): LocationQueryRaw {
  const where = Object.entries(query.where ?? {}).map(([name, wanted]) => [`f.${name}`, writeWanted(wanted)])
  return {
    ...Object.fromEntries(where),
    ...(query.flags?.length ? { flags: query.flags } : {}),
    ...(query.search ? { q: query.search } : {}),
    ...(query.group ? { group: query.group } : {}),
    ...(query.sort?.length ? { sort: query.sort } : {}),
    ...(query.sites?.length ? { site: query.sites } : {}),
  }
}
