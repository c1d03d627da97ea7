/** Bars that grow with their words (two lines of Russian, text at 200 %): their height, for whatever sticks beside them. */
import { onBeforeUnmount, type Ref, watchPostEffect } from 'vue'

/** Keeps the custom property `name` of the page at the height of `element`; 0 while it is not shown. */
export function useMeasured(
  element: Readonly<Ref<HTMLElement | undefined>>,
  name: '--top' | '--bar' | '--notices',
): void {
  const { style } = document.documentElement
  const observer = new ResizeObserver(() => {
    const box = element.value?.getBoundingClientRect()
    // A rail takes no height from the page.
    const height = box && box.width > box.height ? box.height : 0
    style.setProperty(name, `${Math.round(height)}px`)
  })
  watchPostEffect(() => {
    observer.disconnect()
    if (element.value) observer.observe(element.value)
    else style.setProperty(name, '0px')
  })
  onBeforeUnmount(() => {
    observer.disconnect()
    style.setProperty(name, '0px')
  })
}
