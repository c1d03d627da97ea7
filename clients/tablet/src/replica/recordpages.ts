/** A record's page: everything about one record, ready to be shown (tablet.md §3.2.5). */
import type { KnownEntity } from '@/engine/manifest'
import { keyOf, type Place } from '@/engine/places'
import { actsOf, isDestructive, nextOf, stateNamed } from '@/engine/workflow'
import type { Transition } from '@/protocol/manifest'
import type { ActOffer, RecordPage, Related } from '@/runtime/port/records'
import { deadlinesOf } from './clocks'
import { chipOf, type Rows, toneOf } from './rows'
import type { Seen, View } from './view'

/** Rows shown of what belongs to a record; lists show the rest. */
const BELOW = 20

export class RecordPages {
  constructor(
    private readonly view: View,
    private readonly rows: Rows,
  ) {}

  /** The page, and the records shown on it; null where there is no such record. */
  async page(place: Place): Promise<{ page: RecordPage; shown: Seen[] } | null> {
    const seen = await this.view.get(place)
    const known = this.view.known.entity(place.entity)
    if (!seen || !known) return null
    const { site, entity, id } = place
    const { values } = seen
    const { words } = this.rows
    const acts = actsOf(known, site, values)
    const next = nextOf(known, acts, values, this.view.known.manifest.user.id)
    const related = await this.#related(known, seen)
    const [unsent, needs, photos] = await Promise.all([
      this.#unsent(place),
      this.rows.marks.needs(),
      this.rows.photos(seen),
    ])
    const page: RecordPage = {
      site,
      entity,
      id,
      title: await words.title(seen),
      values,
      words: await words.all(seen),
      shown: known.shape.fields
        .filter((field) => this.view.holds(field.when, seen))
        .map((field) => field.name),
      state: chipOf(known, values, words),
      acts: acts.map((act) => this.#offer(known, act, act === next)),
      mayUpdate: known.allows(site, 'update') && !known.shape.append_only,
      mayDelete: known.allows(site, 'delete'),
      deadlines: deadlinesOf(this.view, seen, words),
      related: related.map(({ below }) => below),
      prints: (known.shape.prints ?? [])
        .filter(
          (print) =>
            this.view.holds(print.when, seen) && this.view.known.site(site)?.plugins.includes(print.plugin),
        )
        .map((print) => ({ id: print.id, label: words.pick(print.label) })),
      unsent,
      review: needs.get(keyOf(place)) ?? null,
      photos,
      seq: seen.seq,
      here: true,
    }
    return { page, shown: [seen, ...related.flatMap(({ shown }) => shown)] }
  }

  /** Sentences of what lies unsent on a record, oldest first. */
  async #unsent(place: Place): Promise<string[]> {
    const ops = await this.view.store.read((at) => at.opsOver(place))
    const unsent = ops.filter((op) => op.state === 'waiting' || op.state === 'sent')
    return Promise.all(unsent.map((op) => this.rows.words.deed(op)))
  }

  #offer(known: KnownEntity, act: Transition, primary: boolean): ActOffer {
    const { words } = this.rows
    const to = stateNamed(known, act.to)
    return {
      act: act.act,
      label: words.pick(act.label) || act.act,
      to: { value: act.to, label: words.pick(to?.label) || act.to, tone: toneOf(to?.tone) },
      form: [...(act.form ?? [])],
      needs: [...(act.needs ?? [])],
      confirm: words.pick(act.confirm) || null,
      reason: act.reason ?? false,
      online: act.online ?? false,
      quick: act.quick ?? false,
      destructive: isDestructive(known, act),
      primary,
    }
  }

  #related(known: KnownEntity, seen: Seen): Promise<{ below: Related; shown: Seen[] }[]> {
    const children = (known.shape.children ?? []).flatMap((child) => {
      const entity = this.view.known.entity(child.entity)
      return entity?.allows(seen.site, 'read') ? [{ child, entity }] : []
    })
    return Promise.all(
      children.map(async ({ child, entity }) => {
        const keys = await this.view.keysBelow(seen.site, child.entity, child.field, seen.id)
        const shown = (await this.view.many(keys.slice(0, BELOW))).filter((below) => below !== null)
        const below: Related = {
          entity: child.entity,
          field: child.field,
          label: this.rows.words.pick(child.label) || child.entity,
          total: keys.length,
          rows: await this.rows.of(shown),
          mayCreate: entity.allows(seen.site, 'create'),
        }
        return { below, shown }
      }),
    )
  }
}
