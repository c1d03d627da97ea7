/** Values as people read them: labels for choices, titles for references, moments on the site's wall clock. */
import { originals } from '@/engine/fields'
import type { Flaw } from '@/engine/flaws'
import { Formats } from '@/engine/formats'
import { isUuid } from '@/engine/ids'
import { type Known, type KnownEntity, META, pick } from '@/engine/manifest'
import { fromWire } from '@/engine/moments'
import type { Place } from '@/engine/places'
import { isObject, type Values } from '@/engine/values'
import type { Field } from '@/protocol/manifest'
import { messageText } from '@/protocol/messages'

/** What words need of the app around them. */
export interface WordsPort {
  /** A record as its user sees it; null when it is not here. */
  read(place: Place): Promise<Values | null>
  /** A text of ours (areas `flaws` and `sentences`) with its `{names}` filled in; `count` chooses the plural part. */
  say(key: string, params?: Values, count?: number): string
  /** A recurrence rule (RFC 5545) in words; as it is where nobody can say it. */
  recurrence(rule: string): string
  /** ms since 1970. */
  now(): number
}

/** A record to be named. */
export interface Named extends Place {
  readonly values: Values
}

/** Titles may name records whose titles name records. */
const DEEPEST = 3

/** Puts records of one replica into words of one language. */
export class Words {
  readonly formats: Formats
  readonly #port: WordsPort

  constructor(
    port: WordsPort,
    readonly known: Known,
    readonly lang: string,
  ) {
    this.#port = port
    this.formats = new Formats(lang)
  }

  say(key: string, params?: Values, count?: number): string {
    return this.#port.say(key, params, count)
  }

  /**
   * A record's title from its entity's template (`{number} {title}`); what is missing leaves nothing behind, but the
   * device's number stands in for the register number until that is given (TKT-14).
   */
  title(record: Named): Promise<string> {
    return this.#title(record, DEEPEST)
  }

  /** An entity's name. */
  kind(entity: string): string {
    return pick(this.known.entity(entity)?.shape.label, this.lang) || entity
  }

  /** A field's name. */
  label(entity: string, field: string): string {
    const own = this.known.entity(entity)?.fields.get(field)
    if (!own && META.has(field)) return this.say(`sentences.${field}`)
    return pick(own?.label, this.lang) || field
  }

  /** An act's name. */
  act(entity: string, act: string): string {
    const steps = this.known.entity(entity)?.shape.workflow?.transitions ?? []
    return pick(steps.find((step) => step.act === act)?.label, this.lang) || act
  }

  /** The text of a value that a field of an entity holds at a site. */
  value(site: string, entity: string, field: string, value: unknown): Promise<string> {
    return this.#value(site, this.known.entity(entity)?.field(field), value, DEEPEST)
  }

  /** The same of a field that need be none of an entity's own, such as one of a row. */
  valueOf(site: string, field: Field, value: unknown): Promise<string> {
    return this.#value(site, field, value, DEEPEST)
  }

  /** The title of a record referred to; of one that is not here, or is private, the end of its id. */
  named(site: string, entity: string, id: string): Promise<string> {
    return this.#named(site, entity, id, DEEPEST)
  }

  /** Why an op was not applied as asked, in words where there are any. A result's message is `spoken`: the server has
   * put it into words already. */
  refusal(code: string | undefined, message: string | undefined, spoken = false): string {
    const { texts } = this.known.manifest
    const own = pick(messageText(texts, message), this.lang)
    if (own) return own
    const plain = pick(texts[`error.${code}`], this.lang)
    // What begins like the code's text is that, with a detail of the engine's; all else is a rule's own words.
    if (spoken && message && !message.startsWith(plain)) return message
    return plain || message || code || ''
  }

  /** What is wrong with an entry, as a sentence. */
  flaw({ key, params, message }: Flaw): string {
    return pick(message, this.lang) || this.say(`flaws.${key}`, params)
  }

  async #title(record: Named, depth: number): Promise<string> {
    const entity = this.known.entity(record.entity)
    const parts = (entity?.shape.title ?? '').split(/[{}]/)
    const said = await Promise.all(
      parts.map((part, i) => (i % 2 ? this.#part(record, entity, part, depth) : part)),
    )
    return said.join('').split(/\s+/).filter(Boolean).join(' ') || shortOf(record.id)
  }

  #part(
    { site, values }: Named,
    entity: KnownEntity | undefined,
    name: string,
    depth: number,
  ): Promise<string> {
    const rule = entity?.shape.number
    const value = values[name] ?? (rule?.field === name ? values[rule.device_field] : null)
    return this.#value(site, entity?.field(name), value, depth)
  }

  async #value(site: string, field: Field | undefined, value: unknown, depth: number): Promise<string> {
    if (value === null || value === undefined) return ''
    if (Array.isArray(value) && field && field.type !== 'value')
      return this.#several(site, field, value, depth)
    if (typeof value === 'boolean') return this.say(value ? 'sentences.yes' : 'sentences.no')
    if (typeof value === 'number') return this.#measured(field, this.#number(field, value))
    if (isObject(value)) return this.#object(site, field, value)
    if (typeof value !== 'string') return plain(value)
    return field ? this.#text(site, field, value, depth) : value
  }

  async #several(site: string, field: Field, values: readonly unknown[], depth: number): Promise<string> {
    if (field.type === 'blobs') return String(originals(values).length)
    if (field.type !== 'rows') {
      const said = await Promise.all(values.map((value) => this.#value(site, field, value, depth)))
      return said.join(', ')
    }
    const rows = values.filter(isObject).map(async (row) => {
      const cells = (field.fields ?? []).map((sub) => this.#value(site, sub, row[sub.name], depth))
      return (await Promise.all(cells)).filter(Boolean).join(' ')
    })
    return (await Promise.all(rows)).join('; ')
  }

  #object(site: string, field: Field | undefined, value: Values): string {
    if (field?.type === 'localized') return pick(value as Record<string, string>, this.lang)
    if (field?.type === 'place') {
      const { lat, lon, accuracy } = value as Record<string, number | undefined>
      const around = accuracy === undefined ? '' : ` ± ${this.formats.metres(accuracy)}`
      return `${lat?.toFixed(5)}, ${lon?.toFixed(5)}${around}`
    }
    if (field?.type === 'signature') {
      const at = this.#moment(site, String(value.at))
      return this.say('sentences.signed', { signer: value.signer, at })
    }
    return plain(value)
  }

  async #text(site: string, field: Field, value: string, depth: number): Promise<string> {
    switch (field.type) {
      case 'choice':
      case 'choices':
        return pick(this.known.valuesOf(field).get(value)?.label, this.lang) || value
      case 'ref':
      case 'refs':
        return field.ref ? this.#named(site, field.ref, value, depth) : value
      case 'datetime':
        return this.#moment(site, value)
      case 'date':
        return this.formats.date(value)
      case 'time':
        return value.slice(0, 5)
      case 'decimal':
        return this.#measured(field, this.formats.decimal(value))
      case 'duration':
        return this.formats.duration(value)
      case 'rrule':
        return this.#port.recurrence(value)
      default: {
        // What the server itself has put down as the key of a text is said in the reader's language.
        const said = field.readonly ? this.known.manifest.texts[value] : undefined
        return said ? pick(said, this.lang) : value
      }
    }
  }

  #moment(site: string, value: string): string {
    const ms = fromWire(value)
    return ms === null ? value : this.formats.moment(ms, this.known.zone(site), this.#port.now())
  }

  #number(field: Field | undefined, value: number): string {
    return field?.type === 'money' ? this.formats.money(value) : this.formats.decimal(String(value))
  }

  #measured(field: Field | undefined, said: string): string {
    return field?.measure ? this.formats.measured(said, field.measure) : said
  }

  async #named(site: string, entity: string, id: string, depth: number): Promise<string> {
    const known = this.known.entity(entity)
    if (known && !known.shape.private && depth > 0) {
      for (const place of new Set([site, ...this.known.manifest.sites.map((each) => each.id)])) {
        const values = place ? await this.#port.read({ site: place, entity, id }) : null
        if (values) return this.#title({ site: place, entity, id, values }, depth - 1)
      }
    }
    // Not here, or not yet: an id is nothing to read.
    return isUuid(id) ? '…' : id
  }
}

const shortOf = (id: string): string => (isUuid(id) ? id.slice(-8) : id)

/** What is in a value that this app has no form for: its texts and numbers, without hashes and ids. */
function plain(value: unknown): string {
  const leaves = (inside: unknown): string[] => {
    if (Array.isArray(inside)) return inside.flatMap(leaves)
    if (isObject(inside)) return Object.values(inside).flatMap(leaves)
    const said = typeof inside === 'string' || typeof inside === 'number' ? String(inside) : ''
    return said && !/^([0-9a-f]{64}|[0-9a-f-]{36})$/.test(said) ? [said] : []
  }
  const said = leaves(value)
  return said.slice(0, 12).join(', ') + (said.length > 12 ? ', …' : '')
}
