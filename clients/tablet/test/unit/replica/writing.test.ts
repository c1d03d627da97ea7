import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { InvalidEntry } from '@/engine/flaws'
import { keyOf } from '@/engine/places'
import type { Committed, Step } from '@/runtime/port/entry'
import type { OpRow } from '@/store/port'
import { type Desk, ROWS, SITE, sit } from './fixture/desk'

let desk: Desk

beforeEach(async () => {
  desk = await sit()
})

const commit = (...steps: Step[]): Promise<Committed> => desk.replica.writer.commit(steps)
const repair = (title: string, values: object = {}): Step => ({
  kind: 'create',
  site: SITE,
  entity: 'ticket',
  values: { kind: 'repair', title, ...values },
})
const update = (id: string, values: object): Step => ({
  kind: 'update',
  site: SITE,
  entity: 'ticket',
  id,
  values: { ...values },
})
const act = (id: string, name: string, values: object = {}): Step => ({
  kind: 'act',
  site: SITE,
  entity: 'ticket',
  id,
  act: name,
  values: { ...values },
})
const waiting = (): Promise<OpRow[]> => desk.store.read((at) => at.opsIn(['waiting']))
const numbers = async (): Promise<number[]> => (await waiting()).map((op) => op.n)
const page = async (id: string) => (await desk.told.pages.page({ site: SITE, entity: 'ticket', id }))?.page
const flawsOf = async (writing: Promise<unknown>): Promise<string[]> => {
  const error = await writing.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof InvalidEntry)) throw new Error(`not refused: ${String(error)}`)
  return error.flaws.map(({ field, key }) => `${field}: ${key}`)
}

describe('protocol §3.5: what is typed is seen at once', () => {
  it('in the record, in lists, in what others refer to', async () => {
    const { records } = await commit(repair('Leak at gate 4'))
    const id = records[0]?.id ?? ''
    expect((await page(id))?.title).toMatch(/^BX-T07-\d{8}-0001 Leak at gate 4$/)
    const { answer } = await desk.told.listing.list({ entity: 'ticket', search: 'gate 4' })
    expect(answer.rows.map((row) => [row.id, row.unsent, row.state?.value])).toEqual([[id, true, 'received']])
    expect((await page(id))?.unsent).toEqual(['Ticket: created'])
  })

  it('TKT-14: device numbers count on, whoever writes at the same time', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, (_, i) => commit(repair(`no. ${i}`))))
    const given = await Promise.all(
      made.map(async ({ records }) => (await page(records[0]?.id ?? ''))?.values['device_number']),
    )
    expect(given.map((number) => String(number).slice(-4))).toEqual(['0001', '0002', '0003', '0004', '0005'])
  })

  it('an act moves the state and offers what comes next', async () => {
    const { records } = await commit(repair('Leak'))
    const id = records[0]?.id ?? ''
    const before = (await page(id))?.acts.map((offer) => offer.act)
    await commit(act(id, 'dispatch', { department: 'engineering' }))
    expect((await page(id))?.state?.value).toBe('relayed')
    expect(before).toContain('dispatch')
    expect((await page(id))?.acts.map((offer) => offer.act)).not.toEqual(before)
  })

  it('a change that changes nothing makes no op', async () => {
    const row = ROWS.find((each) => each.e === 'ticket')
    expect((await commit(update(row?.r ?? '', { title: row?.d?.['title'] }))).ops).toEqual([])
  })
})

describe('protocol §3.1: a group applies together', () => {
  it('later steps see what earlier ones make', async () => {
    const id = '01a2ffff-0000-7000-8000-000000000001'
    const { ops } = await commit(
      { ...repair('Leak'), id } as Step,
      act(id, 'dispatch', { department: 'engineering' }),
    )
    const rows = await waiting()
    expect(rows.map((row) => row.op)).toEqual(ops)
    expect(new Set(rows.map((row) => row.body.group)).size).toBe(1)
    expect(rows[0]?.body.group).toBeTruthy()
    expect((await page(id))?.state?.value).toBe('relayed')
  })

  it('nothing is written when one step is refused', async () => {
    const id = '01a2ffff-0000-7000-8000-000000000001'
    const writing = commit({ ...repair('Leak'), id } as Step, act(id, 'finish'))
    expect(await flawsOf(writing)).toEqual(['status: stale_transition'])
    expect(await waiting()).toEqual([])
    expect(await page(id)).toBeUndefined()
  })

  it('what would be refused later is refused now, in words', async () => {
    expect(
      await flawsOf(commit({ kind: 'create', site: SITE, entity: 'ticket', values: { kind: 'repair' } })),
    ).toEqual(['title: required'])
    expect(await flawsOf(commit(repair('x', { unit: '01a2ffff-0000-7000-8000-00000000dead' })))).toEqual([
      'unit: ref_missing',
    ])
    const twin = ROWS.find((row) => row.e === 'unit')?.d
    const unit = { code: twin?.['code'], building: twin?.['building'], zone: twin?.['zone'] }
    expect(await flawsOf(commit({ kind: 'create', site: SITE, entity: 'unit', values: unit }))).toEqual([
      'code: unique',
    ])
  })

  it('a draft goes with the entry that it became, and stays with one that was refused', async () => {
    const draft = {
      key: 'ticket/new/1',
      place: { site: SITE, entity: 'ticket', id: '' },
      kind: 'create',
      values: {},
      saved: 1,
    } as const
    await desk.store.write((at) => at.putDraft(draft))
    const { writer } = desk.replica
    await flawsOf(writer.commit([{ kind: 'create', site: SITE, entity: 'ticket', values: {} }], draft.key))
    expect(await desk.store.read((at) => at.draft(draft.key))).toBeDefined()
    await writer.commit([repair('Leak')], draft.key)
    expect(await desk.store.read((at) => at.draft(draft.key))).toBeUndefined()
  })
})

describe('tablet §3.2.3: undo while it cannot have been sent', () => {
  it('closes the gap: whatever is taken back, the log counts from 1 without gaps', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9), { minLength: 1, maxLength: 6 }), async (back) => {
        desk = await sit()
        for (let i = 0; i < 5; i++) await commit(repair(`no. ${i}`))
        for (const pick of back) {
          const rows = await waiting()
          const row = rows[pick % Math.max(1, rows.length)]
          if (!row) break
          await desk.replica.writer.undo(row.op)
          expect((await waiting()).map((each) => each.op)).toEqual(
            rows.filter((each) => each !== row).map(({ op }) => op),
          )
          expect(await numbers()).toEqual(rows.slice(1).map((_, i) => i + 1))
          expect(await page(row.body.record)).toBeUndefined()
        }
        await commit(repair('the next'))
        expect(await numbers()).toEqual((await waiting()).map((_, i) => i + 1))
      }),
      { numRuns: 15 },
    )
  })

  it('takes a group back as one', async () => {
    const id = '01a2ffff-0000-7000-8000-000000000001'
    await commit(repair('before'))
    const { ops } = await commit(
      { ...repair('Leak'), id } as Step,
      act(id, 'dispatch', { department: 'engineering' }),
    )
    await commit(repair('after'))
    await desk.replica.writer.undo(ops[1] ?? '')
    expect(await numbers()).toEqual([1, 2])
    expect(await page(id)).toBeUndefined()
  })

  it('refuses what was sent, might have been sent, or is built upon', async () => {
    const { writer } = desk.replica
    const made = await commit(repair('Leak'))
    const id = made.records[0]?.id ?? ''
    await commit(update(id, { priority: 'urgent' }))
    await expect(writer.undo(made.ops[0] ?? '')).rejects.toMatchObject({ code: 'too_late' })
    const [first, second] = await waiting()
    if (!first || !second) throw new Error('not written')
    await desk.store.write(async (at) => {
      await at.putOps([{ ...first, state: 'sent' }])
      const [log] = await at.logs(first.replica)
      if (log) await at.putLogs([{ ...log, sent: 2 }])
    })
    await expect(writer.undo(first.op)).rejects.toMatchObject({ code: 'too_late' })
    // Its number has been on the wire with a request that may yet arrive.
    await expect(writer.undo(second.op)).rejects.toMatchObject({ code: 'too_late' })
    expect(await numbers()).toEqual([2])
  })

  it('the queue offers it only then', async () => {
    const made = await commit(repair('Leak'))
    const id = made.records[0]?.id ?? ''
    const undoable = async () =>
      (await desk.told.queues.queue([], true)).groups.flatMap(({ ops }) =>
        ops.map(({ text, mayUndo }) => [text, mayUndo]),
      )
    expect(await undoable()).toEqual([['Ticket: created', true]])
    await commit(update(id, { priority: 'urgent' }))
    expect(await undoable()).toEqual([
      ['Priority → Urgent', true],
      ['Ticket: created', false],
    ])
  })
})

describe('DSK: several people enter balances offline', () => {
  it('pending entries are counted in what the owner shows', async () => {
    const member = ROWS.find((row) => row.e === 'membership.member' && Number(row.d?.['points']) > 0)
    const known = desk.replica.known.entity('membership.entry')
    const kinds = known?.fields.get('kind')?.choices?.map(({ value }) => value) ?? []
    expect(kinds.length).toBeGreaterThan(0)
    const before = Number(member?.d?.['points'])
    await desk.store.write((at) =>
      at.append(
        [
          {
            op: '01a2ffff-0000-7000-8000-00000000000f',
            site: SITE,
            entity: 'membership.entry',
            record: '01a2ffff-0000-7000-8000-00000000000e',
            kind: 'create',
            at: new Date(desk.world.now).toISOString(),
            set: { member: member?.r ?? '', points: 25, kind: kinds[0] },
          },
        ],
        desk.world.now,
      ),
    )
    const seen = await desk.replica.view.get({ site: SITE, entity: 'membership.member', id: member?.r ?? '' })
    expect(seen?.values['points']).toBe(before + 25)
    expect(keyOf(seen ?? { site: '', entity: '', id: '' })).toContain(member?.r)
  })
})
