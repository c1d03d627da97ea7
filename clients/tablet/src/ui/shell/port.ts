/** The port as components use it. */
import { type InjectionKey, inject, type ShallowRef, shallowRef, watchEffect } from 'vue'
import type { Commands, Port, Watched } from '@/runtime/port'

/** `app.provide(PORT, …)` once, in `app.ts`. */
export const PORT: InjectionKey<Port> = Symbol('port')

export function usePort(): Port {
  const port = inject(PORT)
  if (!port) throw new Error('no port provided')
  return port
}

/**
 * The present answer to a question; asked anew when what `ask` reads changes. Undefined until the first answer and
 * while `ask` returns null. The old answer stays while the next is being found: lists do not blink.
 */
export function useWatch<W extends keyof Watched>(
  what: W,
  ask: () => Watched[W]['ask'] | null,
): Readonly<ShallowRef<Watched[W]['answer'] | undefined>> {
  const port = usePort()
  const answer = shallowRef<Watched[W]['answer']>()
  watchEffect((cleanUp) => {
    const asked = ask()
    if (asked === null) answer.value = undefined
    else cleanUp(port.watch(what, asked, (told) => (answer.value = told)))
  })
  return answer
}

/** `call` of the page's port, for whoever stood here when the component was made. Rejects with a `PortError`. */
export function useCall(): <C extends keyof Commands>(
  command: C,
  ...args: Parameters<Commands[C]>
) => Promise<ReturnType<Commands[C]>> {
  return usePort().mine()
}
