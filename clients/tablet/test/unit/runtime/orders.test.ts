import { expect, test, vi } from 'vitest'
import { Desk } from '@/runtime/desk'
import { ordersOf } from '@/runtime/orders'
import type { Draft } from '@/runtime/port/entry'
import type { Orders } from '@/runtime/serving'
import { MemoryStore } from '@/store/memory/store'
import { bench, letIn, refusal } from './bench'

const sealing = vi.hoisted(() => ({ begun: Promise.resolve() as Promise<unknown> }))
vi.mock('@/runtime/pin', async (original) => {
  const pin = await original<typeof import('@/runtime/pin')>()
  const seal = async (token: string, secret: string, by: 'pin') => {
    await sealing.begun
    // What many rounds cost is `pin.test.ts`'s affair.
    return pin.seal(token, secret, by, 2)
  }
  return { ...pin, seal }
})

const draft = (title: string): Draft => ({
  key: 'new/thing',
  place: { site: 's', entity: 'thing', id: '' },
  kind: 'create',
  values: { title },
  saved: 1,
})

const measuring = { commit: (work: () => unknown) => work() }

/** A tablet on which Li has worked, with a PIN, and Wu works now. `as` asks like a page that was made for somebody. */
async function afterLi() {
  const on = bench()
  const stores = new Map<string, MemoryStore>()
  const storeOf = async ({ user }: { user: string }): Promise<MemoryStore> => {
    const store = stores.get(user) ?? new MemoryStore(user)
    stores.set(user, store)
    return store
  }
  const desk = new Desk(storeOf, {} as never, () => {}, 'en')
  const tablet = { people: on.people, device: on.device, logIns: on.logIns, wish: () => {} }
  const as = (by: string | null | undefined): Orders =>
    ordersOf(desk, tablet as never, { now: () => 1, measuring } as never, by)
  const comes = async (username: string): Promise<string> => {
    on.http.answers['POST /session'] = () => letIn(username)
    await as(null).login({ username, password: 'secret' })
    return `replica-${username}`
  }
  const li = await comes('li')
  await on.people.setPin('2580')
  await as(li).saveDraft(draft('begun by Li'))
  const wu = await comes('wu')
  const draftOf = (user: string) => stores.get(user)?.read((at) => at.draft('new/thing'))
  return { ...on, as, li, wu, draftOf }
}

test('tablet §1.5: what a page that slept through a change of person still holds goes to who typed it', async () => {
  const { as, li, draftOf } = await afterLi()
  await as(li).saveDraft(draft('typed by Li'))
  expect(await draftOf('id-li')).toMatchObject({ values: { title: 'typed by Li' } })
  expect(await draftOf('id-wu')).toBeUndefined()
})

test('tablet §1.5: such a page neither reads nor writes anything of the one who stands there now', async () => {
  const { as, li, wu } = await afterLi()
  await as(wu).saveDraft(draft('typed by Wu'))
  const late = as(li)
  const steps = [{ kind: 'create', site: 's', entity: 'thing', values: {} }] as const
  for (const order of [
    () => late.commit({ steps: [...steps] }),
    () => late.readDraft('new/thing'),
    () => late.dropDraft('new/thing'),
    () => late.undo('op'),
    () => late.resolve({ site: 's', review: 'r' }),
    () => late.importUnsent(new Blob()),
    () => late.http({ method: 'POST', path: '/devices' }),
  ])
    expect(await refusal(Promise.resolve(order()))).toBe('person_changed')
  expect(await as(wu).readDraft('new/thing')).toMatchObject({ values: { title: 'typed by Wu' } })
})

test('tablet §1.5: nor does it lock or log out the one who stands there now, nor set his PIN', async () => {
  const { as, li, wu, device, http } = await afterLi()
  const [before, calls] = [await device.read(), http.calls.length]
  const late = as(li)
  for (const order of [
    () => late.lock(),
    () => late.logout(),
    () => late.setPin('9173'),
    () => late.setPin(null),
  ])
    expect(await refusal(Promise.resolve(order()))).toBe('person_changed')
  expect(await device.read()).toEqual(before)
  expect(http.calls).toHaveLength(calls)
  await as(wu).setPin('9173')
  await as(wu).lock()
  expect((await device.read()).shift).toMatchObject({ user: 'id-wu', locked: true })
  await as(wu).unlock({ replica: wu, pin: '9173' })
  await as(wu).logout()
  // Nobody stands there any more: a late page has nothing left to close.
  await late.logout()
  await late.lock()
  expect((await device.read()).shift.user).toBeNull()
})

test('tablet §1.5: a person who comes while the PIN of the one before is being sealed stays', async () => {
  const { as, li, wu, device, people } = await afterLi()
  await people.unlock({ replica: li, pin: '2580' })
  sealing.begun = as(li).login({ username: 'wu', password: 'secret' }) as Promise<unknown>
  expect(await refusal(Promise.resolve(as(li).setPin('1379')))).toBe('person_changed')
  const { shift, people: known } = await device.read()
  expect([shift.user, known.find(({ replica }) => replica === wu)?.sealed]).toEqual(['id-wu', null])
  await people.unlock({ replica: li, pin: '2580' })
})

test('tablet §2.3: the last words typed before a lock closes are kept', async () => {
  const { as, wu, draftOf } = await afterLi()
  await as(undefined).lock()
  await as(wu).saveDraft(draft('last words'))
  expect(await draftOf('id-wu')).toMatchObject({ values: { title: 'last words' } })
  expect(await refusal(Promise.resolve(as(wu).readDraft('new/thing')))).toBe('login')
})

test('protocol §5: a wipe under way gets no new drafts', async () => {
  const { as, li, wipe, draftOf } = await afterLi()
  await wipe.begin(false)
  expect(await refusal(Promise.resolve(as(li).saveDraft(draft('too late'))))).toBe('person_changed')
  expect(await draftOf('id-li')).toMatchObject({ values: { title: 'begun by Li' } })
})
