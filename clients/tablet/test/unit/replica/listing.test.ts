import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { prefix } from '@/engine/places'
import type { FeedChange } from '@/protocol/wire'
import type { ListQuery } from '@/runtime/port/records'
import { type Stored, seenOf } from '@/store/port'
import { type Desk, hear, MANIFEST, ME, ROWS, SITE, sit } from './fixture/desk'

let desk: Desk

beforeAll(async () => {
  desk = await sit()
})

const ids = async ({ told }: Desk, ask: Partial<ListQuery>): Promise<string[]> =>
  (await told.listing.list({ entity: 'ticket', limit: 1000, ...ask })).answer.rows.map((row) => row.id)

/** All tickets, one by one: what a list must agree with. */
const scanned = async ({ store }: Desk): Promise<Stored[]> =>
  store.read((at) => at.stretch(prefix('ticket', SITE), 10_000))
const valueIn = (record: Stored, name: string): unknown => seenOf(record)?.[name] ?? null

const kind = fc.constantFrom('repair', 'complaint', 'inquiry', 'praise')
const priority = fc.constantFrom('normal', 'urgent', 'emergency')

describe('tablet §3.3: a list is what a look at every record would find', () => {
  it('by any combination of fields', async () => {
    const records = await scanned(desk)
    const where = fc.record(
      { kind: fc.oneof(kind, fc.array(kind)), priority, vip: fc.boolean(), assignee: fc.constant(null) },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(where, async (wanted) => {
        const fits = (record: Stored): boolean =>
          Object.entries(wanted).every(([name, value]) => {
            const own = valueIn(record, name)
            if (Array.isArray(value)) return value.includes(own as never)
            return value === false ? own !== true : own === value
          })
        const found = records.filter(fits).map((record) => record.id)
        expect((await ids(desk, { where: wanted })).sort()).toEqual(found.sort())
      }),
      { numRuns: 60 },
    )
  })

  it('by spans of moments', async () => {
    const records = await scanned(desk)
    const moments = records.map((record) => String(valueIn(record, 'occurred_at'))).sort()
    await fc.assert(
      fc.asyncProperty(fc.nat(moments.length - 1), fc.nat(moments.length - 1), async (a, b) => {
        const [first = '', end = ''] = [moments[Math.min(a, b)], moments[Math.max(a, b)]]
        const found = records.filter((record) => {
          const at = String(valueIn(record, 'occurred_at'))
          return at >= first && at < end
        })
        const listed = await ids(desk, { where: { occurred_at: { first, end } } })
        expect(listed.sort()).toEqual(found.map((record) => record.id).sort())
      }),
      { numRuns: 30 },
    )
  })

  it('by fields that are held in no index', async () => {
    const [record] = await scanned(desk)
    const phone = String(record && valueIn(record, 'reporter_phone'))
    const found = (await scanned(desk)).filter((each) => valueIn(each, 'reporter_phone') === phone)
    expect((await ids(desk, { where: { reporter_phone: phone } })).sort()).toEqual(
      found.map(({ id }) => id).sort(),
    )
  })

  it('in any order, page by page', async () => {
    const sort = fc.constantFrom<string[]>(
      ['-occurred_at'],
      ['priority', '-occurred_at'],
      ['kind'],
      ['due'],
      ['unit', 'number'],
    )
    await fc.assert(
      fc.asyncProperty(sort, fc.integer({ min: 1, max: 9 }), async (order, limit) => {
        const whole = await ids(desk, { sort: order })
        const pages: string[] = []
        for (let offset = 0; offset < whole.length; offset += limit) {
          pages.push(...(await ids(desk, { sort: order, offset, limit })))
        }
        expect(pages).toEqual(whole)
        expect(new Set(whole).size).toBe((await scanned(desk)).length)
      }),
      { numRuns: 20 },
    )
  })
})

describe('tablet §3.2: lists for people', () => {
  it('what is empty comes last, upwards and downwards', async () => {
    for (const sort of ['deadline', '-deadline', 'assignee', '-assignee']) {
      const columns = [sort.replace('-', '')]
      const { answer } = await desk.told.listing.list({
        entity: 'ticket',
        sort: [sort],
        columns,
        limit: 1000,
      })
      const empty = answer.rows.map((row) => row.values[columns[0] ?? ''] === null)
      expect(new Set(empty).size).toBe(2)
      expect(empty).toEqual([...empty].sort())
    }
  })

  it('newest first where the manifest says so', async () => {
    const { answer } = await desk.told.listing.list({
      entity: 'ticket',
      columns: ['occurred_at'],
      limit: 1000,
    })
    const moments = answer.rows.map((row) => String(row.values['occurred_at']))
    expect(moments).toEqual([...moments].sort().reverse())
  })

  it('choices in the order in which they are listed, not of the alphabet', async () => {
    const { answer } = await desk.told.listing.list({
      entity: 'ticket',
      sort: ['-priority'],
      columns: ['priority'],
    })
    const order = ['normal', 'urgent', 'extra_urgent', 'emergency']
    const ranks = answer.rows.map((row) => order.indexOf(String(row.values['priority'])))
    expect(ranks).toEqual([...ranks].sort((a, b) => b - a))
    expect(new Set(ranks).size).toBeGreaterThan(1)
  })

  it('counts by group whatever group is chosen', async () => {
    const list = async (ask: Partial<ListQuery>) =>
      (await desk.told.listing.list({ entity: 'ticket', group: 'kind', ...ask })).answer
    const all = await list({})
    const one = await list({ where: { kind: 'repair' } })
    expect(one.groups).toEqual(all.groups)
    expect(all.groups?.reduce((sum, { count }) => sum + count, 0)).toBe(all.total)
    expect(one.total).toBe(all.groups?.find(({ value }) => value === 'repair')?.count)
    expect(all.groups?.map(({ label }) => label)).toContain('Repair')
  })

  it('the user himself stands for his id', async () => {
    const mine = await ids(desk, { where: { responsible: { me: true } } })
    expect(mine.sort()).toEqual((await ids(desk, { where: { responsible: ME } })).sort())
    expect(mine.length).toBeGreaterThan(0)
  })

  it('what is late was due, and nothing that has come to its end is', async () => {
    const due = new Set(await ids(desk, { flags: ['due'] }))
    const late = await ids(desk, { flags: ['late'] })
    expect(late.length).toBeGreaterThan(0)
    expect(late.filter((id) => !due.has(id))).toEqual([])
    const closed = await ids(desk, { where: { status: ['closed', 'cancelled'] } })
    expect(closed.length).toBeGreaterThan(0)
    expect(closed.filter((id) => due.has(id))).toEqual([])
  })

  it('finds by any part of a number, however it is written', async () => {
    const [record] = await scanned(desk)
    const phone = String(record && valueIn(record, 'reporter_phone'))
    const tail = phone.replace(/\D/g, '').slice(-5)
    expect(await ids(desk, { search: tail })).toContain(record?.id)
    expect(await ids(desk, { search: 'no such thing' })).toEqual([])
  })

  it('names what a record refers to', async () => {
    const { answer } = await desk.told.listing.list({ entity: 'ticket', limit: 1000 })
    const units = new Map(ROWS.filter((row) => row.e === 'unit').map((row) => [row.r, row.d?.['code']]))
    const placed = answer.rows.filter((row) => row.values['unit'])
    expect(placed.map((row) => row.cells['unit'])).toEqual(
      placed.map((row) => units.get(String(row.values['unit']))),
    )
    expect(placed.length).toBeGreaterThan(0)
  })
})

describe('tablet §5: what is derived follows every commit', () => {
  const changed = (row: FeedChange, s: number, d: FeedChange['d']): FeedChange => ({
    ...row,
    s,
    d: d ?? null,
  })

  it('rows that change, come and go', async () => {
    const own = await sit()
    const [first, second] = ROWS.filter((row) => row.e === 'ticket')
    if (!first || !second) throw new Error('no tickets')
    const before = await ids(own, {})
    await hear(
      own.store,
      [changed(first, 99_999, { ...first.d, title: 'Пожар' }), changed(second, 99_999, null)],
      own.world.now,
    )
    expect(await ids(own, { search: 'пожар' })).toEqual([first.r])
    expect(await ids(own, {})).toEqual(before.filter((id) => id !== second.r))
  })

  it('no clock runs of a record that has come to its end: it is late in no list and on no page', async () => {
    const own = await sit()
    const running = async (id: string): Promise<number> => {
      const found = await own.told.pages.page({ site: SITE, entity: 'ticket', id })
      return found?.page.deadlines.filter(({ done }) => !done).length ?? 0
    }
    const open = await Promise.all((await ids(own, { flags: ['late'] })).map((id) => running(id)))
    expect(open.length).toBeGreaterThan(0)
    expect(Math.min(...open)).toBeGreaterThan(0)
    const [id] = await ids(own, { flags: ['late'] })
    const row = ROWS.find((each) => each.e === 'ticket' && each.r === id)
    if (!id || !row) throw new Error('none is late')
    await hear(own.store, [changed(row, 99_999, { ...row.d, status: 'closed' })], own.world.now)
    expect(await ids(own, { flags: ['late'] })).not.toContain(id)
    expect(await running(id)).toBe(0)
  })

  it('a cold start reads what was kept, and what was written since', async () => {
    const own = await sit()
    await ids(own, {})
    await own.replica.rolls.keep()
    const [first, second] = ROWS.filter((row) => row.e === 'ticket')
    if (!first || !second) throw new Error('no tickets')
    own.world.now += 1000
    await hear(own.store, [changed(first, 99_999, { ...first.d, title: 'Пожар' })], own.world.now)
    own.store.close() // no time to keep anything: the browser killed the page
    const again = await sit(own.disk)
    expect(await ids(again, { search: 'пожар' })).toEqual([first.r])
    expect(await ids(again, {})).toEqual(await ids(await sit(own.disk), {}))
    expect((await ids(again, {})).length).toBe((await scanned(again)).length)
  })

  it('a replica that is closed writes nothing back, however late it reads', async () => {
    const own = await sit()
    const warming = own.told.searching.warm()
    await own.replica.close()
    const kept = async (): Promise<number> => (await own.store.read((at) => at.lines('owner'))).length
    const before = await kept()
    await warming
    await own.told.listing.list({ entity: 'owner' })
    await own.replica.rolls.keep()
    expect(await kept()).toBe(before)
    const again = await sit(own.disk)
    expect((await again.told.listing.list({ entity: 'owner' })).answer.total).toBeGreaterThan(0)
  })

  it('what is kept of a roll counts for nothing until it has been written back whole', async () => {
    const own = await sit()
    await ids(own, {})
    await own.replica.close()
    // Another manifest: its rolls are made anew, and the tab dies before they are kept.
    const entity = MANIFEST.entities['ticket']
    if (!entity) throw new Error('no tickets')
    const list = { ...entity.views.list, filters: [], keys: [], sort: [] }
    const entities = { ...MANIFEST.entities, ticket: { ...entity, views: { ...entity.views, list } } }
    await own.store.write((at) => at.setMeta({ manifest: { ...MANIFEST, entities } }))
    const other = await sit(own.disk)
    await ids(other, {})
    other.store.close()
    await own.store.write((at) => at.setMeta({ manifest: MANIFEST }))
    const again = await sit(own.disk)
    expect((await ids(again, {})).length).toBe((await scanned(again)).length)
  })

  it('forgets what went while nobody listed it', async () => {
    const own = await sit()
    await ids(own, {})
    await own.replica.close()
    own.store.close()
    await own.disk.inTurn(async () => {})
    const [first] = ROWS.filter((row) => row.e === 'ticket')
    const { unattended } = await import('./fixture/desk')
    if (first) await hear(unattended(own.disk, own.world.now), [changed(first, 99_999, null)], own.world.now)
    const again = await sit(own.disk)
    await ids(again, {})
    expect((await again.told.listing.list({ entity: 'ticket' })).answer.total).toBe(
      (await scanned(again)).length,
    )
  })
})
