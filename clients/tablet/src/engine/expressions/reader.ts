/**
 * What an expression reads, found without evaluating it, and the limits that keep evaluation short (ADR 1).
 *
 * The reader follows brackets and names only; CEL's parser judges the rest. Members and indices stand on *paths*
 * (`rows`, `user.roles`, `rows[0].unit`), macros on paths, list literals and what `filter` left; after `in` comes what
 * begins with a path, or a list literal.
 */
import { ExpressionError, known } from '@/engine/expressions/errors'
import { FUNCTIONS } from '@/engine/expressions/functions'
import { type Token, tokensOf } from '@/engine/expressions/tokens'

const METHODS = new Set(['contains', 'startsWith', 'endsWith'])
/** What makes no list is quick enough inside another macro. */
const INNER = new Set(['all', 'exists', 'exists_one'])
const MACROS = new Set([...INNER, 'filter', 'map'])
const RESERVED = new Set(
  'as break const continue else for function if import let loop namespace package return var void while'.split(
    ' ',
  ),
)
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
const NESTING_MAX = 16
const MACROS_MAX = 8
const ADDITIONS_MAX = 16
const BUILT_MAX = 16

/**
 * What is read of one value: all of it, some members, every item.
 *
 * What is `ranged` over, by a macro or by `in`, is a list; absent, it reads as an empty one. What a macro reads again
 * for each of its items is `single`: no list and no object, or the work would multiply.
 */
export class Path {
  whole = false
  ranged = false
  single = false
  items: Path | null = null
  readonly members = new Map<string, Path>()

  item(): Path {
    this.items ??= new Path()
    return this.items
  }

  member(name: string): Path {
    let path = this.members.get(name)
    if (!path) {
      path = new Path()
      this.members.set(name, path)
    }
    return path
  }
}

type Bound = ReadonlyMap<string, Path | null>

/** One reading of a source; throws `ExpressionError` beyond the limits and at what the language leaves out. */
export class Reader {
  /** What is read of each top-level name. */
  readonly variables = new Map<string, Path>()
  readonly #tokens: readonly Token[]
  #at = 0
  #macros = 0
  #macroNesting = 0
  #nesting = 0
  #additions = 0
  #built = 0

  constructor(source: string) {
    this.#tokens = tokensOf(source)
    this.#group('', new Map())
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token
  }

  #take(): Token {
    const token = this.#peek()
    this.#at++
    return token
  }

  /** Reads on to the closing mark (the end, when empty); returns the number of its parts. */
  #group(closing: string, bound: Bound): number {
    if (++this.#nesting > NESTING_MAX) refuse(this.#peek(), `brackets nest deeper than ${NESTING_MAX}`)
    let parts = this.#peek().text === closing ? 0 : 1
    for (let token = this.#take(); token.text !== closing; token = this.#take()) {
      if (token.kind === 'end') refuse(token, `${closing} is missing`)
      if (token.text === ',') parts++
      this.#operand(token, bound)
    }
    this.#nesting--
    return parts
  }

  #operand(token: Token, bound: Bound): void {
    if (token.text === 'in') this.#membership(bound)
    else if (token.kind === 'name' && !['true', 'false', 'null'].includes(token.text))
      this.#name(token, bound)
    else if (token.kind === 'text') this.#suffixes(null, bound)
    else if (token.text in CLOSING) this.#bracket(token, bound)
    else if (token.text === '+' && ++this.#additions > ADDITIONS_MAX) {
      refuse(token, `more than ${ADDITIONS_MAX} additions; use sum([…])`)
    } else if (token.text === '.')
      refuse(token, 'a member is read from a field or from a row, as in place.lat')
  }

  #bracket(token: Token, bound: Bound): void {
    const before = this.#macros
    const parts = this.#group(CLOSING[token.text] ?? '', bound)
    if (this.#macroNesting && token.text !== '(') {
      this.#built += parts
      if (this.#built > BUILT_MAX) refuse(token, `macros put together more than ${BUILT_MAX} values`)
    }
    this.#suffixes(null, bound, token.text === '[' && this.#macros === before)
  }

  #membership(bound: Bound): void {
    const token = this.#take()
    if (token.text === '[') this.#group(']', bound)
    else if (token.kind === 'name' && this.#peek().text !== '(') this.#name(token, bound, true)
    else refuse(token, 'write x in field or x in [a, b]')
  }

  #name(token: Token, bound: Bound, ranged = false): void {
    if (this.#peek().kind === 'text') refuse(token, 'texts have no prefix and one quote at each end')
    if (this.#peek().text === '{') refuse(token, 'messages are not part of the language')
    if (this.#peek().text === '(') {
      this.#call(token, bound)
      return
    }
    if (RESERVED.has(token.text)) refuse(token, `${token.text}: words of the language name no field`)
    const own = bound.get(token.text)
    const start = own === undefined ? this.#variable(token.text) : own
    const path = this.#suffixes(start, bound, start !== null)
    if (path && ranged) path.ranged = true
    else if (path && this.#macroNesting && !bound.has(token.text)) path.single = true
  }

  #variable(name: string): Path {
    const path = this.variables.get(name) ?? new Path()
    this.variables.set(name, path)
    return path
  }

  #call(token: Token, bound: Bound): void {
    const declared = FUNCTIONS.get(token.text)
    if (!declared) {
      const suffix = METHODS.has(token.text) || MACROS.has(token.text)
      const instead = suffix ? `write x.${token.text}(…)` : known(FUNCTIONS.keys())
      refuse(token, `there is no function ${token.text}; ${instead}`)
    }
    this.#take()
    if (this.#group(')', bound) !== declared.arity) {
      refuse(token, `${token.text} takes ${declared.arity} argument${declared.arity > 1 ? 's' : ''}`)
    }
    this.#suffixes(null, bound)
  }

  /** Follows members, indices, methods and macros; returns the path left at the end, which is read whole. */
  #suffixes(start: Path | null, bound: Bound, rangeable = false): Path | null {
    let path = start
    let ranges = rangeable
    while (this.#peek().text === '.' || this.#peek().text === '[') {
      const mark = this.#take()
      if (mark.text === '[') {
        path = this.#index(mark, path, bound)
        ranges = true
        continue
      }
      const name = this.#take()
      if (this.#peek().text !== '(') {
        if (!path) refuse(name, 'a member is read from a field or from a row, as in place.lat')
        path = path.member(name.text)
      } else if (METHODS.has(name.text)) {
        this.#take()
        if (this.#group(')', bound) !== 1) refuse(name, `${name.text} takes 1 argument`)
        if (path) path.whole = true
        path = null
        ranges = false
      } else if (MACROS.has(name.text)) {
        if (!ranges) refuse(name, `${name.text} stands on a field, [a, b] or what filter left; map is last`)
        this.#macro(name, path, bound)
        ranges = name.text === 'filter'
        path = ranges ? path : null
      } else if (FUNCTIONS.has(name.text)) {
        refuse(name, `write ${name.text}(x), not x.${name.text}()`)
      } else {
        refuse(name, `there is no method ${name.text}; ${known([...METHODS, ...MACROS])}`)
      }
    }
    if (path) path.whole = true
    return path
  }

  #index(mark: Token, path: Path | null, bound: Bound): Path {
    if (!path) refuse(mark, 'an index is read from a field or a list in it, as in rows[0]')
    const key = this.#peek()
    if (key.kind === 'text' && this.#peek(1).text === ']' && !key.text.includes('\\')) {
      this.#at += 2
      return path.member(key.text.slice(1, -1))
    }
    this.#group(']', bound)
    return path.item()
  }

  #macro(name: Token, path: Path | null, bound: Bound): void {
    this.#macroNesting++
    if (++this.#macros > MACROS_MAX) refuse(name, `more than ${MACROS_MAX} macros`)
    if (this.#macroNesting > (INNER.has(name.text) ? 2 : 1)) {
      refuse(name, 'inside a macro stand all, exists and exists_one only, with no further one inside')
    }
    if (path) path.ranged = true
    this.#take()
    const variable = this.#take()
    const inner = new Map(bound).set(variable.text, path ? path.item() : null)
    if (this.#group(')', inner) !== 2) refuse(name, `write ${name.text}(row, expression)`)
    this.#macroNesting--
  }
}

function refuse(token: Token, reason: string): never {
  throw new ExpressionError(`column ${token.column}: ${reason}`)
}
