/** Titles of the records that a field refers to: as picked here, as the record's words say, or asked for by id. */
import { reactive, watchEffect } from 'vue'
import type { Choice } from '@/runtime/port/records'
import { useCall } from '@/ui/shell/port'

/** Newest first, for as long as the app is open: what was picked once is likely to be picked again. */
const recent = new Map<string, string[]>()
const REMEMBERED = 8

export function remember(entity: string, id: string): void {
  recent.set(entity, [id, ...(recent.get(entity) ?? []).filter((one) => one !== id)].slice(0, REMEMBERED))
}

export function forgetPicked(): void {
  recent.clear()
}

/** Choices with those picked lately at the top. */
export function recentFirst(entity: string, choices: readonly Choice[]): Choice[] {
  const place = new Map((recent.get(entity) ?? []).map((id, index) => [id, index]))
  const at = ({ id }: Choice): number => place.get(id) ?? REMEMBERED
  return [...choices].sort((one, other) => at(one) - at(other))
}

export interface Names {
  of(id: string): string | undefined
  learn(choice: Choice): void
}

/** `ids` are the ones to be named; what nobody here may read stays without a name. */
export function useNames(entity: () => string, site: () => string, ids: () => readonly string[]): Names {
  const call = useCall()
  const known = reactive(new Map<string, string>())
  const asked = new Set<string>()
  watchEffect(() => {
    const missing = ids().filter((id) => !known.has(id) && !asked.has(id))
    if (!missing.length) return
    for (const id of missing) asked.add(id)
    call('choices', { entity: entity(), site: site(), where: { id: missing }, limit: missing.length }).then(
      (choices) => {
        for (const choice of choices) known.set(choice.id, choice.title)
      },
      () => {},
    )
  })
  return { of: (id) => known.get(id), learn: ({ id, title }) => known.set(id, title) }
}
