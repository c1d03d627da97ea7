/** The pieces that expressions are compiled into: functions of a scope (ADR 1). */
import {
  add,
  compare,
  divide,
  Erred,
  err,
  multiply,
  remainder,
  same,
  subtract,
  truth,
} from '@/engine/expressions/operations'

/** What names stand for; one scope inherits from another inside a macro. */
export type Scope = Record<string, unknown>
export type Program = (scope: Scope) => unknown
export type Binary = (a: unknown, b: unknown) => unknown
type Call = (...values: readonly unknown[]) => unknown

export const OPERATORS: ReadonlyMap<string, Binary> = new Map<string, Binary>([
  ['==', same],
  ['!=', (a, b) => !same(a, b)],
  ['<', (a, b) => compare(a, b) < 0],
  ['<=', (a, b) => compare(a, b) <= 0],
  ['>', (a, b) => compare(a, b) > 0],
  ['>=', (a, b) => compare(a, b) >= 0],
  ['in', (a, b) => items(b).some((item) => same(a, item))],
  ['+', add],
  ['-', subtract],
  ['*', multiply],
  ['/', divide],
  ['%', remainder],
])

export const METHODS: ReadonlyMap<string, Call> = new Map([
  ['contains', (of, part) => text(of).includes(text(part))],
  ['startsWith', (of, part) => text(of).startsWith(text(part))],
  ['endsWith', (of, part) => text(of).endsWith(text(part))],
])

/** Looks at items in order; `holds` evaluates the macro's expression for one. */
type Macro = (items: readonly unknown[], holds: (item: unknown) => unknown) => unknown

export const MACROS: ReadonlyMap<string, Macro> = new Map<string, Macro>([
  ['all', (list, holds) => list.every((item) => truth(holds(item)))],
  ['exists', (list, holds) => list.some((item) => truth(holds(item)))],
  ['exists_one', (list, holds) => list.filter((item) => truth(holds(item))).length === 1],
  ['filter', (list, holds) => list.filter((item) => truth(holds(item)))],
  ['map', (list, holds) => list.map(holds)],
])

export const constant =
  (value: unknown): Program =>
  () =>
    value

export const variable =
  (name: string): Program =>
  (scope) =>
    scope[name]

/** A function of values; what it cannot use is its own affair. */
export const called =
  (values: readonly Program[], call: Call): Program =>
  (scope) =>
    call(...values.map((value) => value(scope)))

export const operated =
  (operator: Binary, left: Program, right: Program): Program =>
  (scope) =>
    operator(left(scope), right(scope))

export const not =
  (of: Program): Program =>
  (scope) =>
    !truth(of(scope))

export const choice =
  (condition: Program, yes: Program, no: Program): Program =>
  (scope) =>
    truth(condition(scope)) ? yes(scope) : no(scope)

export const both = (left: Program, right: Program): Program => decided(false, left, right)
export const either = (left: Program, right: Program): Program => decided(true, left, right)

/** The side that decides suffices, even beside an error. */
const decided =
  (by: boolean, left: Program, right: Program): Program =>
  (scope) => {
    const first = attempt(left, scope)
    if (first === by) return by
    const second = attempt(right, scope)
    if (second === by) return by
    truth(first)
    truth(second)
    return !by
  }

export const listed =
  (values: readonly Program[]): Program =>
  (scope) =>
    values.map((value) => value(scope))

export const mapped =
  (pairs: readonly (readonly [Program, Program])[]): Program =>
  (scope) =>
    Object.fromEntries(pairs.map(([key, value]) => [text(key(scope)), value(scope)]))

export const ranged =
  (macro: Macro, of: Program, item: string, body: Program): Program =>
  (scope) => {
    const inner: Scope = Object.create(scope)
    return macro(items(of(scope)), (value) => {
      inner[item] = value
      return body(inner)
    })
  }

/** The value, or undefined when it errs. */
function attempt(program: Program, scope: Scope): unknown {
  try {
    return program(scope)
  } catch (error) {
    if (error instanceof Erred) return undefined
    throw error
  }
}

const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : err())
const text = (value: unknown): string => (typeof value === 'string' ? value : err())
