/** What only the server knows: fetched when a page asks, never kept. */
import { ref, type ShallowRef, shallowRef, watch } from 'vue'
import { t } from '@/i18n/i18n'
import type { HttpAnswer } from '@/runtime/port/tablet'
import type { PortError } from '@/runtime/port/values'
import { useCall } from '@/ui/shell/port'

export interface Online<T> {
  answer: ShallowRef<T | undefined>
  /** What went wrong, in words; empty while nothing did. */
  wrong: Readonly<ShallowRef<string>>
  busy: Readonly<ShallowRef<boolean>>
  again: () => Promise<void>
}

/** Reads a path below `/api/v1` whenever it changes; null asks nothing. */
export function useOnline<T>(path: () => string | null): Online<T> {
  const call = useCall()
  const answer = shallowRef<T>()
  const wrong = ref('')
  const busy = ref(false)
  async function again(): Promise<void> {
    const asked = path()
    if (asked === null) return
    busy.value = true
    try {
      const said = await call('http', { method: 'GET', path: asked })
      if (asked !== path()) return
      wrong.value = said.status < 300 ? '' : problem(said)
      if (said.status < 300) answer.value = said.body as T
    } catch (error) {
      wrong.value = told(error)
    } finally {
      busy.value = false
    }
  }
  watch(path, again, { immediate: true })
  return { answer, wrong, busy, again }
}

/** Sends something; the answer's body, or an `Error` whose message is ready to be shown. */
export function useSend(): <T>(path: string, body?: unknown) => Promise<T> {
  const call = useCall()
  return async <T>(path: string, body?: unknown) => {
    const said = await call('http', { method: 'POST', path, body }).catch((error: unknown) => {
      throw new Error(told(error))
    })
    if (said.status >= 300) throw new Error(problem(said))
    return said.body as T
  }
}

function problem(said: HttpAnswer): string {
  const body = said.body as { title?: string; detail?: string } | null
  return (
    [body?.title, body?.detail].filter(Boolean).join(' – ') || t('office.refused', { status: said.status })
  )
}

function told(error: unknown): string {
  const known = error as Partial<PortError>
  return known.code === 'offline' ? t('office.offline') : (known.text ?? t('office.offline'))
}
