import Dexie from 'dexie'
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { beforeEach, describe, expect, it } from 'vitest'
import { DexieStore } from '@/store/dexie/store'
import { op, at as place, REPLICA } from './places'

const indexedDB = new IDBFactory()
let store: DexieStore
let count = 0

beforeEach(async () => {
  count += 1
  store = await DexieStore.open(`heal-${count}`, { indexedDB, IDBKeyRange })
  await store.write((at) => at.setMeta({ turn: 1 }))
})

/** What WebKit does to a page in the background: the handle is dead, and nobody was told. */
const kill = (): void => (store as unknown as { db: Dexie }).db.backendDB().close()

describe('tablet §1.2: a lost connection', () => {
  it('is opened anew for whoever reads', async () => {
    kill()
    expect(await store.read((at) => at.meta('turn'))).toBe(1)
  })

  it('is opened anew for whoever writes, once', async () => {
    kill()
    expect(await store.write((at) => at.next('x'))).toBe(1)
    expect(await store.read((at) => at.meta('count.x'))).toBe(1)
  })

  it('is found and mended by a probe, before anybody needs it', async () => {
    kill()
    await store.probe()
    expect(await store.read((at) => at.meta('turn'))).toBe(1)
  })

  it('a failure of our own is no lost connection', async () => {
    await expect(store.read(() => Promise.reject(new RangeError('ours')))).rejects.toThrow('ours')
  })

  it('a row that the database refuses says why, and leaves nothing of its transaction', async () => {
    await store.write((at) => at.setMeta({ replica: REPLICA }))
    const [row] = await store.write((at) => at.append([op(place(1), 'create')], 0))
    if (!row) throw new Error('one was made')
    const twice = store.write(async (at) => {
      await at.putOps([{ ...row, i: 99 }])
      await at.setMeta({ cursor: 'c' })
    })
    await expect(twice).rejects.toMatchObject({ name: 'ConstraintError' })
    expect(await store.read((at) => at.meta('cursor'))).toBeUndefined()
    expect(await store.write((at) => at.next('x'))).toBe(1)
  })

  it('tablet §2.3: a page left behind by a newer app touches nothing, and says so', async () => {
    const name = `heal-${count}`
    const newer = new Dexie(name, { indexedDB, IDBKeyRange })
    newer.version(9).stores({ meta: 'k', leaves: null })
    await newer.open()
    const outdated = { code: 'outdated' }
    await expect(store.read((at) => at.meta('turn'))).rejects.toMatchObject(outdated)
    await expect(store.write((at) => at.setMeta({ turn: 2 }))).rejects.toMatchObject(outdated)
    await expect(DexieStore.open(name, { indexedDB, IDBKeyRange })).rejects.toMatchObject(outdated)
    expect(await newer.table('meta').get('turn')).toMatchObject({ v: 1 })
    newer.close()
  })

  it('5: erasing waits for no other tab, which does not bring the database back', async () => {
    const name = `heal-${count}`
    const other = await DexieStore.open(name, { indexedDB, IDBKeyRange })
    await store.erase()
    await expect(other.read((at) => at.meta('turn'))).rejects.toThrow()
    expect((await indexedDB.databases()).map((each) => each.name)).not.toContain(name)
    other.close()
  })
})
