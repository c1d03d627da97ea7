/**
 * The format of our texts: `{name}` for a value and ` | ` between plural parts in CLDR order. Read without `eval`,
 * so that the page's policy may forbid it (tablet.md §3.3).
 */
const PLACE = /\{(\w+)\}/g
const BETWEEN = ' | '

/** What a text needs from whoever shows it (a subset of vue-i18n's message context). */
export interface Given {
  named(key: string): unknown
  plural(parts: readonly string[]): string
}

export function partsOf(text: string): string[] {
  return text.split(BETWEEN)
}

/** The names of the values that a text shows, sorted. */
export function placesOf(text: string): string[] {
  return [...new Set([...text.matchAll(PLACE)].map((found) => found[1] as string))].sort()
}

/** A text ready to be said. */
export type Say = (given: Given) => string

export function compile(text: string): Say {
  const parts = partsOf(text)
  return (given) => {
    const part = parts.length > 1 ? given.plural(parts) : text
    return part.replace(PLACE, (_, name: string) => String(given.named(name) ?? ''))
  }
}
