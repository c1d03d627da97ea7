import { describe, expect, it } from 'vitest'
import { type Asked, type Problem, stepAfter, type Taken } from '@/engine/answers'
import { begin, type Course, type Event, follow } from '@/engine/syncing'
import type { Result } from '@/protocol/wire'

const RESULT: Result = { site: 's', n: 1, op: 'o', status: 'applied' }
const quiet: Taken = {
  as: 'fresh',
  more: false,
  results: [],
  decided: [],
  changes: 0,
  dropped: [],
  reset: [],
  manifest: 'm1',
  offset: 0,
  outbox: 0,
}

const answer = (more: Partial<Taken> = {}): Event => ({
  is: 'taken',
  taken: { ...quiet, ...more },
  known: 'm1',
})
const asked = (ops: number): Asked => ({
  request: { protocol: 1, replica: 'r', ops: Array.from({ length: ops }, () => ({})) as never },
  turn: 1,
  opsOnly: false,
})

function refusal(problem: Problem, { ops = 1, shrink = 0, mended = false } = {}): Event {
  return { is: 'refused', problem, step: stepAfter(problem, asked(ops), shrink, mended) }
}

/** The commands that a round gives when these events answer them. */
function course(first: Course, ...events: Event[]): unknown[] {
  const commands = [first.command]
  let now = first
  for (const event of events) {
    now = follow(now, event)
    commands.push(now.command)
  }
  return commands.map((command) => (command.do === 'end' ? command.end : command.do))
}

const revoked: Problem = { status: 403, code: 'device_revoked', wipe: true }

describe('protocol §3: the course of a round', () => {
  it('asks until everything is sent and read', () => {
    const pages = [
      answer({ more: true }),
      answer({ outbox: 3, results: [RESULT] }),
      answer({ results: [RESULT] }),
    ]
    expect(course(begin(9), ...pages)).toEqual(['ask', 'ask', 'ask', { kind: 'done' }])
  })

  it('what brings no op further now does not keep it running', () => {
    expect(course(begin(3), answer({ outbox: 3, results: [RESULT] }))).toEqual(['ask', { kind: 'done' }])
    expect(course(begin(0), answer({ outbox: 1 }))).toEqual(['ask', { kind: 'done' }])
  })

  it('a late answer is asked for again, though not for ever', () => {
    expect(course(begin(0), answer({ as: 'late', more: true }), answer())).toEqual([
      'ask',
      'ask',
      { kind: 'done' },
    ])
    const late = Array.from({ length: 60 }, () => answer({ as: 'late', more: true }))
    expect(course(begin(0), ...late)).toContainEqual({ kind: 'failed' })
  })

  it('§7: another manifest is fetched before it goes on', () => {
    const first = begin(0, 'sync', false)
    expect(course(first, { is: 'fetched' }, answer())).toEqual(['fetch manifest', 'ask', { kind: 'done' }])
    const renewed = answer({ more: true, manifest: 'm2' })
    expect(course(begin(0), renewed, { is: 'fetched' }, answer())).toEqual([
      'ask',
      'fetch manifest',
      'ask',
      { kind: 'done' },
    ])
    expect(course(begin(0), answer({ manifest: 'm2' }), { is: 'fetched' })).toEqual([
      'ask',
      'fetch manifest',
      { kind: 'done' },
    ])
  })

  it('§3.8: a restored server is asked again', () => {
    expect(
      course(begin(0), answer({ as: 'epoch', more: true, outbox: 5 }), answer({ results: [RESULT] })),
    ).toEqual(['ask', 'ask', { kind: 'done' }])
  })

  it('no answer ends it', () => {
    expect(course(begin(0), { is: 'offline' })).toEqual(['ask', { kind: 'failed' }])
  })
})

describe('protocol §3.1: problems', () => {
  it('a full server says how long to stay away', () => {
    expect(course(begin(0), refusal({ status: 503, code: 'busy', retryAfter: 9000 }))).toEqual([
      'ask',
      { kind: 'busy', wait: 9000 },
    ])
    expect(course(begin(0), refusal({ status: 429, code: '' }))).toEqual([
      'ask',
      { kind: 'busy', wait: 2000 },
    ])
  })

  it('413 is asked again with less, until one op alone is left', () => {
    const large: Problem = { status: 413, code: 'too_large' }
    expect(course(begin(9), refusal(large, { ops: 9 }))).toEqual(['ask', 'ask'])
    expect(course(begin(9), refusal(large, { ops: 1 }))).toEqual(['ask', { kind: 'refused', problem: large }])
    expect(course(begin(9), refusal(large, { ops: 9, shrink: 9 }))).toEqual([
      'ask',
      { kind: 'refused', problem: large },
    ])
  })

  it('a gap that was filled is asked again; one that cannot be, a fork and a clone need another name', () => {
    const gap: Problem = { status: 409, code: 'log_gap', site: 's', expected: 1 }
    expect(course(begin(1), refusal(gap, { mended: true }))).toEqual(['ask', 'ask'])
    const fork = ['ask', { kind: 'log in', fork: true }]
    expect(course(begin(1), refusal(gap))).toEqual(fork)
    expect(course(begin(1), refusal({ status: 409, code: 'log_forked' }))).toEqual(fork)
    expect(course(begin(1), answer({ as: 'clone' }))).toEqual(fork)
  })

  it('§5: an ended session asks for a log-in and keeps everything', () => {
    expect(course(begin(1), refusal({ status: 401, code: 'unauthorized' }))).toEqual([
      'ask',
      { kind: 'log in', fork: false },
    ])
  })
})

describe('protocol §5: revoked devices', () => {
  it('offer what is unsent and the files that it names, then erase themselves', () => {
    const events: Event[] = [
      refusal(revoked),
      answer({ outbox: 2, results: [RESULT] }),
      answer({ results: [RESULT] }),
      { is: 'offered' },
      { is: 'erased' },
    ]
    expect(course(begin(5), ...events)).toEqual([
      'ask',
      'hand in',
      'hand in',
      'offer blobs',
      'erase',
      { kind: 'erased' },
    ])
  })

  it('erase nothing while the server cannot be heard', () => {
    expect(course(begin(5), refusal(revoked), { is: 'offline' })).toEqual([
      'ask',
      'hand in',
      { kind: 'failed' },
    ])
    const busy = refusal({ status: 503, code: 'busy' })
    expect(course(begin(5), refusal(revoked), busy)).toEqual(['ask', 'hand in', { kind: 'busy', wait: 2000 }])
  })

  it('erase themselves at once when told so, or when nothing is taken any more', () => {
    const atOnce: Problem = { ...revoked, at_once: true }
    expect(course(begin(5), refusal(atOnce), { is: 'erased' })).toEqual(['ask', 'erase', { kind: 'erased' }])
    expect(course(begin(5), refusal(revoked), refusal(revoked))).toEqual(['ask', 'hand in', 'erase'])
    expect(course(begin(5), refusal(revoked), refusal({ status: 401, code: 'unauthorized' }))).toEqual([
      'ask',
      'hand in',
      'erase',
    ])
  })

  it('somebody who is not logged in sends his work and reads nothing', () => {
    expect(course(begin(0, 'hand in'))).toEqual([{ kind: 'done' }])
    const sent = [
      answer({ outbox: 1, results: [RESULT], manifest: null }),
      answer({ results: [RESULT], manifest: null }),
    ]
    expect(course(begin(2, 'hand in'), ...sent)).toEqual(['hand in', 'hand in', { kind: 'done' }])
  })
})
