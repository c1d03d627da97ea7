/** Three-way merging of one field (protocol §3.3), proven by the shared vectors; the tablet only shows it beforehand. */

import { compareDecimals, readDecimal } from '@/engine/decimals'
import { byCodePoint, equal } from '@/engine/values'
import type { Field } from '@/protocol/manifest'

/** `server` (the default), `latest`, `union`, `append`, `max`, `min`; a plugin's own function counts as `server`. */
export type Policy = NonNullable<Field['merge']>

export interface Merged {
  readonly value: unknown
  /** How it came about; only `conflict` goes to a person. */
  readonly outcome: 'same' | 'taken' | 'combined' | 'conflict'
}

/**
 * Merges what the user saw (`was`) and wants (`next`) with what is there now (`cur`), all in normal form.
 * `later` tells that the user's edit is the later one; only the policy `latest` asks.
 */
export function mergeField(policy: Policy, was: unknown, next: unknown, cur: unknown, later = false): Merged {
  if (equal(cur, next)) return { value: cur, outcome: 'same' }
  if (equal(cur, was)) return { value: next, outcome: 'taken' }
  switch (policy) {
    case 'latest':
      return { value: later ? next : cur, outcome: 'conflict' }
    case 'union':
      return { value: union(listed(was), listed(next), listed(cur)), outcome: 'combined' }
    case 'append':
      return { value: append(was, next, cur), outcome: 'combined' }
    case 'max':
    case 'min':
      return { value: extreme(policy, next, cur), outcome: 'combined' }
    default:
      return { value: cur, outcome: 'conflict' }
  }
}

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const holds = (list: readonly unknown[], item: unknown): boolean => list.some((each) => equal(each, item))

function union(was: unknown[], next: unknown[], cur: unknown[]): unknown {
  const gone = was.filter((item) => !holds(next, item))
  const kept = cur.filter((item) => !holds(gone, item))
  const merged = [...kept, ...next.filter((item) => !holds(was, item) && !holds(kept, item))]
  const texts = merged.filter((item) => typeof item === 'string')
  if (texts.length === merged.length) texts.sort(byCodePoint)
  return merged.length ? (texts.length === merged.length ? texts : merged) : null
}

function append(was: unknown, next: unknown, cur: unknown): unknown {
  if (Array.isArray(next)) {
    const seen = listed(was)
    const goesOn = equal(next.slice(0, seen.length), seen)
    return [...listed(cur), ...(goesOn ? next.slice(seen.length) : next.filter((item) => !holds(seen, item)))]
  }
  const [seen, text, now] = [was, next, cur].map((value) => String(value ?? '')) as [string, string, string]
  if (text.startsWith(seen)) return now + text.slice(seen.length)
  // He rewrote the text instead of adding to it: what he typed is kept whole, on a line of its own.
  return text ? `${now}\n${text}` : now
}

function extreme(policy: 'max' | 'min', next: unknown, cur: unknown): unknown {
  if (next === null || next === undefined) return cur
  if (cur === null || cur === undefined) return next
  return rank(next, cur) > 0 === (policy === 'max') ? next : cur
}

/** Orders numbers and decimals by value, dates and other texts as they stand, after zero. */
function rank(a: unknown, b: unknown): number {
  const [x, y] = [readDecimal(a), readDecimal(b)]
  const zero = { unscaled: 0n, scale: 0 }
  return compareDecimals(x ?? zero, y ?? zero) || byCodePoint(x ? '' : String(a), y ? '' : String(b))
}
