/** What follows a commit: a word about it, the way back, and how to undo it while it has not been sent. */
import { useRouter } from 'vue-router'
import { t } from '@/i18n/i18n'
import type { Committed, Draft } from '@/runtime/port/entry'
import type { PortError } from '@/runtime/port/values'
import { toast } from '@/ui/kit/toasts'
import { useCall } from '@/ui/shell/port'

export function useUndoable(): (committed: Committed, text: string) => void {
  const call = useCall()
  return ({ ops }, text) => {
    const [first] = ops
    const undo = (op: string) =>
      call('undo', op).catch((error: PortError) => toast({ text: error.text, tone: 'bad' }))
    toast(
      first
        ? { text, action: { label: t('views.undo'), run: () => void undo(first) } }
        : { text: t('views.unchanged') },
    )
  }
}

/** A record made from another's page leads back there; any other is shown; a change leads back to where it began. */
export function useSaved(): (committed: Committed, kind: Draft['kind']) => Promise<unknown> {
  const router = useRouter()
  const tell = useUndoable()
  return async (committed, kind) => {
    tell(committed, t(`views.saved.${kind}`))
    const back: unknown = history.state?.back
    const cameFrom = typeof back === 'string' ? back : ''
    const [record] = committed.records
    const stay = kind === 'create' ? cameFrom.startsWith('/record/') : cameFrom !== ''
    if (stay || !record) return router.back()
    return router.replace(`/record/${record.site}/${record.entity}/${record.id}`)
  }
}
