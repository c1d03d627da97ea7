/** What a manifest's expressions say of a record: derived fields, fields that apply (protocol §7 `derive`, `when`). */

import { ExpressionError } from '@/engine/expressions/errors'
import { compileExpression } from '@/engine/expressions/expression'
import type { KnownEntity } from '@/engine/manifest'
import type { Values } from '@/engine/values'
import type { Field } from '@/protocol/manifest'

/** The record with its derived fields computed, in the order in which they are declared. */
export function derive(entity: KnownEntity, values: Values, scope: Values): Record<string, unknown> {
  const derived = { ...values }
  for (const field of entity.shape.fields) {
    if (!field.derive) continue
    const value = evaluate(field.derive, derived, scope)
    if (value === null) delete derived[field.name]
    else derived[field.name] = value
  }
  return derived
}

/** Tells whether a field has a place in a record, by its `when`. */
export function applies(field: Field, values: Values, scope: Values): boolean {
  return field.when === undefined || evaluate(field.when, values, scope) !== false
}

/** The value of an expression over a record. */
export function evaluate(source: string, values: Values, scope: Values): unknown {
  try {
    return compileExpression(source).evaluate({ ...values, ...scope })
  } catch (error) {
    // One of a newer server's language: its own judgement will do.
    if (error instanceof ExpressionError) return null
    throw error
  }
}
