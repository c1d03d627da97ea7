/** Protocol §5: files that a revoked device hands in before it erases itself. */
import { beforeEach, expect, test } from 'vitest'
import type { BlobServer } from '@/blobs/server'
import { offerAll } from '@/blobs/uploads'
import { keyOf } from '@/engine/places'
import { MemoryStore } from '@/store/memory/store'
import { at, op, REPLICA, SHAPE } from '../../store/places'
import { bytesOf, Line, Problem, Shelf, shaOf } from './shelf'

let store: MemoryStore
let shelf: Shelf

beforeEach(async () => {
  store = new MemoryStore('wuye:offering')
  store.shape(SHAPE)
  shelf = new Shelf()
  await store.write((to) => to.setMeta({ replica: REPLICA }))
})

async function keep(seed: number): Promise<string> {
  const bytes = bytesOf(900, seed)
  const [sha256, size] = [shaOf(bytes), bytes.byteLength]
  const about = { name: '', type: 'image/jpeg', role: null, why: null, offset: 0, made: seed }
  await store.write((to) =>
    to.putBlob({ ...about, sha256, size, state: 'kept', refs: [keyOf(at(1))] }, bytes),
  )
  return sha256
}

/** A server that answers uploads of some files with a problem. */
function refusing(problem: Problem, of: (sha: string) => boolean = () => true): BlobServer {
  return {
    look: () => Promise.reject(problem),
    get: (sha) => shelf.get(sha),
    put: (sha, chunk) => (of(sha) ? Promise.reject(problem) : shelf.put(sha, chunk)),
  }
}

test('protocol §5: all that was kept is offered', async () => {
  const shas = [await keep(1), await keep(2)]
  expect(await offerAll(store, shelf)).toBe(true)
  expect([...shelf.stored.keys()].sort()).toEqual([...shas].sort())
})

test.each([
  ['busy', 503],
  ['storage_full', 507],
  ['too_many_attempts', 429],
  ['', 502],
])(
  'protocol §5: a server that says "%s" (%i) is offered them later: nothing may be erased yet',
  async (code, status) => {
    const sha = await keep(1)
    const full = Object.assign(new Problem(code), { problem: { status, code } })
    expect(await offerAll(store, refusing(full))).toBe(false)
    expect((await store.read((from) => from.blob(sha)))?.state).toBe('kept')
  },
)

test('protocol §5: without a network they are offered later', async () => {
  await keep(1)
  expect(await offerAll(store, new Line(shelf, () => 'unsent'))).toBe(false)
})

test('protocol §5: a file that the dead token may not bring keeps none of the others back', async () => {
  const [foreign, mine] = [await keep(1), await keep(2)]
  const dead = Object.assign(new Problem('unauthorized'), { problem: { status: 401, code: 'unauthorized' } })
  expect(
    await offerAll(
      store,
      refusing(dead, (sha) => sha === foreign),
    ),
  ).toBe(true)
  expect([...shelf.stored.keys()]).toEqual([mine])
})

test('protocol §5: ops that the server will not take hold no file back', async () => {
  const sha = await keep(1)
  await store.write((to) => to.append([op(at(1), 'create')], 0))
  expect(await offerAll(store, shelf)).toBe(true)
  expect(shelf.stored.has(sha)).toBe(true)
})
