import { beforeEach, describe, expect, it } from 'vitest'
import type { FeedChange } from '@/protocol/wire'
import { putAway } from '@/replica/putaway'
import { type Desk, hear, MANIFEST, ROWS, SITE, sit } from './fixture/desk'

let desk: Desk

beforeEach(async () => {
  desk = await sit()
})

const review = ROWS.find((row) => row.e === 'review') as FeedChange
const items = review.d?.['items'] as Record<string, unknown>[] | undefined
const item = items?.[0] ?? {}
const fields = item['fields'] as Record<string, string>[] | undefined
const conflict = fields?.[0] ?? {}
const subject = String(review.d?.['subject'])
const place = { site: SITE, entity: 'ticket', id: subject }
const cards = async (ask: { scope: 'mine' | 'site'; settled?: boolean }) =>
  (await (await desk.told.reviews()).cards(ask)).cards
/** The cases that this person is asked about. */
const asked = async () => [...(await desk.replica.marks.needs()).values()]

describe('tablet §3.2.4: a card for each review item', () => {
  it('sets mine beside theirs, with who and when', async () => {
    const card = (await cards({ scope: 'mine' })).find((each) => each.review === review.r)
    expect(card?.subject).toEqual(place)
    expect(card?.mine).toBe(true)
    expect(card?.maySettle).toBe(true)
    const field = card?.items[0]?.fields[0]
    expect(field?.name).toBe(conflict['field'])
    expect(field?.label).not.toBe(conflict['field'])
    expect(field?.mineValue).toBe(conflict['mine'])
    expect(field?.mine).not.toBe(conflict['mine'])
    expect(field?.mine).toMatch(/\d\d:\d\d/)
    expect(field?.by).toBeTruthy()
    expect(field?.at).toBeTypeOf('number')
    expect(card?.items[0]?.why).not.toBe('conflict')
  })

  it('what stands is what the record holds now', async () => {
    const ticket = ROWS.find((row) => row.r === subject) as FeedChange
    const moved = '2026-12-24T10:00:00.000Z'
    const name = String(conflict['field'])
    await hear(desk.store, [{ ...ticket, s: 99_999, d: { ...ticket.d, [name]: moved } }], desk.world.now)
    const card = (await cards({ scope: 'mine' })).find((each) => each.review === review.r)
    expect(card?.items[0]?.fields[0]?.theirsValue).toBe(moved)
  })

  it('the record says that it waits, until it is settled', async () => {
    const needs = async (): Promise<boolean | undefined> => {
      const { answer } = await desk.told.listing.list({ entity: 'ticket', flags: ['needs'], limit: 1000 })
      return answer.rows.some((row) => row.id === subject && row.needs)
    }
    expect(await needs()).toBe(true)
    expect((await desk.told.pages.page(place))?.page.review).toBe(review.r)
    await desk.replica.writer.resolve({ site: SITE, id: review.r })
    expect(await needs()).toBe(false)
    expect((await cards({ scope: 'mine' })).map((card) => card.review)).not.toContain(review.r)
    expect((await cards({ scope: 'mine', settled: true })).map((card) => card.review)).toContain(review.r)
  })

  it('use mine again: the change and the settling are one group', async () => {
    const name = String(conflict['field'])
    await desk.replica.writer.resolve({ site: SITE, id: review.r }, undefined, { [name]: conflict['mine'] })
    const ops = await desk.store.read((at) => at.opsIn(['waiting']))
    expect(ops.map((op) => [op.body.kind, op.body.entity])).toEqual([
      ['update', 'ticket'],
      ['act', 'review'],
    ])
    expect(ops[0]?.body.group).toBe(ops[1]?.body.group)
    expect(ops[0]?.body.group).toBeTruthy()
    expect(ops[1]?.body.args).toEqual({ ops: [item['op']] })
    expect((await desk.replica.view.get(place))?.values[name]).toBe(conflict['mine'])
  })
})

describe('an author who may not settle', () => {
  const away = async () => (await cards({ scope: 'mine' })).find((each) => each.review === review.r)?.away
  const here = { site: SITE, id: review.r }
  const shown = [`${item.op} ${item.status}`]

  beforeEach(async () => {
    const entity = MANIFEST.entities['review']
    if (!entity) throw new Error('no review')
    const entities = { ...MANIFEST.entities, review: { ...entity, rights: { [SITE]: ['read'] } } }
    await desk.store.write((at) => at.setMeta({ manifest: { ...MANIFEST, entities } }))
    desk = await sit(desk.disk)
  })

  it('puts his card away once he has read it, and takes it out again; nothing is said to anybody', async () => {
    expect(await away()).toBe(false)
    await putAway(desk.replica.view, here, shown, true)
    expect(await away()).toBe(true)
    expect(await asked()).not.toContain(review.r)
    expect((await desk.told.pages.page(place))?.page.review).toBeNull()
    expect(await desk.store.read((at) => at.opsIn(['waiting']))).toEqual([])
    await putAway(desk.replica.view, here, shown, false)
    expect(await away()).toBe(false)
    expect((await desk.told.pages.page(place))?.page.review).toBe(review.r)
  })

  it('puts away no more than the card has shown', async () => {
    await putAway(desk.replica.view, here, ['another held'], true)
    expect(await away()).toBe(false)
  })

  it.each([
    ['decided anew', { ...item, status: 'rejected' }],
    ['joined by another', item, { ...item, op: 'another' }],
  ])('sees it again when it was %s', async (_, ...now) => {
    await putAway(desk.replica.view, here, shown, true)
    await hear(desk.store, [{ ...review, s: 99_999, d: { ...review.d, items: now } }], desk.world.now)
    expect(await away()).toBe(false)
    expect(await asked()).toContain(review.r)
  })
})

it('tablet §3.2.4: whoever may settle is not rid of a case by reading it', async () => {
  await putAway(desk.replica.view, { site: SITE, id: review.r }, [`${item.op} ${item.status}`], true)
  expect((await cards({ scope: 'mine' })).some((card) => card.away)).toBe(false)
  expect(await asked()).toContain(review.r)
})
