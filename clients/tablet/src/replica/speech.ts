/** The app's own texts where there is no page: the worker speaks the language that the page told it (`speak`). */
import { pluralPart } from '@/i18n/languages'
import { compile } from '@/i18n/message'
import type { Lang } from '@/runtime/port/values'

type Catalogue = Readonly<Record<string, string>>

const catalogues: Record<Lang, () => Promise<{ default: Catalogue }>> = {
  'zh-Hant': () => import('@/i18n/spoken.zh-Hant'),
  'zh-Hans': () => import('@/i18n/spoken.zh-Hans'),
  ru: () => import('@/i18n/spoken.ru'),
  en: () => import('@/i18n/spoken.en'),
}

export class Speech {
  private constructor(
    readonly lang: Lang,
    private readonly texts: Catalogue,
  ) {}

  static async load(lang: Lang): Promise<Speech> {
    return new Speech(lang, (await catalogues[lang]()).default)
  }

  knows(key: string): boolean {
    return key in this.texts
  }

  /** A text with its `{names}` filled in; `count` chooses the plural part and fills `{n}`. */
  say(key: string, params: Readonly<Record<string, unknown>> = {}, count = 0): string {
    const named = (name: string): unknown => (name === 'n' && !('n' in params) ? count : params[name])
    return compile(this.texts[key] ?? key)({
      named,
      plural: (parts) => parts[pluralPart(this.lang, count, parts.length)] ?? '',
    })
  }
}
