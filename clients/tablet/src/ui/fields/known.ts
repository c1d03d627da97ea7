/** What fields look up in the manifest, and look up again when it changes. */
import { type ComputedRef, computed } from 'vue'
import type { GrantedEntity, Manifest, Site } from '@/protocol/manifest'
import { useSession } from '@/ui/shell/session'

export function useCodes(): ComputedRef<Manifest['codes']> {
  const { manifest } = useSession()
  return computed(() => manifest.value?.codes ?? {})
}

export function useSite(id: () => string): ComputedRef<Site | undefined> {
  const { manifest } = useSession()
  return computed(() => manifest.value?.sites.find((site) => site.id === id()))
}

export function useEntity(name: () => string): ComputedRef<GrantedEntity | undefined> {
  const { manifest } = useSession()
  return computed(() => manifest.value?.entities[name()])
}
