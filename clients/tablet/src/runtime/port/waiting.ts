/** What waits: to be sent, or for a person to look at. */
import type { Place } from './values'

export interface Queue {
  /** Unsent and undecided first, then what was decided lately; grouped by record, newest record first. */
  groups: QueueGroup[]
  uploads: Upload[]
}

export interface QueueGroup extends Place {
  title: string
  ops: QueueOp[]
}

export interface QueueOp {
  op: string
  at: number
  text: string
  state: 'kept' | 'sending' | 'sent' | 'changed' | 'held' | 'needs'
  /** Why it was not applied as asked, in words. */
  why: string | null
  mayUndo: boolean
}

export interface Upload {
  sha256: string
  name: string
  /** Media type. */
  type: string
  size: number
  sent: number
  state: 'kept' | 'sending' | 'stored' | 'refused'
  why: string | null
  /** It is itself the thumbnail of another. */
  thumb: boolean
}

/** One review item: what was asked and what stands, field by field (tablet.md §3.2.4). */
export interface ReviewCard {
  site: string
  review: string
  subject: Place
  title: string
  author: string
  mine: boolean
  maySettle: boolean
  /** Its author has read it and put it away, on this tablet. */
  away: boolean
  items: ReviewItem[]
}

export interface ReviewItem {
  op: string
  status: string
  /** Why, in words. */
  why: string
  at: number
  settled: { by: string; at: number } | null
  fields: {
    name: string
    label: string
    mine: string
    theirs: string
    mineValue: unknown
    theirsValue: unknown
    by: string
    at: number | null
  }[]
}
