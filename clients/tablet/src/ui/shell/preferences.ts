/**
 * How a person likes the app to look: small, of no worth to others, and needed before the first answer of the worker,
 * hence in the page's own storage. Nobody's data are in it: saved views hold codes and ids, never words or names.
 */
import { reactive, watch } from 'vue'
import { nearest } from '@/i18n/languages'
import type { Wanted } from '@/runtime/port/records'
import type { Lang } from '@/runtime/port/values'

export interface SavedView {
  name: string
  where: Record<string, Wanted>
  flags: string[]
  sort: string[]
}

export interface Preferences {
  /** Null: as the profile or the browser says. */
  lang: Lang | null
  theme: 'auto' | 'light' | 'dark'
  /** The site that lists are narrowed to. */
  site: string | null
  /** By entity. */
  columns: Record<string, string[]>
  views: Record<string, SavedView[]>
}

const PREFIX = 'wuye.likes.'
/** The language in which this tablet spoke last: the next start begins in it, before anybody is known. */
const SPOKEN = 'wuye.spoken'
const fresh = (): Preferences => ({ lang: null, theme: 'auto', site: null, columns: {}, views: {} })

export const preferences = reactive(fresh())
let owner = ''

function read(key: string): Preferences {
  try {
    return { ...fresh(), ...(JSON.parse(localStorage.getItem(PREFIX + key) ?? '{}') as Partial<Preferences>) }
  } catch {
    return fresh()
  }
}

/** Takes up the preferences of whoever is in front of the tablet; those of the device while nobody is. */
export function preferOf(user: string | null): void {
  owner = user ?? 'device'
  const own = read(owner)
  // Whoever never chose goes on in the language and light in which the log-in spoke to him.
  const device = user ? read('device') : own
  Object.assign(preferences, own, {
    lang: own.lang ?? device.lang,
    theme: own.theme === 'auto' ? device.theme : own.theme,
  })
}

/** Forgets the preferences of all but these people. */
export function forgetOthers(users: readonly string[]): void {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith(PREFIX) && ![...users, 'device'].includes(key.slice(PREFIX.length)))
      localStorage.removeItem(key)
  }
}

export function chosenLanguage(locale?: string): Lang {
  const last = localStorage.getItem(SPOKEN)
  return (
    preferences.lang ??
    nearest([...(locale ? [locale] : []), ...(last ? [last] : []), ...navigator.languages])
  )
}

/** Notes the language that was spoken, chosen or not. */
export function spoke(lang: Lang): void {
  try {
    localStorage.setItem(SPOKEN, lang)
  } catch {
    // A full disk: the next start begins in the browser's language.
  }
}

/** Writes down whatever is changed, and lights the page accordingly. */
export function keepPreferences(): void {
  watch(
    preferences,
    () => {
      document.documentElement.dataset.theme = preferences.theme
      try {
        localStorage.setItem(PREFIX + owner, JSON.stringify(preferences))
      } catch {
        // A full disk must not stop anybody from working: the choice lasts until the page is closed.
      }
    },
    { deep: true, immediate: true },
  )
}
