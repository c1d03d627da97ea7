import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { ListQuery, Wanted } from '@/runtime/port/records'
import { changed, queryOf } from '@/ui/views/listQuery'

const edge = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((n) => !Object.is(n, -0)),
)
const wanted: fc.Arbitrary<Wanted> = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant({ me: true } as const),
  fc.array(fc.oneof(fc.string(), fc.integer()), { minLength: 2, maxLength: 4 }),
  fc.record({ first: edge, end: edge }, { requiredKeys: [] }),
)
const some = (text: fc.Arbitrary<string>) => fc.array(text, { minLength: 1, maxLength: 3 })
const query = fc.record(
  {
    entity: fc.constant('plugin.thing'),
    where: fc.dictionary(fc.stringMatching(/^[a-z_]{1,9}$/), wanted),
    flags: some(fc.constantFrom('late', 'due', 'unsent', 'needs')),
    search: fc.string({ minLength: 1 }),
    sort: some(fc.stringMatching(/^-?[a-z_]+$/)),
    group: fc.stringMatching(/^[a-z_]+$/),
    sites: some(fc.uuid()),
  },
  { requiredKeys: ['entity', 'where'] },
)

/** A value as a link bears it. */
function written(value: unknown): string {
  return typeof value === 'string' && value !== '' && !/^[=@]/.test(value)
    ? value
    : `=${JSON.stringify(value)}`
}

function filter(value: Wanted): string | string[] {
  if (Array.isArray(value)) return value.map(written)
  if (typeof value !== 'object' || value === null) return written(value)
  if ('me' in value) return '@me'
  const side = (edge: unknown): string => (edge === undefined ? '' : encodeURIComponent(written(edge)))
  return `@${side(value.first)},${side(value.end)}`
}

it('a link to a list shows what it says', () => {
  fc.assert(
    fc.property(query, ({ entity, where, search, sites, ...asked }) => {
      const filters = Object.entries(where).map(([name, value]) => [`f.${name}`, filter(value)])
      const said = { ...asked, ...(search ? { q: search } : {}), ...(sites ? { site: sites } : {}) }
      const address = { ...Object.fromEntries(filters), ...said }
      expect(queryOf(entity, address)).toEqual({
        entity,
        where,
        ...asked,
        ...(search ? { search } : {}),
        ...(sites ? { sites } : {}),
      })
    }),
  )
})

it('what is taken back asks for nothing', () => {
  fc.assert(
    fc.property(query, ({ group, sites, ...asked }) => {
      const all = changed({ entity: '' }, asked as Partial<ListQuery>)
      expect(all).toEqual(asked)
      const bare = changed(all, { where: {}, flags: [], search: '', sort: [] })
      expect(bare).toEqual({ entity: 'plugin.thing', where: {} })
    }),
  )
})

it('what an address says amiss counts for nothing', () => {
  const address = { flags: ['late', 'rich'], 'f.a': '={broken', 'f.b': '@,', other: 'x', q: null }
  expect(queryOf('thing', address)).toEqual({
    entity: 'thing',
    where: { a: '={broken', b: {} },
    flags: ['late'],
  })
})
