/** Guards a form that is not finished: nothing typed is lost by a stray tap, and no update is taken meanwhile. */
import { computed, onBeforeUnmount, type Ref, reactive, watchEffect } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'
import { t } from '@/i18n/i18n'
import { ask } from '@/ui/kit/confirming'
import { useSession } from './session'

const open = reactive(new Set<symbol>())

/** True while any form holds what is not saved; whoever takes updates waits for it (tablet.md §2.3). */
export const anyDirty = computed(() => open.size > 0)

export interface Leaving {
  /** Writes the draft down now. */
  keep: () => Promise<void> | void
  discard: () => Promise<void> | void
}

/** Asks before the route is left while `dirty`: keep the draft, discard it, or stay. */
export function useLeaveGuard(dirty: Readonly<Ref<boolean>>, { keep, discard }: Leaving): void {
  const self = Symbol('form')
  const { device } = useSession()
  const person = device.value?.current
  /** His lock has closed, or somebody else stands here: nobody is left to be asked. */
  const gone = (): boolean => device.value?.locked !== false || device.value.current !== person
  watchEffect(() => {
    if (dirty.value) open.add(self)
    else open.delete(self)
  })
  const warn = (event: BeforeUnloadEvent): void => {
    if (dirty.value) void keep()
    if (dirty.value) event.preventDefault()
  }
  addEventListener('beforeunload', warn)
  onBeforeUnmount(() => {
    open.delete(self)
    removeEventListener('beforeunload', warn)
  })
  onBeforeRouteLeave(async () => {
    if (!dirty.value) return true
    await keep()
    if (gone()) return true
    const answer = await ask({
      title: t('shell.leave.title'),
      text: t('shell.leave.text'),
      answers: [
        { value: 'keep', label: t('shell.leave.keep'), look: 'primary' },
        { value: 'stay', label: t('shell.leave.stay') },
        { value: 'discard', label: t('shell.leave.discard'), look: 'quiet' },
      ],
    })
    if (answer === 'discard') await discard()
    return answer === 'keep' || answer === 'discard'
  })
}
