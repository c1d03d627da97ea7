/** Quoted texts of expressions and the escapes in them, as CEL has them. */
import { ExpressionError } from '@/engine/expressions/errors'
import type { Token } from '@/engine/expressions/tokens'

const ESCAPE =
  /\\(?:([abfnrtv\\?"'`])|x([0-9a-fA-F]{2})|X([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.?))/gsu
const SINGLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** The text that a token quotes. */
export function unquoted(token: Token): string {
  return token.text.slice(1, -1).replace(ESCAPE, (_whole, single, x, big, u, long, octal) => {
    if (single) return SINGLE[single] ?? single
    const code = octal ? Number.parseInt(octal, 8) : Number.parseInt(x ?? big ?? u ?? long ?? '', 16)
    if (Number.isNaN(code) || code > 0x10_ff_ff || (code >= 0xd8_00 && code <= 0xdf_ff)) {
      throw new ExpressionError(`column ${token.column}: no such escape in a text`)
    }
    return String.fromCodePoint(code)
  })
}
