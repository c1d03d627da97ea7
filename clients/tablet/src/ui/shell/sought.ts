/**
 * What a person looks for, by the list in which he does: neither in an address nor in the history of the tab, where
 * whoever stands here next would find it with names and telephone numbers in it. It lasts as long as he and the tab do.
 */
import { computed, shallowRef, type WritableComputedRef } from 'vue'
import { type LocationQuery, useRoute, useRouter } from 'vue-router'

const KEY = 'wuye.sought'

interface Sought {
  readonly by: string | null
  readonly lists: Readonly<Record<string, object>>
}

const NOTHING: Sought = { by: null, lists: {} }
const sought = shallowRef(NOTHING)

function read(): Sought {
  try {
    return { ...NOTHING, ...(JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Sought>) }
  } catch {
    return NOTHING
  }
}

function write(now: Sought): void {
  sought.value = now
  sessionStorage.removeItem(KEY)
  if (now.by === null) return
  try {
    sessionStorage.setItem(KEY, JSON.stringify(now))
  } catch {
    // A full disk: it lasts until the page is loaded anew.
  }
}

/** Who looks from now on: he finds what he looked for before the page was loaded anew, and nothing of anybody else. */
export function seekAs(by: string | null): void {
  const last = read()
  write(by !== null && last.by === by ? last : { by, lists: {} })
}

/**
 * What whoever stands here looks for in `list`. A link says it in its address, as `linked` reads it; once it is changed
 * the address is bare. `open` in an address is a record beside the list, not a part of it.
 */
export function useSought<Q extends object>(
  list: () => string,
  linked: (address: LocationQuery) => Q,
): WritableComputedRef<Q> {
  const route = useRoute()
  const router = useRouter()
  /** A page that outlives its person for a moment neither shows nor leaves anything to the next. */
  const { by } = sought.value
  const asks = (): boolean => Object.keys(route.query).some((key) => key !== 'open')
  return computed({
    get() {
      const kept = asks() || sought.value.by !== by ? undefined : sought.value.lists[list()]
      return (kept as Q | undefined) ?? linked(route.query)
    },
    set(query) {
      if (sought.value.by !== by) return
      write({ by, lists: { ...sought.value.lists, [list()]: query } })
      const { open } = route.query
      if (asks()) void router.replace({ query: open ? { open } : {} })
    },
  })
}
