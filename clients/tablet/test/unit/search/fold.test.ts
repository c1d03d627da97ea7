import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { fold, holds, queryOf, ready, searchLine } from '@/search/fold'

beforeAll(ready)

const letters = fc.constantFrom(...'aZé ёЙß①Ｗ王樓乾薴한が\u0301\u3000')
const texts = fc.string({ unit: letters, maxLength: 20 })

test('tablet §2: folding twice is folding once', () => {
  fc.assert(fc.property(texts, (text) => fold(fold(text)) === fold(text)))
})

test('tablet §2: what stands in a text finds its line', async () => {
  await fc.assert(
    fc.asyncProperty(texts, texts, texts, async (before, word, after) => {
      expect(holds(searchLine([`${before} ${word} ${after}`, 'other']), await queryOf(word))).toBe(true)
    }),
  )
})

test('tablet §2: words may come in any order and from any field', async () => {
  const line = searchLine(['王小明', '13800138000', '3號樓'])
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray(['小明', '8000', '3号楼', 'wxm', '138 0013 8000'], { minLength: 1 }),
      async (typed) => {
        expect(holds(line, await queryOf(typed.join(' ')))).toBe(true)
        expect(holds(line, await queryOf([...typed, '小紅'].join(' ')))).toBe(false)
      },
    ),
  )
})

test('tablet §2: marks that belong to their letter stay', () => {
  expect(fold('हिन्दी')).toBe('हिनदी')
  expect(fold('ไทย')).toBe('ไทย')
})

test('tablet §2: a text folds to what its parts fold to, whichever way is taken', () => {
  const plain = fc.string({ unit: fc.constantFrom(...'aZ漏樓王0９ёЙ（、～-'), maxLength: 12 })
  fc.assert(
    fc.property(plain, plain, (one, other) => {
      // Beyond what is folded letter by letter: the whole is folded as one.
      expect(fold(`${one} ß ${other}`)).toBe([fold(one), 'ss', fold(other)].filter(Boolean).join(' '))
    }),
  )
})
