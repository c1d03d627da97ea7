/** The four languages, their names for the person who looks for his own, and what Unicode says of their plurals. */
import type { Lang } from '@/runtime/port/values'

export const LANGUAGES: readonly { lang: Lang; name: string }[] = [
  { lang: 'zh-Hant', name: '繁體中文' },
  { lang: 'zh-Hans', name: '简体中文' },
  { lang: 'ru', name: 'Русский' },
  { lang: 'en', name: 'English' },
]

const CLDR_ORDER: readonly Intl.LDMLPluralRule[] = ['zero', 'one', 'two', 'few', 'many', 'other']

/** The plural categories of a language, in the order in which a text's parts stand. */
export function categories(lang: Lang): Intl.LDMLPluralRule[] {
  const known = new Intl.PluralRules(lang).resolvedOptions().pluralCategories
  return CLDR_ORDER.filter((category) => known.includes(category))
}

/** Which part of a text with `parts` parts speaks of `count` things. */
export function pluralPart(lang: Lang, count: number, parts: number): number {
  if (parts === 1) return 0
  const place = categories(lang).indexOf(new Intl.PluralRules(lang).select(Math.abs(count)))
  return Math.min(place, parts - 1)
}

/** The language of ours nearest to what a browser or a profile asks for, such as `zh-HK` or `ru-RU`. */
export function nearest(asked: readonly string[]): Lang {
  for (const tag of asked) {
    const exact = LANGUAGES.find(({ lang }) => lang.toLowerCase() === tag.toLowerCase())
    if (exact) return exact.lang
    const { language, script } = new Intl.Locale(tag).maximize()
    if (language === 'zh') return script === 'Hant' ? 'zh-Hant' : 'zh-Hans'
    const known = LANGUAGES.find(({ lang }) => lang === language)
    if (known) return known.lang
  }
  return 'en'
}
