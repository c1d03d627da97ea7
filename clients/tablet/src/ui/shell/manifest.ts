/** What screens ask of the manifest: fields, rights, sites (protocol §7). */
import type { Field, GrantedEntity, Manifest, Site } from '@/protocol/manifest'
import { type Session, useSession } from './session'

export function useManifest(): Session['manifest'] {
  return useSession().manifest
}

export function fieldOf(entity: GrantedEntity, name: string): Field | undefined {
  return entity.fields.find((field) => field.name === name)
}

/** The rights that a person has on an entity, at a site or anywhere. */
export function rightsOn(entity: GrantedEntity, site?: string): ReadonlySet<string> {
  return new Set(site === undefined ? Object.values(entity.rights).flat() : entity.rights[site])
}

/** Sites where he may write or act; all that he may read if there is none. */
export function workSites(manifest: Manifest | null | undefined): readonly Site[] {
  if (!manifest) return []
  const entities = Object.values(manifest.entities)
  const works = (site: string) =>
    entities.some(({ rights }) => rights[site]?.some((right) => right !== 'read'))
  const own = manifest.sites.filter(({ id }) => works(id))
  return own.length ? own : manifest.sites
}
