import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Stalled, send } from '@/blobs/sending'
import type { BlobServer } from '@/blobs/server'
import { bytesOf, Line, Problem, Shelf, shaOf } from './shelf'

const CHUNK = 100

const fates = fc.infiniteStream(
  fc.constantFrom('ok', 'ok', 'unsent', 'unheard') as fc.Arbitrary<'ok' | 'unsent' | 'unheard'>,
)

test('protocol §6: whatever is lost on the way, an upload that is taken up again ends with exactly these bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 * CHUNK }),
      fc.boolean(),
      fates,
      async (size, forgets, fate) => {
        const bytes = bytesOf(size)
        const sha = shaOf(bytes)
        const shelf = new Shelf()
        const line = new Line(shelf, () => fate.next().value)
        let known = 0
        for (let tries = 0; !shelf.stored.has(sha); tries += 1) {
          expect(tries).toBeLessThan(500)
          // What a killed page knew may be older than what the server has.
          await send(
            sha,
            bytes,
            forgets ? 0 : known,
            line,
            async (offset) => {
              known = offset
            },
            CHUNK,
          ).catch((error: Problem) => expect(error.code).toBe('offline'))
        }
        expect(shelf.stored.get(sha)).toEqual(new Uint8Array(bytes))
        // No chunk was taken twice.
        expect(shelf.taken.length).toBe(Math.ceil(size / CHUNK))
      },
    ),
    { numRuns: 40 },
  )
})

test('protocol §6: an upload goes on where the server stands, not where this tablet thinks', async () => {
  const bytes = bytesOf(3 * CHUNK)
  const sha = shaOf(bytes)
  const shelf = new Shelf()
  shelf.partial.set(sha, new Uint8Array(bytes.slice(0, CHUNK)))
  const offsets: number[] = []
  await send(sha, bytes, 2 * CHUNK, shelf, async (offset) => void offsets.push(offset), CHUNK)
  expect(offsets).toEqual([CHUNK, 2 * CHUNK])
  expect(shelf.stored.has(sha)).toBe(true)
})

test('protocol §6: a server that takes bytes and comes no further is left for later, not asked for ever', async () => {
  const bytes = bytesOf(2 * CHUNK)
  let asked = 0
  const stuck: BlobServer = {
    look: () => Promise.reject(new Problem('offline')),
    get: () => Promise.resolve(null),
    put: async () => {
      asked += 1
      throw new Problem('wrong_offset', { offset: 0 })
    },
  }
  await expect(send(shaOf(bytes), bytes, 0, stuck, async () => {}, CHUNK)).rejects.toBeInstanceOf(Stalled)
  expect(asked).toBeLessThan(10)
})
