/** The texts that a record is found by: its search fields, those inside rows included. */
import type { KnownEntity } from '@/engine/manifest'
import { isObject, type Values } from '@/engine/values'
import type { Field } from '@/protocol/manifest'

export function searched(entity: KnownEntity | undefined, values: Values): string[] {
  return entity ? [...textsOf(entity.shape.fields, values)] : Object.values(values).map(String)
}

function* textsOf(fields: readonly Field[], values: Values): Iterable<string> {
  for (const field of fields) {
    const value = values[field.name]
    if (value === null || value === undefined) continue
    if (field.type === 'rows') {
      for (const row of Array.isArray(value) ? value : [])
        if (isObject(row)) yield* textsOf(field.fields ?? [], row)
    } else if (field.search) {
      yield String(value)
    }
  }
}
