import { afterEach, expect, test, vi } from 'vitest'
import { keepWords, wordsHere } from '@/ui/shell/words'

afterEach(() => vi.unstubAllGlobals())

test('tablet §1.5: whoever goes back finds his own words again, never those of the person before', () => {
  const seen: unknown[] = []
  const history = {
    state: { position: 3 } as object,
    replaceState(state: object, _title: string, ...address: string[]) {
      this.state = state
      seen.push(address)
    },
  }
  vi.stubGlobal('history', history)
  keepWords('Li 13912345678', 'replica-li')
  expect(wordsHere('replica-li')).toBe('Li 13912345678')
  expect(wordsHere('replica-wu')).toBe('')
  expect(wordsHere(null)).toBe('')
  // The router's own state stays, and no address bears the words.
  expect(history.state).toMatchObject({ position: 3 })
  expect(seen).toEqual([[]])
})
