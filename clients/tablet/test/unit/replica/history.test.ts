import { beforeEach, describe, expect, it } from 'vitest'
import type { FeedChange } from '@/protocol/wire'
import { Histories } from '@/replica/history'
import type { OpRow } from '@/store/port'
import { type Desk, ME, ROWS, SITE, sit } from './fixture/desk'

let desk: Desk

beforeEach(async () => {
  desk = await sit()
})

const ticket = ROWS.find((row) => row.e === 'ticket') as FeedChange
const place = { site: SITE, entity: 'ticket', id: ticket.r }
const urgent = { kind: 'update', ...place, values: { priority: 'emergency', reporter: 'Li' } } as const

/** What the server has said of the op just made. */
async function decided(as: Partial<OpRow>): Promise<void> {
  const [row] = await desk.store.read((at) => at.opsIn(['waiting']))
  if (!row) throw new Error('no op')
  await desk.store.write((at) => at.putOps([{ ...row, ...as }]))
}

describe('tablet §3.2.5: history', () => {
  it('without a network it says what is known here, the newest first', async () => {
    desk.world.now += 60_000
    await desk.replica.writer.commit([urgent])
    const lines = await (await desk.told.histories()).lines(place)
    expect(lines[0]).toMatchObject({ text: 'Priority → Emergency, Reported by → Li', outcome: 'unsent' })
    expect(lines.map((line) => line.at)).toEqual(lines.map((line) => line.at).sort((a, b) => b - a))
    expect(lines.at(-1)?.text).toBe('Created')
    expect(lines.every((line) => line.who)).toBe(true)
  })

  it('what was refused here stays, and says that it was, and why', async () => {
    desk.world.now += 60_000
    await desk.replica.writer.commit([urgent])
    const result = { site: SITE, n: 1, op: '', status: 'rejected', code: 'forbidden' } as const
    await decided({ state: 'rejected', decided: desk.world.now, result })
    const [line] = await (await desk.told.histories()).lines(place)
    expect(line).toMatchObject({ text: 'Priority → Emergency, Reported by → Li', outcome: 'refused' })
    expect(line?.why).not.toBe('forbidden')
    expect(line?.why).toBeTruthy()
  })

  it('protocol §3.2: each outcome that the server tells of is told apart from what was done', async () => {
    const at = new Date(desk.world.now).toISOString()
    const entry = { kind: 'act', user: ME, at, op: { act: 'accept' }, code: 'stale_transition' }
    const entries = ['applied', 'merged', 'held', 'rejected'].map((status) => ({ ...entry, status }))
    const histories = new Histories(desk.replica.view, desk.told.words, async () => ({ entries }))
    const lines = await histories.lines(place)
    expect(lines.map((line) => line.outcome)).toEqual(['done', 'partly', 'held', 'refused'])
    expect(lines.map((line) => Boolean(line.why))).toEqual([false, true, true, true])
    expect(new Set(lines.map((line) => line.text)).size).toBe(1)
  })
})
