import { expect, test } from 'vitest'
import { ExpressionError } from '@/engine/expressions/errors'
import { compileExpression } from '@/engine/expressions/expression'
import type { Values } from '@/engine/values'
import { vectors } from './vectors'

interface Case {
  readonly about: string
  readonly source: string
  readonly scope: Values
  readonly result: unknown
}

interface Refused {
  readonly about: string
  readonly source: string
  readonly names?: readonly string[]
}

const { cases, refused } = vectors<{ cases: readonly Case[]; refused: readonly Refused[] }>('expressions')

test.each(cases)('ADR 1, $about: $source', ({ source, scope, result }) => {
  expect(compileExpression(source).evaluate(scope)).toEqual(result)
})

test.each(refused)('ADR 1 leaves out, $about: $source', ({ source, names }) => {
  expect(() => compileExpression(source, names)).toThrow(ExpressionError)
})
