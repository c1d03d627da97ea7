/**
 * What the screen and the pointer allow (tablet.md §3.2.9). Follows turning the tablet and plugging in a mouse. In `em`
 * of the person's own text size: at 200 % a tablet has the room of a phone.
 */
import { type Ref, ref } from 'vue'

function media(query: string): Readonly<Ref<boolean>> {
  const list = matchMedia(query)
  const holds = ref(list.matches)
  list.addEventListener('change', () => (holds.value = list.matches))
  return holds
}

let known: ReturnType<typeof look> | undefined

const look = () => ({
  /** Tables, keyboard, side navigation. */
  office: media('(min-width: 75em) and (pointer: fine)'),
  /** Room for a list and a record beside each other. */
  wide: media('(min-width: 68.75em)'),
  /** The rail stands at the side; below it, the bar at the bottom. */
  rail: media('(min-width: 56.25em) and (orientation: landscape)'),
  phone: media('(max-width: 37.49em)'),
})

export function useLayout(): ReturnType<typeof look> {
  known ??= look()
  return known
}
