/** The words and marks of an expression's source. */
import { ExpressionError } from '@/engine/expressions/errors'

export interface Token {
  readonly kind: 'text' | 'number' | 'name' | 'mark' | 'end'
  readonly text: string
  /** In code points, from 1. */
  readonly column: number
}

const TOKEN = new RegExp(
  [
    String.raw`(?<space>[ \t\n\f\r]+|//[^\n]*)`,
    String.raw`(?<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')`,
    String.raw`(?<number>[0-9]{1,16}(?![\p{L}\p{N}_.]))`,
    '(?<name>[A-Za-z_][A-Za-z0-9_]*)',
    String.raw`(?<mark>&&|\|\||[=!<>]=|[-+*\/%!<>?:.,()\[\]{}])`,
  ].join('|'),
  'uy',
)
const DECIMALS = "numbers are integers of at most 16 digits; decimals are texts, as in dec_mul(x, '1.5')"

/** Cuts a source into tokens, an `end` last; throws `ExpressionError` at what is not part of the language. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let column = 1
  while (at < source.length) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(source)
    if (!match) {
      const letter = String.fromCodePoint(source.codePointAt(at) ?? 0)
      const reason = /\p{Nd}/u.test(letter) ? DECIMALS : `${letter} is not part of the language`
      throw new ExpressionError(`column ${column}: ${reason}`)
    }
    const [kind] = Object.entries(match.groups ?? {}).find(([, text]) => text !== undefined) ?? []
    if (kind !== 'space') {
      const token = { kind: kind as Token['kind'], text: match[0], column }
      if (kind === 'text' && tokens.at(-1)?.kind === 'text') {
        throw new ExpressionError(`column ${column}: texts have no prefix and one quote at each end`)
      }
      tokens.push(token)
    }
    at += match[0].length
    column += [...match[0]].length
  }
  return [...tokens, { kind: 'end', text: '', column }]
}
