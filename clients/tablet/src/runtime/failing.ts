/** Whatever was thrown, as a page gets it: a stable code and a text that can be shown. */
import { Unfit } from '@/blobs/photo'
import { InvalidEntry } from '@/engine/flaws'
import { Refused } from '@/net/http'
import { thrownOf } from '@/net/thrown'
import type { Speech } from '@/replica/speech'
import type { Wording } from '@/replica/wording'
import type { PortError } from '@/runtime/port/values'
import { Denied } from './denied'

/** Tell whether the disk is full; a transaction that failed for it says so within. */
export function isFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'QuotaExceededError' || isFull((error as { inner?: unknown }).inner)
}

export function failure(error: unknown, speech: Speech, words: Wording | null): PortError {
  const { code, extra } = thrownOf(error)
  if (error instanceof InvalidEntry) {
    const flaws = error.flaws.map((flaw) => ({
      field: flaw.field,
      code: flaw.key,
      text: words?.flaw(flaw) ?? speech.say(`flaws.${flaw.key}`, flaw.params),
    }))
    return { code: 'flaws', text: flaws[0]?.text ?? speech.say('sentences.refused.flaws'), flaws }
  }
  if (error instanceof Refused) {
    const { detail, title } = error.problem as { detail?: unknown; title?: unknown }
    return { code, text: String(detail || title || code), extra }
  }
  if (error instanceof Denied || error instanceof Unfit)
    return { code, text: speech.say(`device.refused.${code}`, extra, error.count), extra }
  const known = isFull(error) ? 'storage' : code || 'error'
  for (const area of ['sentences', 'device'])
    if (speech.knows(`${area}.refused.${known}`))
      return { code: known, text: speech.say(`${area}.refused.${known}`, extra), extra }
  return {
    code: known,
    text: speech.say('sentences.refused.error'),
    extra: { ...extra, cause: String(error) },
  }
}
