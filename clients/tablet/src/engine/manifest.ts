/** What a client knows of the entities: the manifest (protocol §7) with look-ups. */
import type {
  Account,
  Choice,
  Code,
  Field,
  GrantedEntity,
  Manifest,
  Site,
  Text,
  Transition,
} from '@/protocol/manifest'

/** Fields that every record has beside its entity's (protocol §3.5). */
export const META: ReadonlyMap<string, Field> = new Map(
  (
    [
      { name: 'created_at', label: {}, type: 'datetime' },
      { name: 'created_by', label: {}, type: 'ref', ref: 'user' },
      { name: 'updated_at', label: {}, type: 'datetime' },
      { name: 'updated_by', label: {}, type: 'ref', ref: 'user' },
    ] as const
  ).map((field) => [field.name, field]),
)

/** An entity as this user's manifest has it. */
export class KnownEntity {
  readonly name: string
  readonly shape: GrantedEntity
  /** Its own fields by name, the workflow's among them; those of `META` are not. */
  readonly fields: ReadonlyMap<string, Field>

  constructor(name: string, shape: GrantedEntity) {
    this.name = name
    this.shape = shape
    this.fields = new Map(shape.fields.map((field) => [field.name, field]))
  }

  /** A field by name, those that every record has included. */
  field(name: string): Field | undefined {
    return this.fields.get(name) ?? META.get(name)
  }

  /** The workflow's field, if there is a workflow. */
  get stateField(): string | null {
    return this.shape.workflow?.field ?? null
  }

  /** Tells whether the user may do this (`read`, `create`, `act.dispatch`) at a site. */
  allows(site: string, right: string): boolean {
    return this.shape.rights[site]?.includes(right) ?? false
  }

  /** The transition of an act from a state, if it is legal (protocol §3.3). */
  step(act: string, state: unknown): Transition | undefined {
    return this.shape.workflow?.transitions.find((t) => t.act === act && t.from.includes(String(state)))
  }
}

/** Where the server shows the balance of an account: a field of an entity's records. */
export interface BalancePlace {
  readonly entity: string
  readonly field: string
}

/** A manifest with look-ups. */
export class Known {
  readonly manifest: Manifest
  readonly entities: ReadonlyMap<string, KnownEntity>
  /** Entry entities and their accounts, by the entity whose records show the balance. */
  readonly entries: ReadonlyMap<string, readonly (readonly [entity: KnownEntity, account: Account])[]>
  readonly #sites: ReadonlyMap<string, Site>
  readonly #values = new Map<Field, ReadonlyMap<string, Choice | Code>>()

  constructor(manifest: Manifest) {
    this.manifest = manifest
    this.entities = new Map(
      Object.entries(manifest.entities).map(([name, shape]) => [name, new KnownEntity(name, shape)]),
    )
    // An id wins over a code.
    this.#sites = new Map([
      ...manifest.sites.map((s) => [s.code, s] as const),
      ...manifest.sites.map((s) => [s.id, s] as const),
    ])
    const entries = new Map<string, [KnownEntity, Account][]>()
    for (const entity of this.entities.values()) {
      const account = entity.shape.account
      const shown = account && this.balancePlace(entity)
      if (shown) entries.set(shown.entity, [...(entries.get(shown.entity) ?? []), [entity, account]])
    }
    this.entries = entries
  }

  entity(name: string): KnownEntity | undefined {
    return this.entities.get(name)
  }

  /** A site by id or by code. */
  site(key: string): Site | undefined {
    return key ? this.#sites.get(key) : undefined
  }

  /** A site's IANA time zone. */
  zone(site: string): string {
    return this.site(site)?.timezone ?? 'UTC'
  }

  /** Where the balance of an entity's entries is shown; null without an account. */
  balancePlace(entries: KnownEntity): BalancePlace | null {
    const account = entries.shape.account
    if (!account?.balance) return null
    const dot = account.balance.lastIndexOf('.')
    const entity = dot < 0 ? (entries.fields.get(account.owner)?.ref ?? '') : account.balance.slice(0, dot)
    return { entity, field: account.balance.slice(dot + 1) }
  }

  /** What a choice field may hold, by value; retired codes included, for old records hold them. */
  valuesOf(field: Field): ReadonlyMap<string, Choice | Code> {
    let values = this.#values.get(field)
    if (!values) {
      const listed = field.codes ? (this.manifest.codes[field.codes] ?? []) : (field.choices ?? [])
      values = new Map(listed.map((choice) => [choice.value, choice]))
      this.#values.set(field, values)
    }
    return values
  }
}

/** A TEXT (protocol §7) in a language, else in English, else in any. */
export function pick(text: Text | undefined, lang: string): string {
  return text?.[lang] || text?.en || Object.values(text ?? {})[0] || ''
}
