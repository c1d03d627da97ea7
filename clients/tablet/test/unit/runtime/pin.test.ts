import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterFailure, isWeak, NO_TRIES, seal, type Tries, unseal, waitOf } from '@/runtime/pin'

const FEW = 2

test('tablet §1.5: only the secret that wrapped a token opens it', async () => {
  const secret = fc.string({ minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(secret, secret, fc.string(), async (right, other, token) => {
      const sealed = await seal(token, right, 'pin', FEW)
      expect(await unseal(sealed, right)).toBe(token)
      if (other.normalize('NFC') !== right.normalize('NFC')) expect(await unseal(sealed, other)).toBeNull()
    }),
    { numRuns: 30 },
  )
})

test('tablet §1.5: a token is wrapped with 600,000 rounds, and never twice alike', async () => {
  const [one, two] = [await seal('token', '1357', 'pin', FEW), await seal('token', '1357', 'pin')]
  expect(two.rounds).toBe(600_000)
  expect(new Uint8Array(one.data)).not.toEqual(new Uint8Array(two.data))
  expect(one.salt).not.toEqual(two.salt)
})

test('protocol §2: a start code opens however it is typed, a PIN or password only as it is', async () => {
  const code = await seal('token', 'AB23-CD45', 'code', FEW)
  expect(await unseal(code, ' ab23 cd45 ')).toBe('token')
  const password = await seal('token', 'AB23-CD45', 'password', FEW)
  expect(await unseal(password, 'ab23cd45')).toBeNull()
})

test('tablet §1.5: a few wrong PINs are free, then each costs twice the wait of the one before, up to a bound', () => {
  const waits: number[] = []
  let tries: Tries = NO_TRIES
  for (let i = 0; i < 10; i += 1) {
    tries = afterFailure(tries, 1_000)
    waits.push(waitOf(tries, 1_000))
  }
  expect(waits).toEqual([0, 0, 5, 10, 20, 40, 80, 160, 300, 300].map((seconds) => seconds * 1_000))
})

test('tablet §1.5: a clock that was set back does not lock anybody out for longer than the longest wait', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.nat(), fc.integer(), (failed, then, now) => {
      const wait = waitOf(afterFailure({ failed, until: 0 }, then), now)
      expect(wait).toBeGreaterThanOrEqual(0)
      expect(wait).toBeLessThanOrEqual(300_000)
    }),
  )
})

test('tablet §1.5: PINs that everybody tries first are weak', () => {
  expect(['', '123', '1111', '1234', '9876', 'aaaa'].filter((pin) => !isWeak(pin))).toEqual([])
  expect(['1357', '2580', '1123', '12345679', '四季平安'].filter(isWeak)).toEqual([])
})
