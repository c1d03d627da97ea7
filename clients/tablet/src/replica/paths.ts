/** Dotted paths of printed forms: `unit.building` leads from a record through its references to a field. */
import { type Known, pick } from '@/engine/manifest'
import type { Body, Place } from '@/engine/places'
import type { Field } from '@/protocol/manifest'
import type { Lang } from '@/runtime/port/values'

export interface Seen extends Place {
  readonly values: Body
}

/** What composing reads: only what its reader may see. */
export interface Source {
  readonly known: Known
  readonly lang: Lang
  get(place: Place): Promise<Seen | null>
  /** Records of an entity whose field names a record. */
  below(site: string, entity: string, field: string, id: string): Promise<readonly Seen[]>
  /** A value in words. */
  value(site: string, entity: string, field: Field, value: unknown): Promise<string>
  title(seen: Seen): Promise<string>
  /** Whether an expression is not false of a record. */
  holds(expression: string, seen: Seen): boolean
  /** A text of the app itself, such as `print.printed`. */
  say(key: string, params: Record<string, string>): string
}

/** Where a path ends: the field, and the record that holds it; null where its reader may not see it. */
export interface Found {
  readonly entity: string
  readonly field: Field | undefined
  readonly holder: Seen | null
}

export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export class Paths {
  constructor(private readonly source: Source) {}

  /** Follow `unit.building` from a record to the field that it ends in and the record that holds it. */
  async find(entity: string, seen: Seen | null, path: string): Promise<Found> {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let holder = seen
    let where = entity
    for (const name of names) {
      const ref = this.source.known.entity(where)?.field(name)
      const id = holder?.values[name]
      where = ref?.ref ?? ''
      holder =
        holder && id ? await this.source.get({ site: holder.site, entity: where, id: String(id) }) : null
    }
    return { entity: where, field: this.source.known.entity(where)?.field(last), holder }
  }

  fieldAt(entity: string, path: string): Field | undefined {
    const names = path.split('.')
    const last = names.pop() ?? ''
    const where = names.reduce((at, name) => this.source.known.entity(at)?.field(name)?.ref ?? '', entity)
    return this.source.known.entity(where)?.field(last)
  }

  /** A block's own label, or what the fields on a path are called: `Unit · Building`. */
  label(own: Record<string, string> | undefined, entity: string, path: string): string {
    if (own) return pick(own, this.source.lang)
    const names = path.split('.')
    return names
      .map(
        (name, i) =>
          pick(this.fieldAt(entity, names.slice(0, i + 1).join('.'))?.label, this.source.lang) || name,
      )
      .join(' · ')
  }
}
