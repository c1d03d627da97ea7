/** The sites of the person, the one that he has narrowed the lists to, and whose wall clock the app shows. */
import { type ComputedRef, computed } from 'vue'
import { useManifest, workSites } from './manifest'
import { preferences } from './preferences'

/** The site chosen in the switcher; null for all of them. A choice that is no longer his counts for nothing. */
export function useChosenSite(): ComputedRef<string | null> {
  const manifest = useManifest()
  return computed(() =>
    workSites(manifest.value).some(({ id }) => id === preferences.site) ? preferences.site : null,
  )
}

/** The zone of the given site, of the chosen one, or of the first. */
export function useZone(site: () => string | null = () => null): ComputedRef<string | undefined> {
  const manifest = useManifest()
  const chosen = useChosenSite()
  return computed(() => {
    const wanted = site() ?? chosen.value
    return (
      manifest.value?.sites.find(({ id }) => id === wanted)?.timezone ??
      workSites(manifest.value)[0]?.timezone
    )
  })
}
