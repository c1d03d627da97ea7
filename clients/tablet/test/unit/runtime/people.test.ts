import { expect, test, vi } from 'vitest'
import { bench, enrolled, letIn, refusal } from './bench'

vi.mock('@/runtime/pin', async (original) => {
  const pin = await original<typeof import('@/runtime/pin')>()
  // What many rounds cost is `pin.test.ts`'s affair.
  return { ...pin, seal: (token: string, secret: string, by: 'pin') => pin.seal(token, secret, by, 2) }
})

const MINUTE = 60_000

/** A tablet with Li on it, who has chosen the PIN 2580. */
async function withLi() {
  const on = bench()
  on.http.answers['POST /session'] = () => letIn('li')
  const { person } = await on.logIns.login({ username: 'li', password: 'secret' })
  await on.people.setPin('2580')
  const unlock = (pin: string): Promise<unknown> =>
    refusal(on.people.unlock({ replica: person.replica, pin }))
  return { ...on, person, unlock }
}

test('tablet §1.5: a PIN lets in without a network; until then nobody has the token', async () => {
  const { people, device, unlock } = await withLi()
  const open = await people.current()
  expect(open).toMatchObject({ locked: false, token: expect.stringMatching(/^token-/) })
  await people.lock()
  expect(await people.current()).toMatchObject({ locked: true })
  expect(JSON.stringify(await device.read())).not.toContain(open?.token)
  expect(await unlock('1470')).toBe('wrong_pin')
  expect(await people.current()).toMatchObject({ locked: true })
  await unlock('2580')
  expect(await people.current()).toMatchObject({ locked: false, token: open?.token })
})

test('tablet §1.5: a reload in the middle of work asks for no PIN, one after the lock has closed does', async () => {
  const on = await withLi()
  const { token } = (await on.people.current()) ?? {}
  expect(await bench(on).people.current()).toMatchObject({ locked: false, token })
  await on.people.lock()
  expect(await bench(on).people.current()).toMatchObject({ locked: true, token: null })
})

test('tablet §1.5: the lock closes after some minutes without a touch, not before', async () => {
  const { people, clock } = await withLi()
  clock.now += 4 * MINUTE
  await people.expire()
  expect((await people.current())?.locked).toBe(false)
  await people.touch()
  clock.now += 4 * MINUTE
  await people.expire()
  expect((await people.current())?.locked).toBe(false)
  clock.now += MINUTE
  // A touch after the time does not open again what should have closed while the tablet slept.
  await people.touch()
  await people.expire()
  expect((await people.current())?.locked).toBe(true)
})

test('tablet §1.5: a locked tablet stays up to date while its page lives', async () => {
  const { people } = await withLi()
  const { token } = (await people.current()) ?? {}
  await people.lock()
  expect(await people.current()).toMatchObject({ locked: true, token })
})

test('tablet §1.5: wrong PINs cost time, then the token, never the person or his work', async () => {
  const { people, clock, unlock, replicas, logIns, person } = await withLi()
  await people.lock()
  const said: unknown[] = []
  while (said.at(-1) !== 'pin_spent') {
    said.push(await unlock('1470'))
    expect(said.length).toBeLessThan(11)
    if (said.length > 2 && said.at(-1) === 'wrong_pin') expect(await unlock('2580')).toBe('pin_wait')
    clock.now += 5 * MINUTE
  }
  expect(said).toEqual([...Array(9).fill('wrong_pin'), 'pin_spent'])
  expect(await unlock('2580')).toBe('login')
  expect(replicas.did.filter((did) => did.startsWith('erase'))).toEqual([])
  // The password opens the same database again, and he chooses another PIN.
  const back = await logIns.login({ username: ' LI ', password: 'secret' })
  expect(back.person).toMatchObject({ replica: person.replica, mustSetPin: true })
  expect(await people.list()).toHaveLength(1)
})

test('tablet §1.5: a right PIN after wrong ones starts the count anew', async () => {
  const { people, unlock } = await withLi()
  await people.lock()
  for (let i = 0; i < 5; i += 1) {
    await unlock('1470')
    await unlock('1471')
    await unlock('2580')
  }
  expect((await people.current())?.locked).toBe(false)
})

test('tablet §1.5: weak PINs are refused, and so is none where one is needed', async () => {
  const { people, logIns, http } = await withLi()
  expect(await refusal(people.setPin('1111'))).toBe('weak_pin')
  await people.setPin(null)
  expect((await people.list())[0]).toMatchObject({ hasPin: false, mustSetPin: false })
  http.answers['POST /enrolments/redeem'] = () => ({
    device: { id: 'x', name: 'T07' },
    people: [enrolled('wu', 'AB23')],
  })
  await logIns.enrol('ticket')
  await logIns.login({ username: 'wu', code: 'ab 23' })
  expect(await refusal(people.setPin(null))).toBe('pin_needed')
  await people.setPin('2580')
  expect((await people.list()).find((one) => one.username === 'wu')).toMatchObject({
    hasPin: true,
    mustSetPin: false,
  })
})

test('tablet §1.5: somebody without a PIN stays in; a lock that he closes himself opens without one', async () => {
  const { people, logIns, http, clock } = bench()
  http.answers['POST /session'] = () => letIn('li')
  const { person } = await logIns.login({ username: 'li', password: 'secret' })
  expect(person).toMatchObject({ hasPin: false, mustSetPin: false })
  clock.now += 60 * MINUTE
  await people.expire()
  expect((await people.current())?.locked).toBe(false)
  await people.lock()
  expect((await people.current())?.locked).toBe(true)
  await people.unlock({ replica: person.replica, pin: '' })
  expect((await people.current())?.locked).toBe(false)
})

test('protocol §5: after a change of person nobody holds the token of the one before', async () => {
  const { people, logIns, http, device } = await withLi()
  const { token } = (await people.current()) ?? {}
  http.answers['POST /session'] = () => letIn('wu')
  await logIns.login({ username: 'wu', password: 'secret' })
  const now = await people.current()
  expect(now?.person.username).toBe('wu')
  expect(now?.token).not.toBe(token)
  expect(JSON.stringify(await device.read())).not.toContain(`"${token}"`)
})

test('tablet §1.5: nobody walks in as another who works without a PIN: after a change of person his password is asked', async () => {
  const { people, logIns, http, device } = bench()
  http.answers['POST /session'] = () => letIn('li')
  const { person } = await logIns.login({ username: 'li', password: 'secret' })
  const { token } = (await people.current()) ?? {}
  http.answers['POST /session'] = () => letIn('wu')
  await logIns.login({ username: 'wu', password: 'secret' })
  expect(await refusal(people.unlock({ replica: person.replica, pin: '' }))).toBe('login')
  expect((await people.current())?.person.username).toBe('wu')
  expect(JSON.stringify(await device.read())).not.toContain(`"${token}"`)
  // His unsent work leaves all the same.
  expect((await device.read()).people.find((one) => one.user === 'id-li')).toMatchObject({ push: 'push-li' })
})

test('tablet §1.5: a clock that is put back holds no lock open', async () => {
  const { people, clock } = await withLi()
  clock.now += 24 * 60 * MINUTE
  await people.touch()
  await people.unlock({ replica: 'replica-li', pin: '2580' })
  clock.now -= 24 * 60 * MINUTE
  await people.expire()
  expect((await people.current())?.locked).toBe(true)
})

test('tablet §5: all tabs have the same person in front of them', async () => {
  const on = await withLi()
  const other = bench(on)
  const seen: (string | null)[] = []
  const stop = other.device.watch(({ shift }) => seen.push(shift.locked ? 'locked' : shift.user))
  await vi.waitFor(() => expect(seen).toContain('id-li'))
  await on.people.lock()
  await vi.waitFor(() => expect(seen).toContain('locked'))
  stop()
})

test('protocol §5: a log-out forgets the token, keeps the person, and tells the server unless work is unsent', async () => {
  const { people, logIns, http, replicas, device } = await withLi()
  http.answers['DELETE /session'] = () => null
  replicas.work.set('id-li', { ops: 2, photos: 0 })
  await logIns.logout()
  expect(await people.current()).toBeNull()
  expect((await device.read()).people[0]).toMatchObject({ token: null, sealed: null, push: 'push-li' })
  // Had the session ended, what he left unsent would only be held for review.
  expect(http.calls.map((call) => call.method)).not.toContain('DELETE')
  replicas.work.clear()
  await logIns.login({ username: 'li', password: 'secret' })
  await logIns.logout()
  expect(http.calls.at(-1)).toMatchObject({ method: 'DELETE', token: expect.stringMatching(/^token-/) })
})

test('tablet §1.5: nobody is removed while something of his is unsent', async () => {
  const { people, logIns, replicas, person } = await withLi()
  replicas.work.set('id-li', { ops: 0, photos: 1 })
  expect(await refusal(logIns.forgetPerson(person.replica))).toBe('unsent_work')
  expect(await people.list()).toHaveLength(1)
  replicas.work.clear()
  await logIns.forgetPerson(person.replica)
  expect(replicas.did.at(-1)).toBe('erase li')
  expect(await people.list()).toEqual([])
  expect(await people.current()).toBeNull()
})

test('protocol §5: while a wipe is under way nobody gets in', async () => {
  const { people, logIns, wipe, unlock } = await withLi()
  await wipe.begin(false)
  expect(await people.current()).toBeNull()
  expect(await unlock('2580')).toBe('wiping')
  expect(await refusal(logIns.login({ username: 'li', password: 'secret' }))).toBe('wiping')
})
