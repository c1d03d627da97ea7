import { expect, it } from 'vitest'
import { Known } from '@/engine/manifest'
import { speak, t } from '@/i18n/i18n'
import { LANGUAGES } from '@/i18n/languages'
import { inWords } from '@/i18n/recurrence'
import type { Manifest } from '@/protocol/manifest'
import { Speech } from '@/replica/speech'
import type { View } from '@/replica/view'
import { Wording } from '@/replica/wording'

const text = { en: 'x', 'zh-Hant': 'x', 'zh-Hans': 'x', ru: 'x' }
const known = new Known({
  user: { id: 'u', username: 'u', name: 'Li Na', locale: 'en', roles: [] },
  sites: [],
  entities: {
    'lab.slot': {
      plugin: 'lab',
      version: 1,
      label: text,
      plural: text,
      icon: '',
      stream: 's',
      title: '',
      views: {},
      rights: {},
      fields: [{ name: 'rule', label: text, type: 'rrule' }],
    },
  },
  codes: {},
  texts: {},
} as unknown as Manifest)
const view = {
  known,
  store: { changed: () => () => {} },
  now: () => 0,
  many: async () => [],
} as unknown as View

/** A recurrence rule as the history and the lists say it, which the worker composes. */
async function said(rule: string, lang: (typeof LANGUAGES)[number]['lang']): Promise<string> {
  return Wording.over(view, await Speech.load(lang)).value('s', 'lab.slot', 'rule', rule)
}

it('tablet §3.2.5: a recurrence rule is said as a sentence, not as it is written', async () => {
  expect(await said('FREQ=WEEKLY;BYDAY=MO,TH', 'en')).toBe('every Monday and Thursday')
  expect(await said('FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1,-1', 'en')).toBe(
    'every 3 months on day 1 and the last day',
  )
})

it.each(LANGUAGES.map(({ lang }) => lang))('the worker says in %s what a page says', async (lang) => {
  await speak(lang)
  const rules = [
    'FREQ=DAILY;INTERVAL=2;COUNT=5',
    'FREQ=MONTHLY;BYDAY=-1FR',
    'FREQ=WEEKLY;INTERVAL=2;BYDAY=SU',
  ]
  for (const rule of rules) {
    const there = await said(rule, lang)
    expect(there).not.toMatch(/FREQ|recurrence\./)
    expect(there).toBe(inWords(rule, t, lang))
  }
})

it('a rule beyond sentences is told as one of its own', async () => {
  expect(await said('FREQ=YEARLY;BYWEEKNO=20', 'en')).toBe('A rule of its own: FREQ=YEARLY;BYWEEKNO=20')
})
