import { beforeEach, expect, test } from 'vitest'
import { keep, type Limits, limitsOf, open, thumbsOf, tidy, tooMuch } from '@/blobs/keeping'
import { Darkroom, type Developer, fitted, type ToDevelop } from '@/blobs/photo'
import { accompany, thumbOf } from '@/blobs/refs'
import { MemoryStore } from '@/store/memory/store'
import type { Blob as Kept } from '@/store/port'
import { bytesOf, type Problem, Shelf, shaOf } from './shelf'

const LIMITS: Limits = limitsOf({ blob_bytes: 10_000 })
const WEEK = 7 * 86_400_000

let store: MemoryStore

beforeEach(() => {
  store = new MemoryStore('wuye:blobs')
})

/** Stands for the photo worker: a drawn picture is its file's bytes, a thumbnail their first ten. */
class Bench implements Developer {
  onmessage: Developer['onmessage'] = null
  onerror: Developer['onerror'] = null

  async postMessage({ id, file }: ToDevelop): Promise<void> {
    const bytes = await file.arrayBuffer()
    const small = bytes.slice(0, 10)
    const picture = (data: ArrayBuffer) => ({ sha256: shaOf(data), bytes: data })
    const data =
      file.type === 'image/heic'
        ? ({ id, failed: true } as const)
        : { id, done: { photo: picture(bytes), thumb: picture(small) } }
    this.onmessage?.({ data } as MessageEvent)
  }
}

const darkroom = new Darkroom(() => new Bench())
const photo = (size: number, seed = 1): Blob => new Blob([bytesOf(size, seed)], { type: 'image/png' })
const stateOf = (sha: string): Promise<Kept | undefined> => store.read((from) => from.blob(sha))

test('tablet §2.1: a photo is on disk with its thumbnail before a field can name it', async () => {
  const value = await keep(store, darkroom, { file: photo(100), name: 'roof' }, LIMITS, 5)
  expect(value).toMatchObject({ name: 'roof', type: 'image/jpeg', size: 100, at: '1970-01-01T00:00:00.005Z' })
  const [bytes, thumbs] = await store.read(async (from) => [
    await from.bytes(value.sha256),
    await thumbsOf(from, [value.sha256]),
  ])
  expect(bytes?.byteLength).toBe(100)
  expect(thumbs.get(value.sha256)).toMatchObject({ role: thumbOf(value.sha256), size: 10 })
})

test('tablet §2.1: signatures, sound and documents are kept as they came', async () => {
  for (const [type, role] of [
    ['image/png', 'signature'],
    ['audio/webm', undefined],
    ['image/svg+xml', undefined],
  ] as const) {
    const file = new Blob([bytesOf(60, type.length)], { type })
    const value = await keep(store, darkroom, { file, ...(role ? { role } : {}) }, LIMITS, 0)
    expect(value.type).toBe(type)
    expect((await store.read((from) => thumbsOf(from, [value.sha256]))).size).toBe(0)
  }
})

test('protocol §6: what cannot be drawn, is empty or too large is refused before it is kept', async () => {
  const refused = (file: Blob): Promise<unknown> =>
    keep(store, darkroom, { file }, LIMITS, 0).catch((error: Problem) => error.code)
  expect(await refused(new Blob(['x'], { type: 'image/heic' }))).toBe('unreadable_image')
  expect(await refused(new Blob([], { type: 'audio/webm' }))).toBe('unreadable_image')
  expect(await refused(new Blob([bytesOf(10_001)], { type: 'audio/webm' }))).toBe('too_large')
  expect(await store.read((from) => from.blobs())).toEqual([])
})

test('protocol §6: a photo taken twice keeps what is known of the first', async () => {
  const { sha256 } = await keep(store, darkroom, { file: photo(100) }, LIMITS, 0)
  await store.write(async (to) => {
    const blob = await to.blob(sha256)
    if (blob) await to.putBlob({ ...blob, state: 'stored', offset: 100 })
  })
  await keep(store, darkroom, { file: photo(100) }, LIMITS, 9)
  expect(await stateOf(sha256)).toMatchObject({ state: 'stored', made: 0 })
})

test('tablet §2.1: a worker that dies of a photo is started anew for the next', async () => {
  let benches = 0
  const room = new Darkroom(() => {
    benches += 1
    if (benches > 1) return new Bench()
    const dying = new Bench()
    dying.postMessage = async () => dying.onerror?.({} as ErrorEvent)
    return dying
  })
  await expect(keep(store, room, { file: photo(50) }, LIMITS, 0)).rejects.toMatchObject({
    code: 'unreadable_image',
  })
  await expect(keep(store, room, { file: photo(50) }, LIMITS, 0)).resolves.toMatchObject({ size: 50 })
})

test('protocol §6: what is not here is fetched once and kept; damaged bytes are not', async () => {
  const shelf = new Shelf()
  const bytes = bytesOf(30)
  const sha = shaOf(bytes)
  expect(await open(store, shelf, sha, false, 0)).toBeNull()
  shelf.stored.set(sha, new Uint8Array(bytesOf(30, 2)))
  expect(await open(store, shelf, sha, false, 0)).toBeNull()
  shelf.stored.set(sha, new Uint8Array(bytes))
  expect((await open(store, shelf, sha, false, 0))?.type).toBe('image/jpeg')
  expect(await (await open(store, null, sha, false, 0))?.arrayBuffer()).toEqual(bytes)
})

test('protocol §6: a thumbnail stands for its photo where there is one', async () => {
  const { sha256 } = await keep(store, darkroom, { file: photo(100) }, LIMITS, 0)
  expect((await open(store, null, sha256, true, 0))?.size).toBe(10)
  expect((await open(store, null, sha256, false, 0))?.size).toBe(100)
})

test('protocol §6: room is made of the oldest stored photos, thumbnails last', () => {
  const kept = (made: number, size: number, role: string | null = null): Kept =>
    ({ made, size, role, sha256: String(made) }) as Kept
  const gone = tooMuch([kept(1, 40), kept(2, 40), kept(3, 40), kept(0, 20, thumbOf('a'.repeat(64)))], 100)
  expect(gone.map((blob) => blob.made)).toEqual([1])
})

test('protocol §6: nothing unsent is let go, and a photo of a draft neither; one of a form thrown away is, after a week', async () => {
  const shelf = new Shelf()
  const named = await keep(store, darkroom, { file: photo(80, 1) }, LIMITS, 0)
  const drafted = await keep(store, darkroom, { file: photo(80, 2) }, LIMITS, 0)
  const thrown = await keep(store, darkroom, { file: photo(80, 3) }, LIMITS, 0)
  const place = { site: 's', entity: 'e', id: 'i' }
  await store.write(async (to) => {
    const blob = await to.blob(named.sha256)
    if (blob) await to.putBlob({ ...blob, refs: ['e|s|i'] })
    await to.putDraft({ key: 'e/i', place, kind: 'update', values: { photos: [drafted] }, saved: 0 })
  })
  await tidy(store, shelf, WEEK)
  expect(await stateOf(thrown.sha256)).toBeDefined()
  await tidy(store, shelf, WEEK + 1)
  expect(await stateOf(thrown.sha256)).toBeUndefined()
  expect(await store.read((from) => from.bytes(named.sha256))).toBeDefined()
  expect(await store.read((from) => from.bytes(drafted.sha256))).toBeDefined()
  expect((await store.read((from) => thumbsOf(from, [drafted.sha256, thrown.sha256]))).size).toBe(1)
})

test('protocol §6: a list of photos names the thumbnails of its photos and no others', () => {
  const [a, b] = ['a', 'b'].map((sign) => sign.repeat(64)) as [string, string]
  const one = { sha256: a, name: 'roof' }
  const thumb = { sha256: b, role: thumbOf(a) }
  const values = { title: 'x', photos: [one], works: [{ kind: 1, after: [one] }] }
  const full = accompany(values, new Map([[a, thumb]]))
  expect(full).toEqual({ title: 'x', photos: [one, thumb], works: [{ kind: 1, after: [one, thumb] }] })
  expect(accompany(full, new Map())).toEqual(full)
  expect(accompany({ photos: [thumb] }, new Map())).toEqual({ photos: [] })
})

test('tablet §2.1: photos are made smaller, never larger, and keep their shape', () => {
  expect(fitted(4000, 3000, 1600)).toEqual({ width: 1600, height: 1200 })
  expect(fitted(3000, 4000, 1600)).toEqual({ width: 1200, height: 1600 })
  expect(fitted(640, 480, 1600)).toEqual({ width: 640, height: 480 })
  expect(fitted(9000, 1, 320)).toEqual({ width: 320, height: 1 })
})

test('protocol §6: room is made only of what the server says, now, that it holds', async () => {
  const shelf = new Shelf()
  const shas: string[] = []
  for (const seed of [1, 2, 3]) {
    const bytes = bytesOf(80, seed)
    const sha = shaOf(bytes)
    shelf.stored.set(sha, new Uint8Array(bytes))
    await open(store, shelf, sha, false, seed)
    shas.push(sha)
  }
  shelf.stored.delete(shas[0] ?? '')
  await tidy(store, shelf, 9, 100)
  const here = await store.read((from) =>
    Promise.all(shas.map(async (sha) => Boolean(await from.bytes(sha)))),
  )
  expect(here).toEqual([true, false, true])
})
