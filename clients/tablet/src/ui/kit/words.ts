/** The kit's own words: it knows no catalogue, so the app hands in how to look them up. */
import { type InjectionKey, inject } from 'vue'

export type Words = (key: `kit.${string}`, values?: Record<string, unknown>, count?: number) => string

export const WORDS: InjectionKey<Words> = Symbol('words')

export function useWords(): Words {
  return inject(WORDS, (key: string) => key, false) as Words
}
