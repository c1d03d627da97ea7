import { expect, test } from 'vitest'
import { levelOf, measureRoom, storageOf, UNKNOWN } from '@/runtime/health'
import { installingOf } from '@/runtime/install'

const IPAD =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.0 Safari/605.1.15'
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148'
const ANDROID = 'Mozilla/5.0 (Linux; Android 13; SM-T505) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36'

test('tablet §1.1: a plain iPad tab shows the install guide in place of the log-in; its home-screen app does not', () => {
  const tab = { standalone: false, userAgent: IPAD, touchPoints: 5, offered: false }
  expect(installingOf(tab)).toEqual({ installed: false, mustInstall: true, way: 'ios' })
  expect(installingOf({ ...tab, userAgent: IPHONE })).toMatchObject({ mustInstall: true, way: 'ios' })
  expect(installingOf({ ...tab, standalone: true })).toMatchObject({ installed: true, mustInstall: false })
  expect(installingOf({ ...tab, touchPoints: 0 })).toMatchObject({ mustInstall: false, way: 'menu' })
})

test('tablet §1.1: Android and desktop browsers may be used as they are, and install where they offer it', () => {
  const chrome = { standalone: false, userAgent: ANDROID, touchPoints: 5, offered: true }
  expect(installingOf(chrome)).toEqual({ installed: false, mustInstall: false, way: 'offered' })
  expect(installingOf({ ...chrome, offered: false })).toMatchObject({ mustInstall: false, way: 'menu' })
})

test('tablet §1.1: warn from 80 % of the quota on, no photos from 90 % on; an unknown quota stops nobody', () => {
  const at = (usage: number) => levelOf({ persisted: true, quota: 100, usage })
  expect([0, 79, 80, 89, 90, 120].map(at)).toEqual(['ok', 'ok', 'low', 'low', 'full', 'full'])
  expect(levelOf(UNKNOWN)).toBe('ok')
  expect(levelOf({ persisted: null, quota: 0, usage: 5 })).toBe('ok')
})

test('tablet §1.1: what the browser says of its storage is read back and told to the office; silence is no answer', async () => {
  const room = await measureRoom({
    estimate: async () => ({ quota: 1_000, usage: 400 }),
    persisted: async () => false,
  })
  expect(storageOf(room)).toEqual({ free: 600, persisted: false })
  const failing = await measureRoom({
    estimate: () => Promise.reject(new Error('no')),
    persisted: () => Promise.reject(new Error('no')),
  })
  expect([await measureRoom(undefined), await measureRoom({}), failing]).toEqual([UNKNOWN, UNKNOWN, UNKNOWN])
  expect(storageOf(UNKNOWN)).toEqual({})
})
