import { Dexie } from 'dexie'
import { expect, test } from 'vitest'
import { isFull } from '@/runtime/failing'

test('tablet.md §1.1 a transaction that failed for want of room is known by what it bears within', () => {
  const full = new DOMException('no room', 'QuotaExceededError')
  expect(isFull(full)).toBe(true)
  expect(isFull(new Dexie.AbortError(full))).toBe(true)
  expect(isFull(new Dexie.AbortError())).toBe(false)
  expect(isFull('QuotaExceededError')).toBe(false)
})
