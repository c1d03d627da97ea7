import { beforeAll, expect, it } from 'vitest'
import type { Field } from '@/protocol/manifest'
import type { FeedChange } from '@/protocol/wire'
import { type Desk, hear, MANIFEST, ROWS, SITE, sit } from './fixture/desk'

const ORG = MANIFEST.sites.find((site) => site.type === 'organisation')?.id ?? ''
const ELSEWHERE = '01a20000-0000-7000-8000-0000000000bb'
const people = ROWS.filter((row) => row.e === 'user')
const [here, everywhere, both, away] = people.map((row) => row.r)

let desk: Desk

beforeAll(async () => {
  const sites: Field = { name: 'sites', label: { en: 'Works at' }, type: 'refs', ref: 'site', readonly: true }
  const user = MANIFEST.entities['user'] as { fields: Field[] } | undefined
  user?.fields.push(sites)
  desk = await sit()
  const works = [[SITE], [ORG], [ELSEWHERE, SITE], [ELSEWHERE]]
  const told = people.map(
    (row, i): FeedChange => ({
      ...row,
      s: 90_000 + i,
      d: { ...row.d, ...(works[i] && { sites: works[i] }) },
    }),
  )
  await hear(desk.store, told, desk.world.now)
})

const offered = async (ask: { among?: string; text?: string }): Promise<string[]> => {
  const { choices } = await desk.told.choosing.choices({ entity: 'user', site: SITE, ...ask })
  return choices.map(({ id }) => id).sort()
}

it('protocol §7 `among`: a reference offers who names the site at hand, or the organisation', async () => {
  expect(await offered({ among: 'sites' })).toEqual([here, everywhere, both].sort())
  expect(await offered({})).toEqual(people.map(({ r }) => r).sort())
})

it('what is typed narrows them further', async () => {
  const name = String(people.find(({ r }) => r === both)?.d?.['username'])
  expect(await offered({ among: 'sites', text: name })).toEqual([both])
  expect(await offered({ among: 'sites', text: String(people[3]?.d?.['username']) })).not.toContain(away)
})
