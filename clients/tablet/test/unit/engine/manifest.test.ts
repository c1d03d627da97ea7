import { expect, test } from 'vitest'
import { META, pick } from '@/engine/manifest'
import { scopeOf } from '@/engine/scope'
import { altered, entityOf, field, HERE, house, ORGANISATION, THERE } from './house'

const known = house()
const loan = entityOf(known, 'lib.loan')

test('a site is found by id and by code', () => {
  expect(known.site('A')?.id).toBe(HERE)
  expect(known.site(THERE)?.code).toBe('B')
  expect(known.site('')).toBeUndefined()
  expect(known.zone('B')).toBe('Europe/Moscow')
  expect(known.zone('nowhere')).toBe('UTC')
})

test('every record has the fields that say who touched it and when', () => {
  expect(loan.field('created_at')).toBe(META.get('created_at'))
  expect(loan.field('odd')).toBeUndefined()
})

test('retired codes are known, for old records hold them', () => {
  expect([...known.valuesOf(field('t', 'choice', { codes: 'tag' })).keys()]).toEqual(['red', 'old'])
  expect([...known.valuesOf(field('t', 'choice', { codes: 'none' })).keys()]).toEqual([])
})

test('a balance is shown on the owner’s record, or where the account says', () => {
  expect(known.balancePlace(entityOf(known, 'lib.entry'))).toEqual({ entity: 'lib.person', field: 'points' })
  expect(known.entries.get('lib.person')?.map(([entity]) => entity.name)).toEqual(['lib.entry'])
  const account = {
    owner: 'member',
    amount: 'amount',
    balance: 'lib.purse.sum',
    floor: null,
    offline_cap: null,
  }
  const elsewhere = altered('lib.entry', { account })
  expect(elsewhere.balancePlace(entityOf(elsewhere, 'lib.entry'))).toEqual({
    entity: 'lib.purse',
    field: 'sum',
  })
})

test('a text is said in the language asked for, else in English, else in any', () => {
  expect(pick({ ru: 'да', en: 'yes' }, 'ru')).toBe('да')
  expect(pick({ ru: 'да', en: 'yes' }, 'zh-Hant')).toBe('yes')
  expect(pick({ ru: 'да' }, 'en')).toBe('да')
  expect(pick(undefined, 'en')).toBe('')
})

test('ADR 1: an expression sees the roles that its user holds at the site, and the site’s own date', () => {
  const post = (role: string, site: string) => ({ role, site })
  const roles = [
    post('desk', HERE),
    post('guard', THERE),
    post('head', ORGANISATION),
    post('desk', ORGANISATION),
  ]
  const posted = house({ user: { ...known.manifest.user, roles } })
  const now = Date.UTC(2026, 10, 21, 20)
  expect(scopeOf(posted, HERE, now)).toEqual({
    user: { id: known.manifest.user.id, roles: ['desk', 'head'] },
    settings: { cap: 10 },
    today: '2026-11-22',
    now: '2026-11-21T20:00:00.000Z',
  })
  expect(scopeOf(posted, THERE, now)).toMatchObject({
    today: '2026-11-21',
    user: { roles: ['desk', 'guard', 'head'] },
  })
})
