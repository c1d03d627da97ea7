import * as fc from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { thumbOf } from '@/blobs/refs'
import { CHUNK } from '@/blobs/sending'
import { queued, sendAll, uploads } from '@/blobs/uploads'
import { keyOf } from '@/engine/places'
import { MemoryStore } from '@/store/memory/store'
import type { Blob } from '@/store/port'
import { at, op, REPLICA, SHAPE } from '../../store/places'
import { bytesOf, Line, Problem, Shelf, shaOf } from './shelf'

const PLAIN = { onlyThumbs: false, again: false }
const PLACE = at(1)

let store: MemoryStore
let shelf: Shelf

beforeEach(async () => {
  store = new MemoryStore('wuye:blobs')
  store.shape(SHAPE)
  shelf = new Shelf()
  await store.write((to) => to.setMeta({ replica: REPLICA }))
})

const blobOf = (bytes: ArrayBuffer, more: Partial<Blob> = {}): Blob => ({
  sha256: shaOf(bytes),
  state: 'kept',
  name: '',
  type: 'image/jpeg',
  size: bytes.byteLength,
  offset: 0,
  refs: [keyOf(PLACE)],
  role: null,
  made: 0,
  why: null,
  ...more,
})

async function put(bytes: ArrayBuffer, more: Partial<Blob> = {}): Promise<string> {
  const blob = blobOf(bytes, more)
  await store.write((to) => to.putBlob(blob, bytes))
  return blob.sha256
}

const stateOf = (sha: string): Promise<Blob | undefined> => store.read((from) => from.blob(sha))

test('protocol §6: photos killed at any moment arrive whole in the end, and each is noted as stored', async () => {
  const fates = fc.infiniteStream(
    fc.constantFrom('ok', 'ok', 'ok', 'unsent', 'unheard') as fc.Arbitrary<'ok' | 'unsent' | 'unheard'>,
  )
  const sizes = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(sizes, fates, async (each, fate) => {
      const here = new MemoryStore('wuye:blobs')
      const there = new Shelf()
      const line = new Line(there, () => fate.next().value)
      const all = each.map((size, i) => bytesOf(size, i + 1))
      for (const bytes of all) await here.write((to) => to.putBlob(blobOf(bytes), bytes))
      for (let tries = 0; tries < 500; tries += 1) {
        const through = await sendAll(here, line, PLAIN).then(
          () => true,
          () => false,
        )
        if (through) break
      }
      for (const bytes of all) {
        expect(there.stored.get(shaOf(bytes))).toEqual(new Uint8Array(bytes))
        expect((await here.read((from) => from.blob(shaOf(bytes))))?.state).toBe('stored')
      }
    }),
    { numRuns: 25 },
  )
})

test('protocol §6: thumbnails go before originals, older before newer', () => {
  const [a, b, c, d] = [1, 2, 3, 4].map((seed) => bytesOf(10, seed)) as [
    ArrayBuffer,
    ArrayBuffer,
    ArrayBuffer,
    ArrayBuffer,
  ]
  const rows = [
    blobOf(a, { made: 1 }),
    blobOf(b, { made: 3, role: thumbOf(shaOf(a)) }),
    blobOf(c, { made: 2, role: thumbOf(shaOf(d)) }),
    blobOf(d, { made: 0 }),
  ]
  expect(queued(rows, PLAIN).map((blob) => blob.made)).toEqual([2, 3, 0, 1])
})

test('tablet §2.1: with "photos on Wi-Fi only" originals wait, thumbnails and other files do not', () => {
  const rows = [
    blobOf(bytesOf(1, 1), { made: 1 }),
    blobOf(bytesOf(1, 2), { made: 2, role: thumbOf('0'.repeat(64)) }),
    blobOf(bytesOf(1, 3), { made: 3, type: 'audio/webm' }),
  ]
  expect(queued(rows, { ...PLAIN, onlyThumbs: true }).map((blob) => blob.made)).toEqual([2, 3])
})

test('protocol §6: what only a draft names stays here; once an op names it, it leaves', async () => {
  const sha = await put(bytesOf(50), { refs: [] })
  await sendAll(store, shelf, PLAIN)
  expect(shelf.stored.size).toBe(0)
  await store.write(async (to) => {
    const [row] = await to.append([op(PLACE, 'create', { photos: [{ sha256: sha }] })], 1)
    if (row) await to.putOps([{ ...row, state: 'applied' }])
  })
  await sendAll(store, shelf, PLAIN)
  expect([...shelf.stored.keys()]).toEqual([sha])
  expect((await stateOf(sha))?.refs).toEqual([keyOf(PLACE)])
})

test('tablet §4: texts go before photos: with an op in the outbox no photo is begun', async () => {
  const sha = await put(bytesOf(50))
  await store.write((to) => to.append([op(PLACE, 'update', { title: 'x' })], 1))
  expect(await sendAll(store, shelf, PLAIN)).toBe(false)
  expect(shelf.stored.size).toBe(0)
  expect((await stateOf(sha))?.state).toBe('kept')
})

test('protocol §6: what the server refuses stays here with the reason and holds nothing up', async () => {
  const first = await put(bytesOf(50, 1), { made: 1 })
  const second = await put(bytesOf(50, 2), { made: 2 })
  shelf.refuse = 'blob_type'
  expect(await sendAll(store, shelf, PLAIN)).toBe(true)
  expect(await stateOf(first)).toMatchObject({ state: 'refused', why: 'blob_type' })
  expect(await store.read((from) => from.bytes(second))).toBeDefined()
  shelf.refuse = null
  await sendAll(store, shelf, PLAIN)
  expect(shelf.stored.size).toBe(0)
  await sendAll(store, shelf, { ...PLAIN, again: true })
  expect([...shelf.stored.keys()].sort()).toEqual([first, second].sort())
})

test('protocol §6: a full server is no refusal: the photo waits and says why', async () => {
  const sha = await put(bytesOf(50))
  shelf.refuse = 'storage_full'
  await expect(sendAll(store, shelf, PLAIN)).rejects.toMatchObject({ code: 'storage_full' })
  expect(await stateOf(sha)).toMatchObject({ state: 'kept', why: 'storage_full' })
  expect(await uploads(store, PLACE)).toMatchObject([{ sha256: sha, state: 'kept', why: 'storage_full' }])
})

test('protocol §6: bytes damaged on the way are sent again; bytes damaged here are not, and it says so', async () => {
  const sha = await put(bytesOf(50, 1))
  shelf.refuse = 'hash_mismatch'
  await expect(sendAll(store, shelf, PLAIN)).rejects.toMatchObject({ code: 'hash_mismatch' })
  expect((await stateOf(sha))?.state).toBe('kept')
  await store.write((to) => to.putBlob(blobOf(bytesOf(50, 1)), bytesOf(50, 2)))
  await sendAll(store, shelf, PLAIN)
  expect(await stateOf(sha)).toMatchObject({ state: 'refused', why: 'hash_mismatch' })
})

test('protocol §6: what the server has already does not travel again', async () => {
  const bytes = bytesOf(CHUNK + 10)
  const half = await put(bytes, { made: 1 })
  const whole = await put(bytesOf(50), { made: 2 })
  shelf.partial.set(half, new Uint8Array(bytes.slice(0, CHUNK)))
  shelf.stored.set(whole, new Uint8Array(bytesOf(50)))
  const sent: number[] = []
  const counting = new Line(shelf, () => 'ok')
  counting.put = (sha, chunk) => {
    sent.push(chunk.data.byteLength)
    return shelf.put(sha, chunk)
  }
  await sendAll(store, counting, PLAIN)
  expect(sent).toEqual([10])
  expect([(await stateOf(half))?.state, (await stateOf(whole))?.state]).toEqual(['stored', 'stored'])
})

test('protocol §5: a dead token may not ask what has arrived, and brings its photos all the same', async () => {
  const bytes = bytesOf(CHUNK + 10)
  const sha = await put(bytes)
  shelf.partial.set(sha, new Uint8Array(bytes.slice(0, CHUNK)))
  const dead = new Line(shelf, () => 'ok')
  dead.look = () => Promise.reject(new Problem('unauthorized'))
  await sendAll(store, dead, PLAIN)
  expect(shelf.stored.has(sha)).toBe(true)
})
