/** The texts of the app in the language of the person in front of it; switched at once, loaded when first needed. */
import { createI18n } from 'vue-i18n'
import type { Lang } from '@/runtime/port/values'
import { LANGUAGES, pluralPart } from './languages'
import { compile, type Say } from './message'

const catalogues: Record<Lang, () => Promise<{ default: Record<string, string> }>> = {
  'zh-Hant': () => import('./catalogue.zh-Hant'),
  'zh-Hans': () => import('./catalogue.zh-Hans'),
  ru: () => import('./catalogue.ru'),
  en: () => import('./catalogue.en'),
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en' as Lang,
  fallbackLocale: false,
  messages: {} as Record<Lang, Record<string, Say>>,
  // Keys are flat: `views.filter` and `views.filter.none` are neighbours.
  messageResolver: (texts, key) => ((texts as Record<string, Say>)[key] as never) ?? null,
  pluralRules: Object.fromEntries(
    LANGUAGES.map(({ lang }) => [lang, (count: number, parts: number) => pluralPart(lang, count, parts)]),
  ),
})

const { locale, setLocaleMessage, t: translate } = i18n.global

/** The language in which the app speaks; reactive. */
export function language(): Lang {
  return locale.value as Lang
}

/** Loads a language and speaks it from now on; the page says so to screen readers and to the choice of glyphs. */
export async function speak(lang: Lang): Promise<void> {
  const { default: texts } = await catalogues[lang]()
  setLocaleMessage(lang, Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, compile(text)])))
  locale.value = lang
  if (typeof document !== 'undefined') document.documentElement.lang = lang
}

/** A text of ours; `count` chooses the plural part and fills `{n}`. Reactive: follows the language. */
export function t(key: string, values: Record<string, unknown> = {}, count?: number): string {
  return count === undefined ? translate(key, values) : translate(key, { n: count, ...values }, count)
}
