/**
 * The small total expression language of manifests: CEL, cut to what all clients evaluate alike (ADR 1). No library: the
 * ones that there are weigh 23 and 68 kB, and differ from the server's engine at CEL's edges; this is 6.
 *
 * Names are a record's fields beside those of `SCOPE`. Beyond CEL: an absent field or member reads as null, a list that
 * the expression ranges over as empty; whatever errs makes the result null; numbers are integers; nothing runs away.
 */
import { ExpressionError, known } from '@/engine/expressions/errors'
import { Double, Erred, err } from '@/engine/expressions/operations'
import { parse } from '@/engine/expressions/parser'
import type { Program, Scope } from '@/engine/expressions/programs'
import { Path, Reader } from '@/engine/expressions/reader'
import { byCodePoint, isObject, type Values } from '@/engine/values'

/** What expressions may name besides fields: `user` (`{id, roles}`), `settings`, `today` (a date), `now` (a moment). */
export const SCOPE: ReadonlySet<string> = new Set(['user', 'settings', 'today', 'now'])

const SOURCE_MAX = 1_000
const ITEMS_MAX = 200
const WHOLE = new Path()
WHOLE.whole = true

/** A compiled expression. */
export class Expression {
  /** The top-level names that it reads. */
  readonly variables: ReadonlySet<string>
  readonly #paths: ReadonlyMap<string, Path>
  readonly #program: Program

  constructor(source: string) {
    const length = [...source].length
    if (length > SOURCE_MAX) {
      throw new ExpressionError(`${length} characters; an expression has at most ${SOURCE_MAX}`)
    }
    this.#program = parse(source)
    this.#paths = new Reader(source).variables
    this.variables = new Set(this.#paths.keys())
  }

  /** The JSON value for this scope: null when it is null and when anything errs. */
  evaluate(values: Values): unknown {
    try {
      const scope: Scope = Object.create(null)
      for (const [name, path] of this.#paths) scope[name] = handed(own(values, name), path, path.whole)
      return result(this.#program(scope))
    } catch (error) {
      if (error instanceof Erred) return null
      throw error
    }
  }
}

const compiled = new Map<string, Expression | ExpressionError>()

/**
 * Compiles an expression; the same source is compiled once. With `names`, the fields that there are, reading any other
 * name than these and `SCOPE` throws `ExpressionError`, as do wrong syntax and what is beyond the limits.
 */
export function compileExpression(source: string, names?: readonly string[]): Expression {
  let expression = compiled.get(source)
  if (!expression) {
    expression = attempt(source)
    compiled.set(source, expression)
  }
  if (expression instanceof ExpressionError) throw expression
  const unknown = [...expression.variables].filter(
    (name) => names && !names.includes(name) && !SCOPE.has(name),
  )
  if (unknown.length)
    throw new ExpressionError(`there is no ${unknown.sort().join(', ')}; ${known(names ?? [])}`)
  return expression
}

function attempt(source: string): Expression | ExpressionError {
  try {
    return new Expression(source)
  } catch (error) {
    if (error instanceof ExpressionError) return error
    throw error
  }
}

/** What the expression reads of a value, and no more. */
function handed(value: unknown, path: Path, whole: boolean): unknown {
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (value === null || value === undefined) return path.ranged ? [] : null
  if (typeof value === 'number') return number(value)
  if (path.single) return err()
  const items = path.items ?? WHOLE
  if (Array.isArray(value)) {
    if (path.ranged && value.length > ITEMS_MAX) err()
    return value.map((item) => handed(item, items, whole || items.whole))
  }
  // An object's keys have no order to range over.
  if (!isObject(value) || path.ranged) return err()
  const object: Record<string, unknown> = Object.create(null)
  if (whole || path.items) {
    for (const [name, inner] of Object.entries(value)) {
      if (inner !== null && inner !== undefined) object[name] = handed(inner, items, whole || items.whole)
    }
  }
  for (const [name, inner] of path.members)
    object[name] = handed(own(value, name), inner, whole || inner.whole)
  return object
}

/** A member, but none that every object of JavaScript has. */
const own = (values: Values, name: string): unknown => (Object.hasOwn(values, name) ? values[name] : null)

function number(value: number): number | Double {
  if (!Number.isFinite(value)) return err()
  if (!Number.isInteger(value)) return new Double(value)
  return Number.isSafeInteger(value) ? value : err()
}

function result(value: unknown): unknown {
  if (value instanceof Double) return result(value.value)
  if (typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))) return err()
  if (Array.isArray(value)) return value.map(result)
  if (!isObject(value)) return value
  const names = Object.keys(value).filter((name) => value[name] !== null)
  return Object.fromEntries(names.sort(byCodePoint).map((name) => [name, result(value[name])]))
}
