/** Long lists are drawn a few rows a frame, so that no task holds the page up (tablet.md §3.3). */
import { onScopeDispose, type ShallowRef, shallowRef, watch } from 'vue'

const STEP = 10

/** The rows that are to be drawn now: in the end all. What was drawn already stays, unless most of it is replaced. */
export function useDrawn<Row extends { readonly id: string }>(
  rows: () => readonly Row[],
): Readonly<ShallowRef<readonly Row[]>> {
  const drawn = shallowRef<readonly Row[]>([])
  let frame = 0
  function draw(all: readonly Row[], count: number): void {
    cancelAnimationFrame(frame)
    drawn.value = all.slice(0, count)
    if (count < all.length) frame = requestAnimationFrame(() => draw(all, count + STEP))
  }
  watch(
    rows,
    (all) => {
      const before = new Set(drawn.value.map(({ id }) => id))
      const fresh = all.slice(0, before.size).filter(({ id }) => !before.has(id))
      draw(all, fresh.length * 2 > before.size ? STEP : Math.max(STEP, before.size))
    },
    { immediate: true },
  )
  onScopeDispose(() => cancelAnimationFrame(frame))
  return drawn
}
