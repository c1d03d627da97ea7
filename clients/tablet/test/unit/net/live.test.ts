import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Http } from '@/net/http'
import { listen, Pokes } from '@/net/live'

const STREAM = ': here\n\nevent: poke\ndata: {"s": 7}\n\n: here\n\nevent: poke\ndata: {"中": 8}\n\n'
const bytes = new TextEncoder().encode(STREAM)

describe('protocol §2: pokes', () => {
  it('are found however the stream is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(bytes.length), { maxLength: 12 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        const pokes = new Pokes()
        const heard = edges.slice(1).map((end, i) => pokes.feed(bytes.slice(edges[i], end)))
        expect(heard.filter(Boolean).length).toBeGreaterThanOrEqual(1)
        expect(heard.filter(Boolean).length).toBeLessThanOrEqual(2)
        expect(pokes.feed(new TextEncoder().encode('event: poke\ndata: {}\n\n'))).toBe(true)
      }),
    )
  })

  it('signs of life are none', () => {
    expect(new Pokes().feed(new TextEncoder().encode(': here\n\n: here\n\n'))).toBe(false)
  })

  it('each connection counts as one, and a broken line is opened again, the more rarely the longer it fails', async () => {
    const waits: number[] = []
    const answers = [
      () => new Response('event: poke\ndata: {}\n\n'),
      () => Response.error(),
      () => new Response(null, { status: 503 }),
    ]
    const http = new Http(
      '',
      () => 'en',
      async () => (answers.shift() ?? (() => Response.error()))(),
    )
    let pokes = 0
    await new Promise<void>((resolve) => {
      const end = listen(
        http,
        () => 't',
        () => pokes++,
        {
          chance: () => 1,
          after: () => () => undefined,
          pause: async (ms) => {
            waits.push(ms)
            if (waits.length === 4) {
              end()
              resolve()
            }
          },
        },
      )
    })
    expect(pokes).toBe(2)
    expect(waits).toEqual([1000, 2000, 4000, 8000])
  })

  it('a line that falls silent is given up', async () => {
    const silent = new Http(
      '',
      () => 'en',
      (_url, init) =>
        new Promise((_, reject) => {
          if (init?.signal?.aborted) reject(new Error('aborted'))
          init?.signal?.addEventListener('abort', () => reject(new Error('aborted')))
        }),
    )
    const waited = await new Promise<number>((resolve) => {
      const end = listen(
        silent,
        () => 't',
        () => undefined,
        {
          chance: () => 0,
          after: (_ms, call) => {
            queueMicrotask(call)
            return () => undefined
          },
          pause: async (ms) => {
            end()
            resolve(ms)
          },
        },
      )
    })
    expect(waited).toBe(500)
  })
})
