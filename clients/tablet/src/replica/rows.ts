/** Records as rows of a list: words, state, nearest deadline, marks. */

import { isNamed, isThumb } from '@/blobs/refs'
import type { KnownEntity } from '@/engine/manifest'
import { keyOf } from '@/engine/places'
import { stateOf } from '@/engine/workflow'
import type { ListRow, StateChip, Stored } from '@/runtime/port/records'
import type { Tone } from '@/runtime/port/values'
import { nearestDue } from './clocks'
import type { Marks } from './marks'
import type { Seen, View } from './view'
import type { Wording } from './wording'

const TONES: ReadonlySet<string> = new Set<Tone>(['neutral', 'info', 'good', 'warn', 'bad'])

export class Rows {
  constructor(
    private readonly view: View,
    readonly words: Wording,
    readonly marks: Marks,
  ) {}

  async of(records: readonly Seen[], columns?: readonly string[]): Promise<ListRow[]> {
    const [unsent, needs] = await Promise.all([this.marks.unsent(), this.marks.needs()])
    const photos = await this.#photos(records)
    return Promise.all(
      records.map(async (seen, i): Promise<ListRow> => {
        const { site, entity, id, values } = seen
        const known = this.view.known.entity(entity)
        const names = columns ?? known?.shape.views.list.columns ?? []
        const key = keyOf(seen)
        const cells = names.map(
          async (name) => [name, await this.words.value(site, entity, name, values[name])] as const,
        )
        return {
          site,
          entity,
          id,
          title: await this.words.title(seen),
          cells: Object.fromEntries(await Promise.all(cells)),
          values: Object.fromEntries(names.map((name) => [name, values[name] ?? null])),
          state: known ? chipOf(known, values, this.words) : null,
          due: nearestDue(this.view, seen, this.words),
          unsent: unsent.has(key),
          needs: needs.has(key),
          photos: photos[i] ?? null,
          thumb: known ? (blobsOf(known, values)[0] ?? null) : null,
        }
      }),
    )
  }

  /** How many of a record's photos and files are at the server (protocol §6). */
  async photos(seen: Seen): Promise<Stored | null> {
    return (await this.#photos([seen]))[0] ?? null
  }

  async #photos(records: readonly Seen[]): Promise<(Stored | null)[]> {
    const held = records.map((seen) => {
      const known = this.view.known.entity(seen.entity)
      return known ? blobsOf(known, seen.values) : []
    })
    if (!held.some((blobs) => blobs.length)) return held.map(() => null)
    // What is not waiting here came from the server, or was forgotten once it held it.
    const waiting = await this.view.store.read((at) => at.blobs(['kept', 'sending', 'refused']))
    const unsent = new Set(waiting.map((blob) => blob.sha256))
    return held.map((blobs) =>
      blobs.length
        ? { stored: blobs.filter((sha256) => !unsent.has(sha256)).length, all: blobs.length }
        : null,
    )
  }
}

export function chipOf(known: KnownEntity, values: Seen['values'], words: Wording): StateChip | null {
  const value = known.stateField ? values[known.stateField] : null
  if (typeof value !== 'string') return null
  const state = stateOf(known, values)
  return { value, label: words.pick(state?.label) || value, tone: toneOf(state?.tone) }
}

export const toneOf = (tone: string | undefined): Tone =>
  tone && TONES.has(tone) ? (tone as Tone) : 'neutral'

/** The hashes of all that a record's fields hold of photos and files, its signature included. */
export function blobsOf(known: KnownEntity, values: Seen['values']): string[] {
  return known.shape.fields.flatMap((field) => {
    if (field.type !== 'blobs' && field.type !== 'signature') return []
    const value = values[field.name]
    return (Array.isArray(value) ? value : [value]).flatMap((blob) =>
      isNamed(blob) && !isThumb(blob.role) ? [blob.sha256] : [],
    )
  })
}
