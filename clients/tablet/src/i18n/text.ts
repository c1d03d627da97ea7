/** Picks the language of a text that came with the manifest (protocol §7). */
import type { Text } from '@/protocol/manifest'
import type { Lang } from '@/runtime/port/values'
import { language } from './i18n'

const NEXT: Record<Lang, readonly Lang[]> = {
  'zh-Hant': ['zh-Hant', 'zh-Hans', 'en', 'ru'],
  'zh-Hans': ['zh-Hans', 'zh-Hant', 'en', 'ru'],
  ru: ['ru', 'en', 'zh-Hans', 'zh-Hant'],
  en: ['en', 'zh-Hant', 'zh-Hans', 'ru'],
}

/** The text in the language asked for (by default the app's), or in the nearest that it has. */
export function textOf(text: Text | undefined, lang: Lang = language()): string {
  if (!text) return ''
  for (const next of NEXT[lang]) if (text[next]) return text[next]
  return Object.values(text)[0] ?? ''
}
