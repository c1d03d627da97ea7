import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { effectScope, nextTick, shallowRef } from 'vue'
import { useDrawn } from '@/ui/shell/drawn'

const rows = (from: number, to: number): { id: string }[] =>
  Array.from({ length: to - from }, (_, n) => ({ id: `r${from + n}` }))

let frames: (() => void)[] = []
beforeEach(() => {
  frames = []
  vi.stubGlobal('requestAnimationFrame', (work: () => void) => frames.push(work))
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => delete frames[frame - 1])
})
afterEach(() => vi.unstubAllGlobals())

/** Lets all frames pass; returns how many rows were drawn after each. */
function pass(drawn: { value: readonly unknown[] }): number[] {
  const counts = [drawn.value.length]
  for (let n = 0; n < frames.length; n++) {
    frames[n]?.()
    if (drawn.value.length !== counts.at(-1)) counts.push(drawn.value.length)
  }
  frames = []
  return counts
}

test('tablet §3.3: rows are drawn ten a frame until all are', () => {
  effectScope().run(() => {
    const all = rows(0, 34)
    const drawn = useDrawn(() => all)
    expect(pass(drawn)).toEqual([10, 20, 30, 34])
    expect(drawn.value).toEqual(all)
  })
})

test('tablet §3.3: a few rows more or less leave the others as they are', async () => {
  await effectScope().run(async () => {
    const all = shallowRef(rows(11, 40))
    const drawn = useDrawn(() => all.value)
    pass(drawn)
    for (const next of [rows(0, 40), rows(3, 40)]) {
      const before = drawn.value.length
      all.value = next
      await nextTick()
      expect(drawn.value.length).toBe(Math.min(before, next.length))
      pass(drawn)
      expect(drawn.value).toEqual(next)
    }
  })
})

test('tablet §3.3: where most is replaced, it is drawn ten a frame again', async () => {
  await effectScope().run(async () => {
    const all = shallowRef(rows(0, 40))
    const drawn = useDrawn(() => all.value)
    pass(drawn)
    all.value = rows(50, 90)
    await nextTick()
    expect(pass(drawn)).toEqual([10, 20, 30, 40])
    expect(drawn.value).toEqual(all.value)
  })
})
