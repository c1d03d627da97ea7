/**
 * Fetches, while there is a network, the pictures that will be wanted at the door: of my tickets and of their places
 * (issue 4, "what the last man knew"). Small ones; the rest of a record is on the tablet anyway.
 */
import { watch } from 'vue'
import type { Port } from '@/runtime/port'
import type { ListRow, RecordPage } from '@/runtime/port/records'
import type { Place } from '@/runtime/port/values'
import { blobsIn, isThumb } from '@/ui/fields/values/attachments'
import { usePort } from '@/ui/shell/port'
import { useSession } from '@/ui/shell/session'

export function useAhead(rows: () => readonly ListRow[]): void {
  const port = usePort()
  const { status } = useSession()
  const fetched = new Set<string>()

  async function fetch(place: Place): Promise<void> {
    if (fetched.has(place.id)) return
    fetched.add(place.id)
    const record = await once(port, place)
    for (const blob of blobsIn(record?.values.photos).filter(isThumb))
      await port.call('blob', { sha256: blob.sha256 }).catch(() => null)
  }

  watch(
    () => (status.value?.online ? rows() : []),
    async (mine) => {
      for (const row of mine) {
        await fetch(row)
        const { unit } = row.values
        if (typeof unit === 'string') await fetch({ site: row.site, entity: 'unit', id: unit })
      }
    },
    { immediate: true },
  )
}

function once(port: Port, { site, entity, id }: Place): Promise<RecordPage | null> {
  return new Promise((resolve) => {
    const stop = port.watch('record', { site, entity, id }, (record) => {
      stop()
      resolve(record)
    })
  })
}
