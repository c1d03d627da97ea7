import { describe, expect, it } from 'vitest'
import { connect } from '@/runtime/client'
import { type Host, serve } from '@/runtime/serving'

/** Two ends of the port, joined; `said` is what the worker's end has sent. */
function joined(host: Pick<Host, 'questions' | 'orders'>) {
  const said: { kind: string }[] = []
  const page = {
    postMessage: (data: unknown) => queueMicrotask(() => work.onmessage?.({ data } as never)),
    onmessage: null as never,
  }
  const work = {
    postMessage(data: { kind: string }) {
      said.push(data)
      queueMicrotask(() =>
        (page.onmessage as ((event: unknown) => void) | null)?.({ data: structuredClone(data) }),
      )
    },
    onmessage: null as ((event: never) => void) | null,
  }
  const words = async (error: unknown) => ({ code: 'odd', text: String(error) })
  const spread = serve(work as never, { ...host, words, page: () => {} })
  return { port: connect(page as never), spread, said }
}

const pause = (ms = 60): Promise<void> => new Promise((done) => setTimeout(done, ms))
const asking = (answer: () => unknown, concerns = true) =>
  new Proxy({}, { get: () => ({ answer, concerns: () => concerns }) }) as never
const ordering = (order: () => unknown) => () => new Proxy({}, { get: () => order }) as never

describe('tablet §5: the port', () => {
  it('what was ordered is seen in what is watched before the order is done', async () => {
    let count = 0
    const { port, spread } = joined({
      questions: asking(() => count),
      orders: ordering(() => {
        count += 1
        spread({ parts: ['ops'] })
      }),
    })
    const told: unknown[] = []
    port.watch('queue', {}, (answer) => told.push(answer))
    await pause()
    for (let i = 1; i <= 20; i++) {
      await port.call('syncNow')
      expect(told.at(-1)).toBe(i)
    }
  })

  it('who has logged in is known to the page before anything else is asked of him, however slow the tablet is', async () => {
    let current: string | null = null
    const { port, spread } = joined({
      questions: asking(async () => {
        const said = { current }
        if (current) await pause(700)
        return said
      }),
      orders: ordering(() => {
        current = 'li'
        spread({ parts: ['person'] })
      }),
    })
    const told: unknown[] = []
    port.watch('device', {}, (answer) => told.push(answer))
    await pause()
    await port.call('login', { username: 'li' })
    expect(told).toEqual([{ current: null }, { current: 'li' }])
  })

  it('changes that come together make one answer, and none that is like the last', async () => {
    let count = 0
    let asked = 0
    const { port, spread, said } = joined({
      questions: asking(() => {
        asked += 1
        return count
      }),
      orders: ordering(() => {}),
    })
    const stop = port.watch('queue', {}, () => {})
    await pause()
    count = 5
    for (let i = 0; i < 10; i++) spread({ entities: ['x'] })
    await pause()
    expect([asked, said.length]).toEqual([2, 2])
    spread({ entities: ['x'] })
    await pause()
    expect([asked, said.length]).toEqual([3, 2])
    stop()
    count = 6
    await pause()
    spread({ entities: ['x'] })
    await pause()
    expect([asked, said.length]).toEqual([3, 2])
  })

  it('only what a change concerns is answered anew, but everything when another person stands there', async () => {
    let asked = 0
    const { port, spread } = joined({ questions: asking(() => ++asked, false), orders: ordering(() => {}) })
    port.watch('queue', {}, () => {})
    await pause()
    spread({ entities: ['x'], parts: ['ops'] })
    await pause()
    expect(asked).toBe(1)
    spread({ parts: ['person'] })
    await pause()
    expect(asked).toBe(2)
  })

  it('a page asks for the person whom it was showing when it was made, whoever is told to stand there later', async () => {
    let current: string | null = 'li'
    const by: unknown[] = []
    const { port, spread } = joined({
      questions: asking(() => ({ current })),
      orders: (who) => new Proxy({}, { get: () => () => void by.push(who) }) as never,
    })
    port.watch('device', {}, () => {})
    await pause()
    const hers = port.mine()
    current = 'wu'
    spread({ parts: ['person'] })
    await pause()
    await hers('syncNow')
    await port.mine()('syncNow')
    await port.call('syncNow')
    expect(by).toEqual(['li', 'wu', undefined])
  })

  it('what fails is told in words, and what pages hold need not be plain', async () => {
    const asked: unknown[] = []
    const { port } = joined({
      questions: asking(() => null),
      orders: () =>
        new Proxy(
          {},
          {
            get: () => (ask: unknown) => {
              asked.push(ask)
              throw new Error('no')
            },
          },
        ) as never,
    })
    const file = new Blob(['x'])
    const reactive = new Proxy({ file, rows: new Proxy([1, 2], {}) }, {})
    await expect(port.call('attach', reactive)).rejects.toEqual({ code: 'odd', text: 'Error: no' })
    expect(structuredClone(asked)).toEqual([{ file: expect.any(Blob), rows: [1, 2] }])
  })
})
