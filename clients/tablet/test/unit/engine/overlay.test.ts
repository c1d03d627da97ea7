import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Made } from '@/engine/ops'
import { lay, openItems, pendingAmount } from '@/engine/overlay'
import { entityOf, HERE, house, ID, OTHER } from './house'

const loan = entityOf(house(), 'lib.loan')
const account = entityOf(house(), 'lib.entry').shape.account

const op = (kind: Made['kind'], more: Partial<Made> = {}): Made => ({
  op: OTHER,
  site: HERE,
  entity: 'lib.loan',
  record: ID,
  kind,
  at: '2026-11-22T01:02:03.004Z',
  ...more,
})

test('protocol §3.5: a created record is in its first state', () => {
  expect(lay(loan, null, [op('create', { set: { name: 'x', tags: null } })])).toEqual({
    status: 'out',
    name: 'x',
  })
})

test('protocol §3.5: ops lie over the server’s state in their order', () => {
  const ops = [
    op('update', { set: { name: 'b' } }),
    op('act', { act: 'take_back', set: { note: 'n' } }),
    op('update', { set: { note: null } }),
  ]
  expect(lay(loan, { status: 'out', name: 'a' }, ops)).toEqual({ status: 'back', name: 'b' })
})

test('protocol §3.3: an act that is no longer legal still brings its fields', () => {
  const ops = [op('act', { act: 'take_back', set: { note: 'n' } })]
  expect(lay(loan, { status: 'lost' }, ops)).toEqual({ status: 'lost', note: 'n' })
})

test('a record that is deleted, or was never there, stays away', () => {
  const update = op('update', { set: { name: 'x' } })
  expect(lay(loan, { name: 'a' }, [op('delete'), update])).toBeNull()
  expect(lay(loan, null, [update])).toBeNull()
})

test('a create over what has come back from the server changes nothing', () => {
  expect(lay(loan, { name: 'server' }, [op('create', { set: { name: 'mine' } })])).toEqual({ name: 'server' })
})

test('of a record of an unknown kind, fields are laid all the same', () => {
  expect(lay(undefined, null, [op('create', { set: { a: 1 } }), op('act', { act: 'x' })])).toEqual({ a: 1 })
})

test('the server’s state itself is never written to', () => {
  const body = Object.freeze({ name: 'a', items: Object.freeze([]) })
  expect(lay(loan, body, [op('update', { set: { name: 'b' } })])).toEqual({ name: 'b', items: [] })
})

test('protocol §3.2: resolving settles the ops that are named; the last one closes the item', () => {
  const review = { status: 'open', items: [{ op: 'a' }, { op: 'b' }, { op: 'c', settled_by: 'x' }] }
  const resolve = (...ops: string[]) => op('act', { entity: 'review', act: 'resolve', args: { ops } })
  const half = lay(undefined, review, [resolve('a')])
  expect(half).toMatchObject({ status: 'open' })
  expect(openItems(half ?? {})).toEqual(['b'])
  const whole = lay(undefined, review, [resolve('a'), resolve('b')])
  expect(whole).toMatchObject({ status: 'resolved' })
  expect(openItems(whole ?? {})).toEqual([])
  expect(whole?.items).toMatchObject([{ settled_at: resolve().at }, {}, { settled_by: 'x' }])
})

test('protocol §3.3: pending entries add up, and what they take is counted apart', () => {
  if (!account) throw new Error('no account')
  const entry = (amount: unknown, member = ID) => op('create', { set: { member, amount } })
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1000, max: 1000 })), (amounts) => {
      const ops = [...amounts.map((amount) => entry(amount)), entry(7, OTHER), entry('7'), op('delete')]
      const { sum, taken } = pendingAmount(account, ID, ops)
      expect(sum + taken).toBe(amounts.reduce((total, amount) => total + Math.max(amount, 0), 0))
      expect(taken).toBe(amounts.reduce((total, amount) => total + Math.max(-amount, 0), 0))
    }),
  )
})
