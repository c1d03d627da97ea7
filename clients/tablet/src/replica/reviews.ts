/** Review items as cards: what was asked and what stands, field by field, who and when (tablet.md §3.2.4). */
import { type Place, REVIEW } from '@/engine/places'
import { equal, isObject, type Values } from '@/engine/values'
import type { ReviewCard, ReviewItem } from '@/runtime/port/waiting'
import { isAway, itemsOf, type Read, readOf } from './putaway'
import type { Seen, View } from './view'
import type { Wording } from './wording'

/** Holds the values of items that not both parties may read (protocol §3.2). */
const PRIVATE = 'review.private'
const MOST = 200

export interface ReviewAsk {
  readonly scope: 'mine' | 'site'
  readonly settled?: boolean
}

interface Held {
  readonly review: Seen
  readonly hidden: Seen | null
  readonly subject: Seen | null
}

export class Reviews {
  constructor(
    private readonly view: View,
    private readonly words: Wording,
  ) {}

  /** The cards, newest first, and the records with private values shown on them. */
  async cards({ scope, settled }: ReviewAsk): Promise<{ cards: ReviewCard[]; shown: Seen[] }> {
    const { manifest } = this.view.known
    const roll = await this.view.rolls.get(REVIEW)
    if (!roll) return { cards: [], shown: [] }
    const wishes = new Map([['status', { any: new Set(settled ? ['open', 'resolved'] : ['open']) }]])
    if (scope === 'mine') wishes.set('author', { any: new Set([manifest.user.id]) })
    const slots = roll.select({ sites: new Set(manifest.sites.map((site) => site.id)), wishes })
    const keys = roll.first(slots, ['-created_at'], MOST).map((slot) => roll.records[slot] ?? '')
    const reviews = (await this.view.many(keys)).filter((seen) => seen !== null)
    const read = await readOf(this.view.store)
    const held = await Promise.all(reviews.map((review) => this.#hold(review)))
    const cards = await Promise.all(held.map((each) => this.#card(each, read)))
    return { cards, shown: held.flatMap(({ hidden }) => hidden ?? []) }
  }

  async #hold(review: Seen): Promise<Held> {
    const { site, id } = review
    const [hidden, subject] = await Promise.all([
      this.view.get({ site, entity: PRIVATE, id }),
      this.view.get(subjectOf(review)),
    ])
    return { review, hidden, subject }
  }

  async #card({ review, hidden, subject }: Held, read: Read): Promise<ReviewCard> {
    const known = this.view.known.entity(REVIEW)
    const place = subjectOf(review)
    const author = String(review.values['author'] ?? '')
    const secret = new Map(itemsOf(hidden?.values).map((item) => [item['op'], item['fields']]))
    return {
      site: review.site,
      review: review.id,
      subject: place,
      title: await (subject
        ? this.words.title(subject)
        : this.words.named(place.site, place.entity, place.id)),
      author: await this.words.person(author),
      mine: author === this.view.known.manifest.user.id,
      maySettle: known?.allows(review.site, 'act.resolve') ?? false,
      away: isAway(review, read, known),
      items: await Promise.all(
        itemsOf(review.values).map((item) =>
          this.#item(item, item['fields'] ?? secret.get(item['op']), place, subject),
        ),
      ),
    }
  }

  async #item(item: Values, fields: unknown, place: Place, subject: Seen | null): Promise<ReviewItem> {
    const settled = item['settled_at']
      ? { by: await this.words.person(item['settled_by']), at: momentOf(item['settled_at']) }
      : null
    const named = (Array.isArray(fields) ? fields : []).filter(isObject)
    return {
      op: String(item['op']),
      status: String(item['status']),
      why: this.words.refusal(String(item['code'] ?? item['why'] ?? ''), textOf(item['message'])),
      at: momentOf(item['at']),
      settled,
      fields: await Promise.all(named.map((field) => this.#field(field, place, subject))),
    }
  }

  /** What stands is what the record holds now; who wrote it then is told only while it is still that. */
  async #field(
    field: Values,
    { site, entity }: Place,
    subject: Seen | null,
  ): Promise<ReviewItem['fields'][number]> {
    const name = String(field['field'])
    const told = field['theirs'] ?? null
    const theirs = subject ? (subject.values[name] ?? null) : told
    const same = equal(theirs, told) && field['their_author'] !== undefined
    const by = same ? field['their_author'] : subject?.values['updated_by']
    const at = same ? field['their_at'] : subject?.values['updated_at']
    return {
      name,
      label: this.words.label(entity, name),
      mine: await this.words.value(site, entity, name, field['mine']),
      theirs: await this.words.value(site, entity, name, theirs),
      mineValue: field['mine'] ?? null,
      theirsValue: theirs,
      by: await this.words.person(by),
      at: at ? momentOf(at) : null,
    }
  }
}

const subjectOf = ({ site, values }: Seen): Place => ({
  site,
  entity: String(values['subject_entity'] ?? ''),
  id: String(values['subject'] ?? ''),
})

const momentOf = (value: unknown): number => Date.parse(String(value))
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
