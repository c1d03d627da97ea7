/**
 * CEL's grammar, as far as the language has it (ADR 1), compiled into functions of a scope. `reader.ts` sees to limits
 * and names; here only syntax is refused.
 */
import { ExpressionError } from '@/engine/expressions/errors'
import { FUNCTIONS } from '@/engine/expressions/functions'
import { integer, member, negate } from '@/engine/expressions/operations'
import {
  type Binary,
  both,
  called,
  choice,
  constant,
  either,
  listed,
  MACROS,
  METHODS,
  mapped,
  not,
  OPERATORS,
  operated,
  type Program,
  ranged,
  variable,
} from '@/engine/expressions/programs'
import { unquoted } from '@/engine/expressions/quoting'
import { type Token, tokensOf } from '@/engine/expressions/tokens'

const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
])
/** From loosest to tightest; all bind to the left. */
const LEVELS: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
]

/** Compiles a source; throws `ExpressionError` where its syntax is wrong. */
export function parse(source: string): Program {
  return new Parser(tokensOf(source)).whole()
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  whole(): Program {
    const program = this.#expression()
    if (this.#next.kind !== 'end') this.#refuse()
    return program
  }

  get #next(): Token {
    return this.#tokens[this.#at] as Token
  }

  #take(): Token {
    const token = this.#next
    if (token.kind !== 'end') this.#at++
    return token
  }

  /** Tells whether a mark (never a quoted text) comes next, and takes it. */
  #takes(mark: string): boolean {
    const found = this.#next.text === mark && this.#next.kind !== 'text'
    if (found) this.#at++
    return found
  }

  #expect(mark: string): void {
    if (!this.#takes(mark)) this.#refuse()
  }

  #expression(): Program {
    const condition = this.#level(0)
    if (!this.#takes('?')) return condition
    const yes = this.#level(0)
    this.#expect(':')
    return choice(condition, yes, this.#expression())
  }

  #level(level: number): Program {
    const marks = LEVELS[level]
    if (!marks) return this.#unary()
    let left = this.#level(level + 1)
    for (let mark = this.#next; mark.kind !== 'text' && marks.includes(mark.text); mark = this.#next) {
      this.#at++
      const right = this.#level(level + 1)
      if (mark.text === '||') left = either(left, right)
      else if (mark.text === '&&') left = both(left, right)
      else left = operated(OPERATORS.get(mark.text) as Binary, left, right)
    }
    return left
  }

  #unary(): Program {
    const mark = this.#next.text
    if (this.#next.kind !== 'mark' || (mark !== '!' && mark !== '-')) return this.#postfix(this.#primary())
    let signs = 0
    while (this.#takes(mark)) signs++
    const program = this.#postfix(this.#primary())
    // Two of them are none, whatever they stand before, as in other implementations of CEL.
    if (signs % 2 === 0) return program
    return mark === '!' ? not(program) : called([program], (of) => negate(of))
  }

  #postfix(start: Program): Program {
    let program = start
    while (true) {
      if (this.#takes('[')) {
        program = called([program, this.#expression()], member)
        this.#expect(']')
      } else if (this.#takes('.')) {
        const name = this.#identifier()
        program = this.#takes('(') ? this.#suffix(program, name) : called([program, constant(name)], member)
      } else return program
    }
  }

  /** A method or a macro, its bracket open. */
  #suffix(of: Program, name: string): Program {
    const macro = MACROS.get(name)
    if (!macro) return called([of, ...this.#list(')')], METHODS.get(name) ?? this.#refuse())
    const item = this.#identifier()
    this.#expect(',')
    const body = this.#expression()
    this.#expect(')')
    return ranged(macro, of, item, body)
  }

  #primary(): Program {
    const token = this.#take()
    if (token.kind === 'number') return constant(integer(BigInt(token.text)))
    if (token.text === '-' && this.#next.kind === 'number')
      return constant(integer(-BigInt(this.#take().text)))
    if (token.kind === 'text') return constant(unquoted(token))
    if (token.kind === 'name') return this.#named(token)
    if (token.text === '[') return listed(this.#list(']'))
    if (token.text === '{') return mapped(this.#pairs())
    if (token.text !== '(') this.#refuse(token)
    const inner = this.#expression()
    this.#expect(')')
    return inner
  }

  #named(token: Token): Program {
    if (token.text === 'in') this.#refuse(token)
    if (CONSTANTS.has(token.text)) return constant(CONSTANTS.get(token.text))
    if (!this.#takes('(')) return variable(token.text)
    const declared = FUNCTIONS.get(token.text)
    return called(this.#list(')'), declared?.call ?? this.#refuse(token))
  }

  #identifier(): string {
    const token = this.#take()
    if (token.kind !== 'name' || token.text === 'in' || CONSTANTS.has(token.text)) this.#refuse(token)
    return token.text
  }

  /** What stands between commas up to the closing mark, which may follow a last comma. */
  #list(closing: string): Program[] {
    const items: Program[] = []
    while (!this.#takes(closing)) {
      items.push(this.#expression())
      if (!this.#takes(',')) {
        this.#expect(closing)
        break
      }
    }
    return items
  }

  #pairs(): [Program, Program][] {
    const pairs: [Program, Program][] = []
    while (!this.#takes('}')) {
      const key = this.#expression()
      this.#expect(':')
      pairs.push([key, this.#expression()])
      if (!this.#takes(',')) {
        this.#expect('}')
        break
      }
    }
    return pairs
  }

  #refuse(token = this.#next): never {
    throw new ExpressionError(
      `column ${token.column}: ${token.text ? `unexpected ${token.text}` : 'unfinished'}`,
    )
  }
}
