/** Numbers that a device gives at once, before the server's register number is known (TKT-14). */
import type { KnownEntity } from '@/engine/manifest'
import type { Values } from '@/engine/values'

/** What numbering needs of the device and its store; `next` must count inside the transaction that keeps the record. */
export interface NumberSource {
  /** The device's short name, as in `T07`. */
  readonly device: string
  /** The site's date, as in `2026-11-22`. */
  readonly today: string
  /** The next number, from 1, of those that begin so. */
  next(start: string): Promise<number>
  /** Whether another record of the site has these values. */
  taken(values: Values): Promise<boolean>
}

/**
 * The field with the next number of a new record, such as `BX-T07-20261122-0001`; nothing for an entity without
 * numbers, or one that brings its own.
 */
export async function deviceNumber(
  entity: KnownEntity,
  values: Values,
  source: NumberSource,
): Promise<Values> {
  const rule = entity.shape.number
  if (!rule || rule.device_field in values) return {}
  const kind = rule.by ? (values[rule.by] ?? entity.fields.get(rule.by)?.default) : null
  const prefix = rule.prefixes[String(kind)] ?? rule.prefix
  const start = `${prefix}-${source.device}-${source.today.replaceAll('-', '')}`
  const isUnique =
    entity.shape.unique?.some((key) => key.length === 1 && key[0] === rule.device_field) ?? false
  while (true) {
    const number = { [rule.device_field]: `${start}-${String(await source.next(start)).padStart(4, '0')}` }
    // Another device may have been given the same name.
    if (!isUnique || !(await source.taken(number))) return number
  }
}
