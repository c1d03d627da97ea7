import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { LocationQuery } from 'vue-router'
import type { ListQuery, Wanted } from '@/runtime/port/records'
import { addressOf, queryOf } from '@/ui/views/listQuery'

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

it('a list is found again by its address', () => {
  fc.assert(
    fc.property(query, (asked) => {
      const address = addressOf(asked as ListQuery) as LocationQuery
      expect(queryOf('plugin.thing', address)).toEqual(asked)
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
