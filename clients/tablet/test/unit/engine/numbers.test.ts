import { expect, test } from 'vitest'
import { lookUp, personOf } from '@/engine/lookups'
import { deviceNumber, type NumberSource } from '@/engine/numbers'
import type { Values } from '@/engine/values'
import { altered, entityOf, field, house, ID, OTHER } from './house'

const loan = entityOf(house(), 'lib.loan')

function source(taken: readonly string[] = []): NumberSource {
  const counted = new Map<string, number>()
  return {
    device: 'T07',
    today: '2026-11-22',
    next: async (start) => counted.set(start, (counted.get(start) ?? 0) + 1).get(start) ?? 0,
    taken: async (values: Values) => taken.includes(String(values.device_number)),
  }
}

test('TKT-14: a device numbers its records by kind, device, day and count', async () => {
  const one = source()
  expect(await deviceNumber(loan, {}, one)).toEqual({ device_number: 'L-T07-20261122-0001' })
  expect(await deviceNumber(loan, { kind: 'tool' }, one)).toEqual({ device_number: 'L-T07-20261122-0002' })
  expect(await deviceNumber(loan, { kind: 'key' }, one)).toEqual({ device_number: 'K-T07-20261122-0001' })
})

test('TKT-14: what is numbered already, or never, gets no number', async () => {
  expect(await deviceNumber(loan, { device_number: 'X-1' }, source())).toEqual({})
  expect(await deviceNumber(entityOf(house(), 'lib.person'), {}, source())).toEqual({})
})

test('TKT-14: a number that another device of the same name has given is passed over', async () => {
  const taken = ['L-T07-20261122-0001', 'L-T07-20261122-0002']
  expect(await deviceNumber(loan, {}, source(taken))).toEqual({ device_number: 'L-T07-20261122-0003' })
})

test('OWN-7: a look at private data says whose, which of them, where and why', () => {
  const shape = {
    private: true,
    fields: [
      field('person', 'ref', { ref: 'lib.person' }),
      ...['phone', 'passport'].map((n) => field(n, 'text', { private: true })),
    ],
  }
  const entity = entityOf(altered('lib.secret', shape), 'lib.secret')
  const shown = { entity, id: ID, values: { person: OTHER, phone: '1' } }
  expect(personOf(shown, 'lib.person')).toBe(OTHER)
  expect(lookUp(shown, OTHER, 'view', null)).toEqual({
    subject_entity: 'lib.secret',
    subject: ID,
    owner: OTHER,
    fields: [{ field: 'phone' }],
    screen: 'view',
  })
  expect(lookUp({ ...shown, values: {} }, null, 'list', 'audit')).toEqual({
    subject_entity: 'lib.secret',
    subject: ID,
    screen: 'list',
    reason: 'audit',
  })
})

test('OWN-7: what is not private is looked at freely', () => {
  expect(lookUp({ entity: loan, id: ID, values: { name: 'x' } }, null, 'view', null)).toBeNull()
  expect(personOf({ entity: loan, id: ID, values: {} }, 'lib.person')).toBeNull()
})
