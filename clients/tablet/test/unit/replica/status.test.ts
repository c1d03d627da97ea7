/** Tablet §3.2.2: the pill is computed from what waits, never from the last success. */
import { expect, it } from 'vitest'
import { type Around, statusOf, unsentOf } from '@/replica/status'
import { MemoryStore } from '@/store/memory/store'
import type { Blob } from '@/store/port'

const CALM: Around = {
  online: true,
  login: false,
  sending: null,
  read: 0,
  needs: 0,
  appWaiting: false,
  room: 'ok',
}

async function kindWith(blob: Partial<Blob>): Promise<string> {
  const store = new MemoryStore('status')
  const row = { type: 'image/jpeg', size: 1, name: '', offset: 0, made: 1, role: null, why: null } as const
  await store.write(async (at) => {
    await at.setMeta({ first_at: 1 })
    await at.putBlob({ ...row, sha256: 'a', state: 'kept', refs: [], ...blob }, new ArrayBuffer(1))
  })
  return statusOf(await unsentOf(store), CALM).kind
}

it('a photo of a saved record waits; one of a form that is still open does not', async () => {
  expect(await kindWith({ refs: ['a record' as Blob['refs'][number]] })).toBe('sending')
  expect(await kindWith({})).toBe('sent')
})

it('a file that the server will not take needs the person: it is never passed over as sent', async () => {
  expect(await kindWith({ refs: ['a record' as Blob['refs'][number]], state: 'refused' })).toBe('needs')
})
