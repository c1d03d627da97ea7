/** Unsent work as a file: the last rope when the log-in or the server is broken (tablet.md §1.1e). */
import { ref } from 'vue'
import { t } from '@/i18n/i18n'
import type { PortError } from '@/runtime/port/values'
import { toast } from '@/ui/kit/toasts'
import { useCall } from '@/ui/shell/port'
import { handOver } from './handing'

export function useUnsentFile() {
  const call = useCall()
  const busy = ref(false)

  async function attempt(how: () => Promise<void>): Promise<void> {
    busy.value = true
    try {
      await how()
    } catch (error) {
      toast({ text: (error as PortError).text, tone: 'bad' })
    } finally {
      busy.value = false
    }
  }

  return {
    busy,
    exportIt: (): Promise<void> =>
      attempt(async () => {
        const day = new Date().toISOString().slice(0, 10)
        await handOver(await call('exportUnsent'), `wuye-unsent-${day}.wuye`)
      }),
    importIt: (file: File): Promise<void> =>
      attempt(async () => {
        const { ops, blobs } = await call('importUnsent', file)
        toast({ text: t('queue.imported', { ops, blobs }), tone: 'good' })
      }),
  }
}
