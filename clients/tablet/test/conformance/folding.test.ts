import { beforeAll, expect, test } from 'vitest'
import { fold, holds, queryOf, ready, searchLine } from '@/search/fold'
import { vectors } from './vectors'

beforeAll(ready)

interface Folding {
  readonly fold: readonly { readonly text: string; readonly folded: string }[]
  readonly search: readonly {
    readonly values: readonly string[]
    readonly found: readonly string[]
    readonly missed: readonly string[]
  }[]
}

const folding = vectors<Folding>('folding')

test.each(folding.fold)('tablet §2: $text folds to $folded', ({ text, folded }) => {
  expect(fold(text)).toBe(folded)
})

test.each(folding.search)(
  'tablet §2: what finds $values, and what misses it',
  async ({ values, found, missed }) => {
    const line = searchLine(values)
    for (const typed of found) expect(holds(line, await queryOf(typed)), typed).toBe(true)
    for (const typed of missed) expect(holds(line, await queryOf(typed)), typed).toBe(false)
  },
)
