import { createHash } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { InvalidEntry } from '@/engine/flaws'
import { keyOf } from '@/engine/places'
import { carryIn, carryOut } from '@/replica/carrying'
import { MemoryStore } from '@/store/memory/store'
import { at, op, REPLICA } from '../../store/places'

const USER = '01900000-0000-7000-8000-0000000000bb'
const PHOTO = new Uint8Array(100_000).map((_, i) => i % 251)
const SHA = createHash('sha256').update(PHOTO).digest('hex')
const NOW = Date.UTC(2026, 10, 22)

async function replica(user = USER): Promise<MemoryStore> {
  const store = new MemoryStore('test')
  await store.write((to) => to.setMeta({ replica: REPLICA, user }))
  return store
}

let full: MemoryStore

beforeEach(async () => {
  full = await replica()
  await full.write(async (to) => {
    await to.append(
      [op(at(1), 'create', { photos: [{ sha256: SHA }] }), op(at(2), 'create', { title: '漏水' })],
      NOW,
    )
    const about = {
      name: 'leak.jpg',
      type: 'image/jpeg',
      size: PHOTO.length,
      offset: 9,
      refs: [keyOf(at(1))],
      role: null,
      made: NOW,
      why: null,
    }
    await to.putBlob({ sha256: SHA, state: 'sending', ...about }, PHOTO.buffer)
  })
})

describe('tablet §1.1: the unsent queue as a file', () => {
  it('is taken over by another tablet of the same person: same ops, same photos', async () => {
    const other = await replica()
    expect(await carryIn(other, await carryOut(full, NOW), NOW)).toEqual({ ops: 2, blobs: 1 })
    const ops = (store: MemoryStore) =>
      store.read(async (from) => (await from.opsIn(['waiting'])).map((row) => row.body))
    expect(await ops(other)).toEqual(await ops(full))
    const blob = await other.read((from) => from.blob(SHA))
    expect(blob).toMatchObject({
      state: 'kept',
      offset: 0,
      size: PHOTO.length,
      name: 'leak.jpg',
      refs: [keyOf(at(1))],
    })
    expect(new Uint8Array((await other.read((from) => from.bytes(SHA))) ?? new ArrayBuffer(0))).toEqual(PHOTO)
  })

  it('a second time nothing is new', async () => {
    const file = await carryOut(full, NOW)
    expect(await carryIn(full, file, NOW)).toEqual({ ops: 0, blobs: 0 })
    expect(await full.read((from) => from.countOps(['waiting']))).toBe(2)
  })

  it('reads what the Python client writes: photos belong to the records that name them', async () => {
    const ops = [op(at(5), 'create', { photos: [{ sha256: SHA }] })]
    const blobs = [
      { sha256: SHA, type: 'image/jpeg', made: NOW, data: Buffer.from(PHOTO).toString('base64') },
    ]
    const file = { format: 'wuye-outbox-1', user: USER, made_at: '2026-11-22T00:00:00.000Z', ops, blobs }
    const other = await replica()
    expect(await carryIn(other, new Blob([JSON.stringify(file, null, 2)]), NOW)).toEqual({ ops: 1, blobs: 1 })
    expect(await other.read((from) => from.blob(SHA))).toMatchObject({
      size: PHOTO.length,
      refs: [keyOf(at(5))],
      name: '',
    })
    const bare = new Blob([JSON.stringify({ ...file, blobs: undefined })])
    expect(await carryIn(await replica(), bare, NOW)).toEqual({ ops: 1, blobs: 0 })
  })

  it('refuses what is none of ours, of somebody else, or damaged, and takes nothing of it', async () => {
    const file = await (await carryOut(full, NOW)).text()
    const damaged = file.replace(/"data":"..../, '"data":"AAAA')
    for (const [text, user] of [
      ['hello', USER],
      ['{"ops": []}', USER],
      [file, REPLICA],
      [damaged, USER],
    ] as const) {
      const other = await replica(user)
      await expect(carryIn(other, new Blob([text]), NOW)).rejects.toThrow(InvalidEntry)
      expect(await other.read((from) => from.countOps(['waiting']))).toBe(0)
    }
  })

  it('a damaged file is told as one, whatever is wrong in it', async () => {
    const whole = JSON.parse(await (await carryOut(full, NOW)).text())
    const [first, second] = whole.ops
    const { site: _, ...nowhere } = first
    for (const harm of [
      { ops: [{}] },
      { ops: [null] },
      { ops: [nowhere, second] },
      { ops: [{ ...first, record: 7 }] },
      { ops: {} },
      { blobs: [null] },
      { blobs: [{ ...whole.blobs[0], data: '*no base64*' }] },
      { blobs: 'none' },
    ]) {
      const other = await replica()
      const file = new Blob([JSON.stringify({ ...whole, ...harm })])
      await expect(carryIn(other, file, NOW), JSON.stringify(harm).slice(0, 60)).rejects.toThrow(InvalidEntry)
      expect(await other.read((from) => from.countOps(['waiting']))).toBe(0)
    }
  })

  it('3.8: bears what a restored server no longer has', async () => {
    await full.write((to) =>
      to.putSalvaged([{ record: keyOf(at(9)), seq: 3, doc: { title: 'lost' }, buckets: ['b'], found: NOW }]),
    )
    expect(JSON.parse(await (await carryOut(full, NOW)).text()).salvage).toMatchObject([
      { doc: { title: 'lost' } },
    ])
  })
})
