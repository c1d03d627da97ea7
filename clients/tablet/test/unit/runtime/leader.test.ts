import { afterEach, expect, test, vi } from 'vitest'
import { Leader, type Locks } from '@/runtime/leader'

/** Web Locks: one holder at a time, the others in the order in which they came. */
class FakeLocks implements Locks {
  private queue: (() => Promise<void>)[] = []
  private held = false

  async request(
    _name: string,
    { signal }: { signal: AbortSignal },
    held: () => Promise<void>,
  ): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')))
      this.queue.push(async () => {
        if (signal.aborted) return
        await held()
        resolve()
      })
      void this.next()
    })
  }

  private async next(): Promise<void> {
    if (this.held) return
    this.held = true
    for (let first = this.queue.shift(); first; first = this.queue.shift()) await first()
    this.held = false
  }
}

let channels = 0
const open: Leader<string, string>[] = []

function tab(
  name: string,
  said: string[],
  locks: Locks | undefined,
  channel: string,
): Leader<string, string> {
  const leader = new Leader<string, string>(
    new BroadcastChannel(channel) as never,
    {
      lead: () => said.push(`${name} leads`),
      wanted: (wish) => said.push(`${name} does ${wish}`),
      told: (word) => said.push(`${name} hears ${word}`),
    },
    locks,
  )
  open.push(leader)
  return leader
}

function tabs() {
  channels += 1
  const said: string[] = []
  const locks = new FakeLocks()
  const channel = `leader-test-${channels}`
  return {
    said,
    a: tab('a', said, locks, channel),
    b: tab('b', said, locks, channel),
    c: tab('c', said, locks, channel),
  }
}

afterEach(() => {
  for (const leader of open.splice(0)) leader.stop()
})

test('tablet §2.4: one tab leads, and does what the others wish', async () => {
  const { said, a, b } = tabs()
  await vi.waitFor(() => expect(said).toEqual(['a leads']))
  expect([a.leading, b.leading]).toEqual([true, false])
  b.wish('sync')
  await vi.waitFor(() => expect(said).toContain('a does sync'))
  a.wish('send')
  a.tell('done')
  await vi.waitFor(() => expect(said).toContain('c hears done'))
  expect(said.filter((line) => /does|leads/.test(line))).toEqual(['a leads', 'a does sync', 'a does send'])
  expect(said).not.toContain('a hears done')
})

test('tablet §2.4: when the leading tab goes the next one leads, and only one', async () => {
  const { said, a, b, c } = tabs()
  await vi.waitFor(() => expect(said).toEqual(['a leads']))
  // A tab that waits and goes is passed over.
  b.stop()
  a.stop()
  await vi.waitFor(() => expect(said).toEqual(['a leads', 'c leads']))
  expect([a.leading, b.leading, c.leading]).toEqual([false, false, true])
})

test('tablet §2.4: without locks every tab syncs by itself', async () => {
  const said: string[] = []
  const alone = tab('a', said, undefined, 'leader-test-alone')
  await vi.waitFor(() => expect(said).toEqual(['a leads']))
  alone.wish('sync')
  expect(said).toEqual(['a leads', 'a does sync'])
})
