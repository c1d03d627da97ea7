import { IDBFactory, IDBKeyRange } from 'fake-indexeddb'
import { expect, it } from 'vitest'
import { DexieStore } from '@/store/dexie/store'
import { MemoryDisk, MemoryStore } from '@/store/memory/store'
import { storeContract } from './contract'

const disks = new Map<string, MemoryDisk>()

storeContract('memory', async (name) => {
  const disk = disks.get(name) ?? new MemoryDisk()
  disks.set(name, disk)
  return new MemoryStore(name, disk)
})

const indexedDB = new IDBFactory()

storeContract('dexie', (name) => DexieStore.open(name, { indexedDB, IDBKeyRange }))

it('protocol §5: what one tab has erased another one does not bring back', async () => {
  const options = { indexedDB, IDBKeyRange }
  const [here, there] = [
    await DexieStore.open('wuye:erased', options),
    await DexieStore.open('wuye:erased', options),
  ]
  await here.erase()
  expect([here.erased, there.erased]).toEqual([true, true])
  for (const store of [here, there]) {
    await expect(store.read((from) => from.buckets())).rejects.toThrow()
    await expect(store.probe()).rejects.toThrow()
  }
  expect((await indexedDB.databases()).map(({ name }) => name)).not.toContain('wuye:erased')
})
