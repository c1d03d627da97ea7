import { expect, test, vi } from 'vitest'
import { bench, enrolled, Fault, letIn, refusal } from './bench'

vi.mock('@/runtime/pin', async (original) => {
  const pin = await original<typeof import('@/runtime/pin')>()
  return { ...pin, seal: (token: string, secret: string, by: 'pin') => pin.seal(token, secret, by, 2) }
})

const shift = (...people: [string, string][]) => ({
  device: { id: 'x', name: 'T07' },
  people: people.map(([username, code]) => enrolled(username, code)),
})

test('tablet §1.5: who was enrolled logs in for the first time without a network', async () => {
  const { logIns, people, http, replicas } = bench()
  http.answers['POST /enrolments/redeem'] = () => shift(['li', 'AB23CD45'], ['wu', 'EF67GH89'])
  const { people: prepared } = await logIns.enrol('ticket')
  expect(prepared.map(({ username, ready, mustSetPin }) => ({ username, ready, mustSetPin }))).toEqual([
    { username: 'li', ready: true, mustSetPin: true },
    { username: 'wu', ready: true, mustSetPin: true },
  ])
  expect(replicas.did.map((did) => did.split(' ').slice(0, 2).join(' '))).toEqual([
    'admit li',
    'admit wu',
    'fill li',
    'fill wu',
  ])
  http.answers = {}
  expect(await refusal(logIns.login({ username: 'wu', code: 'AB23CD45' }))).toBe('wrong_pin')
  expect(await people.current()).toBeNull()
  const { person } = await logIns.login({ username: 'wu', code: 'ef67-gh89' })
  expect(person.mustSetPin).toBe(true)
  expect(await people.current()).toMatchObject({ locked: false, token: expect.stringMatching(/^token-/) })
})

test('tablet §1.5: an enrolment that lost the network keeps the sessions, and their data come later', async () => {
  const { logIns, people, http, replicas, round } = bench()
  http.answers['POST /enrolments/redeem'] = () => shift(['li', 'AB23CD45'])
  replicas.fillFails = true
  expect((await logIns.enrol('ticket')).people).toMatchObject([
    { username: 'li', ready: false, hasPin: true },
  ])
  expect(await round.run()).toEqual({ kind: 'failed' })
  replicas.fillFails = false
  expect(await round.run()).toEqual({ kind: 'done' })
  expect(await people.list()).toMatchObject([{ username: 'li', ready: true }])
})

test('tablet §1.5: a newer code from the office is good where the prepared one is forgotten', async () => {
  const { logIns, http } = bench()
  http.answers['POST /enrolments/redeem'] = () => shift(['li', 'AB23CD45'])
  await logIns.enrol('ticket')
  http.answers['POST /session'] = ({ body }) =>
    body.code === 'ZZ99' ? letIn('li') : new Fault('bad_credentials')
  expect(await refusal(logIns.login({ username: 'li', code: 'nonsense' }))).toBe('bad_credentials')
  expect((await logIns.login({ username: 'li', code: 'ZZ99' })).person).toMatchObject({
    hasPin: true,
    mustSetPin: true,
  })
})

test('protocol §2: a log-in without a network is told so, and changes nothing', async () => {
  const { logIns, people } = bench()
  expect(await refusal(logIns.login({ username: 'li', password: 'secret' }))).toBe('offline')
  expect(await people.list()).toEqual([])
})

test('protocol §2: an old password is changed at the log-in; nothing else happens before', async () => {
  const { logIns, people, http } = bench()
  http.answers['POST /session'] = ({ body }) =>
    body.new_password ? letIn('li') : new Fault('password_expired')
  expect(await logIns.login({ username: 'li', password: 'old' })).toMatchObject({ passwordExpired: true })
  expect(await people.current()).toBeNull()
  expect(await logIns.login({ username: 'li', password: 'old', newPassword: 'new' })).toMatchObject({
    passwordExpired: false,
  })
  expect(http.calls.at(-1)?.body).toMatchObject({ password: 'old', new_password: 'new' })
})

test('protocol §3.1: a database keeps its replica id at each log-in', async () => {
  const { logIns, http } = bench()
  http.answers['POST /session'] = () => letIn('li')
  await logIns.login({ username: 'li', password: 'secret' })
  await logIns.login({ username: 'li', password: 'secret' })
  expect(http.calls.map(({ body }) => body.adopt)).toEqual([undefined, 'replica-li'])
})

test('protocol §3.1: a database that was copied asks for another replica id, and makes other device numbers', async () => {
  const { logIns, http, replicas, device } = bench()
  http.answers['POST /session'] = ({ body }) => letIn('li', body.fork_of ? { replica: 'replica-9f' } : {})
  await logIns.login({ username: 'li', password: 'secret' })
  const { database, short } = (await device.read()).people[0] ?? {}
  replicas.forks.add('id-li')
  await logIns.login({ username: 'li', password: 'secret' })
  expect(http.calls.at(-1)?.body).toMatchObject({ fork_of: 'replica-li' })
  expect((await device.read()).people).toMatchObject([
    { replica: 'replica-9f', database, short: `${short}9F` },
  ])
})

test('protocol §3.1: a server that knows another replica of this person here makes this one a fork', async () => {
  const { logIns, http, device } = bench()
  http.answers['POST /session'] = ({ body }) =>
    letIn('li', { replica: body.fork_of ? 'fork-7a' : body.adopt ? 'other' : 'mine' })
  await logIns.login({ username: 'li', password: 'secret' })
  await logIns.login({ username: 'li', password: 'old', newPassword: 'new' })
  const { body } = http.calls.at(-1) ?? {}
  expect(body).toMatchObject({ fork_of: 'mine', password: 'new' })
  expect(body).not.toHaveProperty('adopt')
  expect(body).not.toHaveProperty('new_password')
  expect((await device.read()).people[0]?.replica).toBe('fork-7a')
})

test('tablet §1.5: the people of a tablet number apart from each other, by the name it has now', async () => {
  const { logIns, http, device, replicas } = bench()
  http.answers['POST /enrolments/redeem'] = () => shift(['li', 'A'], ['wu', 'B'], ['ma', 'C'])
  await logIns.enrol('ticket')
  const shorts = async () => (await device.read()).people.map((one) => one.short).sort()
  expect(await shorts()).toEqual(['T07', 'T07B', 'T07C'])
  await logIns.rename('Gate 2')
  expect(await shorts()).toEqual(['GATE2', 'GATE2B', 'GATE2C'])
  expect(
    replicas.did
      .slice(-3)
      .map((did) => did.split(' ').at(-1))
      .sort(),
  ).toEqual(await shorts())
})

test('protocol §5: a log-in on a revoked device begins the wipe', async () => {
  const { logIns, http, device } = bench()
  http.answers['POST /session'] = () => new Fault('device_revoked', { wipe: true, at_once: true })
  expect(await refusal(logIns.login({ username: 'li', password: 'secret' }))).toBe('device_revoked')
  expect((await device.read()).card.wiping).toEqual({ atOnce: true })
})
