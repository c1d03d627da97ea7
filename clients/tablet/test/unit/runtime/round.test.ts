import { expect, test, vi } from 'vitest'
import { bench, enrolled, Fault, letIn } from './bench'

vi.mock('@/runtime/pin', async (original) => {
  const pin = await original<typeof import('@/runtime/pin')>()
  return { ...pin, seal: (token: string, secret: string, by: 'pin') => pin.seal(token, secret, by, 2) }
})

/** Li is logged in, Wu and Ma worked here before. */
async function shared() {
  const on = bench()
  on.http.answers['POST /enrolments/redeem'] = () => ({
    device: { id: 'x', name: 'T07' },
    people: [enrolled('wu', 'A'), enrolled('ma', 'B')],
  })
  await on.logIns.enrol('ticket')
  on.http.answers['POST /session'] = () => letIn('li')
  await on.logIns.login({ username: 'li', password: 'secret' })
  const { token } = (await on.people.current()) ?? {}
  on.replicas.did.length = 0
  const li = async () => (await on.people.list()).find((one) => one.username === 'li')
  return { ...on, token, li }
}

test('tablet §2.4: who is logged in first, then what others left unsent, by tokens that read nothing', async () => {
  const { round, replicas, token, people } = await shared()
  replicas.work.set('id-wu', { ops: 3, photos: 1 })
  // What Li still has afterwards waits for his own next round.
  replicas.work.set('id-li', { ops: 0, photos: 1 })
  expect(await round.run()).toEqual({ kind: 'done' })
  expect(replicas.did).toEqual([
    `sync li ${token}`,
    `upload li ${token}`,
    'hand in wu push-wu',
    'upload wu push-wu',
  ])
  expect((await people.list()).find((one) => one.username === 'wu')).toMatchObject({ unsent: 0, photos: 1 })
})

test('tablet §4: texts that come up while photos are sent go before the next photo', async () => {
  const { round, replicas, token } = await shared()
  replicas.uploads = [false, true]
  await round.run()
  expect(replicas.did).toEqual([
    `sync li ${token}`,
    `upload li ${token}`,
    `sync li ${token}`,
    `upload li ${token}`,
  ])
})

test('protocol §5: a session that has ended asks for a log-in, and his work leaves all the same', async () => {
  const { round, replicas, device, li, logIns } = await shared()
  replicas.work.set('id-li', { ops: 2, photos: 0 })
  replicas.ends = [{ kind: 'log in', fork: false }]
  expect(await round.run()).toEqual({ kind: 'done' })
  expect(replicas.did.at(-1)).toBe('hand in li push-li')
  const ended = async () => (await device.read()).people.find((one) => one.username === 'li')?.ended
  expect(await ended()).toBe(true)
  expect(await li()).toMatchObject({ unsent: 0, ready: false })
  await logIns.login({ username: 'li', password: 'secret' })
  expect(await ended()).toBe(false)
})

test("tablet §1.5: with nobody logged in everybody's work leaves", async () => {
  const { round, replicas, logIns } = await shared()
  replicas.work.set('id-li', { ops: 1, photos: 0 })
  replicas.work.set('id-ma', { ops: 1, photos: 0 })
  await logIns.logout()
  await round.run()
  expect(replicas.did.sort()).toEqual(['hand in li push-li', 'hand in ma push-ma'])
})

test("protocol §5: one person's dead token holds nobody up", async () => {
  const { round, replicas } = await shared()
  replicas.work.set('id-ma', { ops: 0, photos: 1 })
  replicas.work.set('id-wu', { ops: 0, photos: 1 })
  replicas.uploads = [true, new Fault('unauthorized'), true]
  expect(await round.run()).toEqual({ kind: 'done' })
  expect(replicas.did.slice(-2)).toEqual(['upload ma push-ma', 'upload wu push-wu'])
})

test('protocol §3.1: no network and a full server end a round; the next begins with the same', async () => {
  const { round, replicas, li } = await shared()
  replicas.ends = [{ kind: 'failed' }, { kind: 'busy', wait: 7_000 }]
  expect(await round.run()).toEqual({ kind: 'failed' })
  expect(await round.run()).toEqual({ kind: 'busy', wait: 7_000 })
  replicas.uploads = [new Fault('storage_down', {}, { retryAfter: 3_000 }), new Fault('offline')]
  expect(await round.run()).toEqual({ kind: 'busy', wait: 3_000 })
  expect(await round.run()).toEqual({ kind: 'failed' })
  expect(await round.run()).toEqual({ kind: 'done' })
  expect(await li()).toMatchObject({ ready: true })
})

test('protocol §6: only a person who asks has refused photos tried again', async () => {
  const { round, replicas, token } = await shared()
  await round.run()
  await round.run(true)
  expect(replicas.did.filter((did) => did.startsWith('upload'))).toEqual([
    `upload li ${token}`,
    `upload li ${token} again`,
  ])
})

test('tablet §3.2: without a network too, everybody sees what each has left unsent here', async () => {
  const { round, replicas, people } = await shared()
  replicas.work.set('id-li', { ops: 2, photos: 1 })
  replicas.work.set('id-wu', { ops: 3, photos: 0 })
  replicas.ends = [{ kind: 'failed' }]
  await round.run()
  expect(
    (await people.list()).map(({ username, unsent, photos }) => [username, unsent, photos]).sort(),
  ).toEqual([
    ['li', 2, 1],
    ['ma', 0, 0],
    ['wu', 3, 0],
  ])
})

test('protocol §3: a server that refuses to read for us does not make our data whole', async () => {
  const { round, replicas, li } = await shared()
  replicas.ends = [{ kind: 'refused', problem: { code: 'unsupported_protocol', status: 400 } }]
  await round.run()
  expect(await li()).toMatchObject({ ready: false, lastSync: null })
})

test('protocol §5: a revoked device offers what everybody left unsent, then erases itself', async () => {
  const { round, replicas, device } = await shared()
  const { card } = await device.read()
  // Li's own replica has handed in and erased itself already.
  replicas.ends = [{ kind: 'erased' }]
  expect(await round.run()).toEqual({ kind: 'done' })
  expect(replicas.did.slice(1, 4).sort()).toEqual(['offer li', 'offer ma', 'offer wu'])
  expect(replicas.did.slice(4).sort()).toEqual(['erase li', 'erase ma', 'erase wu'])
  const after = await device.read()
  expect(after.people).toEqual([])
  expect(after.card).toMatchObject({ wiped: true, wiping: null })
  // The office may admit it again, as another device.
  expect(after.card.id).not.toBe(card.id)
})

test('protocol §5: a wipe that could not offer work waits, closed, and goes on after a restart', async () => {
  const on = await shared()
  on.replicas.uploads = [new Fault('device_revoked', { wipe: true })]
  on.replicas.ends = [{ kind: 'done' }, { kind: 'done' }, { kind: 'failed' }]
  expect(await on.round.run()).toEqual({ kind: 'failed' })
  expect(on.replicas.did.filter((did) => did.startsWith('erase'))).toEqual([])
  expect(await on.people.current()).toBeNull()
  const again = bench(on)
  expect(await again.round.run()).toEqual({ kind: 'done' })
  expect((await again.device.read()).card.wiped).toBe(true)
})

test('protocol §5: "wipe at once" offers nothing', async () => {
  const { round, replicas, wipe } = await shared()
  await wipe.begin(true)
  await wipe.begin(false)
  await round.run()
  expect(replicas.did.sort()).toEqual(['erase li', 'erase ma', 'erase wu'])
})

test('protocol §5: after a wipe the tablet says so until somebody logs in', async () => {
  const { round, wipe, device, logIns } = await shared()
  await wipe.begin(true)
  await round.run()
  await round.run()
  expect((await device.read()).card.wiped).toBe(true)
  await logIns.login({ username: 'li', password: 'secret' })
  expect((await device.read()).card.wiped).toBe(false)
})
