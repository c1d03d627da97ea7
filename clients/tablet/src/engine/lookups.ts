/** Who looks at private data on this device: what becomes a record of `access` before anything is shown (OWN-7). */
import type { KnownEntity } from '@/engine/manifest'
import { present, type Values } from '@/engine/values'

/** A record about to be shown. */
export interface Shown {
  readonly entity: KnownEntity
  readonly id: string
  readonly values: Values
}

/**
 * The values of an access record: whose data, which of them, on which screen and why; null when nothing private is
 * shown. `person` is the record of the person concerned if it is here: somebody may know a claimant and not the
 * household file that he belongs to.
 */
export function lookUp(
  shown: Shown,
  person: string | null,
  screen: string,
  reason: string | null,
): Values | null {
  const { entity, id, values } = shown
  if (!entity.shape.private) return null
  const fields = entity.shape.fields.filter((f) => f.private && (values[f.name] ?? null) !== null)
  return present({
    subject_entity: entity.name,
    subject: id,
    owner: person,
    fields: fields.length ? fields.map((field) => ({ field: field.name })) : null,
    screen: screen || null,
    reason: reason || null,
  })
}

/** The person whose data a record holds: what its first reference to an entity of persons names. */
export function personOf(shown: Shown, persons: string): string | null {
  const field = shown.entity.shape.fields.find((f) => f.type === 'ref' && f.ref === persons)
  const value = field ? shown.values[field.name] : null
  return typeof value === 'string' ? value : null
}
