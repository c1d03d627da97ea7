import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  asked,
  begun,
  type End,
  FRESH,
  finished,
  nextAt,
  type Pace,
  Rounds,
  type Why,
} from '@/runtime/rounds'

const DONE: End = { kind: 'done' }
const FAILED: End = { kind: 'failed' }
const after = (pace: Pace, ...ends: End[]): Pace =>
  ends.reduce((now, end) => finished(now, end, 1_000, 0.5), pace)
/** With a clock that nobody puts back. */
const due = (pace: Pace): number => nextAt(pace, 1e9)

test('tablet §2.4: every 60 s; 5 s after the last op, however many there are, and not later than the 60', () => {
  const idle = after(FRESH, DONE)
  expect(due(idle)).toBe(61_000)
  let writing = idle
  for (const moment of [2_000, 4_000, 9_000]) writing = asked(writing, 'op', moment)
  expect(due(writing)).toBe(14_000)
  for (let moment = 10_000; moment < 70_000; moment += 3_000) writing = asked(writing, 'op', moment)
  expect(due(writing)).toBe(61_000)
})

test('tablet §2.4: at once at the start, back online, on focus, on a poke, and when a person asks', () => {
  for (const why of ['start', 'online', 'visible', 'user', 'poke'] as const) {
    expect(due(asked(after(FRESH, DONE), why, 50_000))).toBeLessThanOrEqual(2_000)
  }
})

test('tablet §2.4: after failures 2 s to 5 min, with jitter; an answer ends that', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (failures, chance) => {
        let pace = FRESH
        for (let i = 0; i < failures; i += 1) pace = finished(pace, FAILED, 1_000, chance)
        const longest = Math.min(300_000, 2_000 * 2 ** (failures - 1))
        expect(due(pace) - 1_000).toBeGreaterThanOrEqual(longest / 2)
        expect(due(pace) - 1_000).toBeLessThanOrEqual(longest)
        // Ops and pokes make it no faster: each tablet of a site writes and is poked.
        expect(due(asked(asked(pace, 'op', 1_000), 'poke', 1_000))).toBe(due(pace))
        expect(due(asked(pace, 'online', 1_000))).toBe(0)
        expect(due(finished(pace, DONE, 2_000, chance))).toBe(62_000)
      },
    ),
  )
})

test('protocol §3.1: a server that asks for patience is left alone as long, by all but a person', () => {
  const pace = finished(FRESH, { kind: 'busy', wait: 10_000 }, 1_000, 0.5)
  for (const why of ['start', 'online', 'visible', 'poke', 'op'] as const) {
    expect(due(asked(pace, why, 2_000))).toBeGreaterThanOrEqual(11_000)
  }
  expect(due(asked(pace, 'user', 2_000))).toBe(0)
  const moments = [0, 0.2, 0.9].map((chance) =>
    due(asked(finished(FRESH, { kind: 'busy', wait: 10_000 }, 0, chance), 'online', 0)),
  )
  expect(new Set(moments).size).toBe(3)
})

test('tablet §2.4: what was asked for is forgotten once a round has begun', () => {
  expect(due(finished(begun(asked(FRESH, 'user', 0)), DONE, 1_000, 0))).toBe(61_000)
})

test('tablet §2.4: a clock that was a day ahead and is put back holds up no round longer than its own interval', () => {
  const [day, now] = [86_400_000, 1_000_000]
  const late = (pace: Pace): number => nextAt(pace, now) - now
  const ahead = (end: End): Pace => finished(FRESH, end, now + day, 1)
  expect(late(ahead(DONE))).toBeLessThanOrEqual(60_000)
  expect(late(asked(ahead(DONE), 'poke', now))).toBeLessThanOrEqual(1_000)
  expect(late(asked(ahead(DONE), 'op', now))).toBeLessThanOrEqual(5_000)
  expect(late(asked(FRESH, 'op', now + day))).toBeLessThanOrEqual(5_000)
  expect(late(asked(ahead(FAILED), 'op', now))).toBeLessThanOrEqual(2_000)
  expect(late(asked(ahead({ kind: 'busy', wait: 10_000 }), 'visible', now))).toBeLessThanOrEqual(20_000)
})

/** Time that passes when it is told to. */
class Clock {
  private time = 0
  private timers: { at: number; call: () => void }[] = []

  now = (): number => this.time
  chance = (): number => 0.5
  after = (ms: number, call: () => void): (() => void) => {
    const timer = { at: this.time + ms, call }
    this.timers.push(timer)
    return () => {
      this.timers = this.timers.filter((one) => one !== timer)
    }
  }

  async pass(ms: number): Promise<void> {
    const end = this.time + ms
    for (;;) {
      const [next] = this.timers.sort((a, b) => a.at - b.at)
      if (!next || next.at > end) break
      this.time = next.at
      this.timers.shift()
      next.call()
      await settled()
    }
    this.time = end
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('tablet §2.4: rounds never overlap; what is asked for meanwhile makes one more', async () => {
  const clock = new Clock()
  const ends: ((end: End) => void)[] = []
  let running = 0
  const rounds = new Rounds(async () => {
    running += 1
    expect(running).toBe(1)
    const end = await new Promise<End>((resolve) => ends.push(resolve))
    running -= 1
    return end
  }, clock)
  rounds.wish('user')
  await clock.pass(1_000)
  expect(ends).toHaveLength(0)
  rounds.start()
  await clock.pass(0)
  for (const why of ['poke', 'user', 'op', 'user'] satisfies Why[]) rounds.wish(why)
  await clock.pass(10_000)
  expect(ends).toHaveLength(1)
  ends[0]?.(DONE)
  await settled()
  await clock.pass(0)
  expect(ends).toHaveLength(2)
  ends[1]?.(DONE)
  await settled()
  await clock.pass(59_999)
  expect(ends).toHaveLength(2)
  await clock.pass(1)
  expect(ends).toHaveLength(3)
})

test('tablet §2.4: a round that throws is one that failed; after a stop there is none', async () => {
  const clock = new Clock()
  let count = 0
  const rounds = new Rounds(async () => {
    count += 1
    throw new Error('broken')
  }, clock)
  rounds.start()
  await clock.pass(0)
  await clock.pass(2_000)
  expect(count).toBe(2)
  rounds.stop()
  await clock.pass(1_000_000)
  expect(count).toBe(2)
})
