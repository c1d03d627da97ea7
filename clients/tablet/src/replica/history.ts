/** What has been done to a record, in sentences: from the server's ledger when it can be asked, else as far as is kept here. */
import type { Place } from '@/engine/places'
import { type Deed, sentenceOf } from '@/engine/sentences'
import { isObject } from '@/engine/values'
import type { HistoryLine } from '@/runtime/port/records'
import type { OpRow, OpState } from '@/store/port'
import type { View } from './view'
import type { Wording } from './wording'

const OUTCOMES: Readonly<Record<OpState, HistoryLine['outcome']>> = {
  waiting: 'unsent',
  sent: 'unsent',
  applied: 'done',
  merged: 'partly',
  held: 'held',
  rejected: 'refused',
}

/** Asks the server below `/api/v1`; null when it cannot be asked. */
export type Ask = (path: string) => Promise<unknown>

export class Histories {
  constructor(
    private readonly view: View,
    private readonly words: Wording,
    private readonly ask: Ask,
  ) {}

  /** Newest first. */
  async lines(place: Place): Promise<HistoryLine[]> {
    const [rows, told] = await Promise.all([
      this.view.store.read((at) => at.opsOf(place)),
      this.ask(`/history/${place.entity}/${place.id}?site=${place.site}&limit=500`).catch(() => null),
    ])
    const unsent = rows.filter((row) => OUTCOMES[row.state] === 'unsent')
    const entries = entriesOf(told)
    const seen = await this.view.get(place)
    const lines = await Promise.all([
      ...unsent.map((row) => this.#own(row)),
      ...(entries ? entries.map((entry) => this.#told(entry, place)) : this.#kept(seen?.values ?? {}, rows)),
    ])
    return lines.sort((a, b) => b.at - a.at)
  }

  async #own(row: OpRow): Promise<HistoryLine> {
    const who = await this.words.person(this.view.known.manifest.user.id)
    return {
      at: row.made,
      text: await this.words.deed(row),
      who,
      outcome: OUTCOMES[row.state],
      why: this.words.why(row) ?? '',
    }
  }

  /** Without a network: how the record began, who touched it last, and what was asked for on this tablet. */
  #kept(values: Readonly<Record<string, unknown>>, rows: readonly OpRow[]): Promise<HistoryLine>[] {
    const here = rows.filter((row) => OUTCOMES[row.state] !== 'unsent')
    const done = here.filter((row) => row.state === 'applied' || row.state === 'merged')
    const touched = (['created', 'updated'] as const).flatMap((kind) => {
      const at = Date.parse(String(values[`${kind}_at`] ?? ''))
      const same = kind === 'updated' && values['updated_at'] === values['created_at']
      if (Number.isNaN(at) || same || done.some((row) => Math.abs(row.made - at) < 1000)) return []
      return [this.#touched(kind, at, values[`${kind}_by`])]
    })
    return [...here.map((row) => this.#own(row)), ...touched]
  }

  async #touched(kind: 'created' | 'updated', at: number, by: unknown): Promise<HistoryLine> {
    return {
      at,
      text: this.words.say(`sentences.was_${kind}`),
      who: await this.words.person(by),
      outcome: 'done',
      why: '',
    }
  }

  async #told(entry: Readonly<Record<string, unknown>>, { site, entity }: Place): Promise<HistoryLine> {
    const op = isObject(entry['op']) ? entry['op'] : {}
    const text = await sentenceOf(this.words, { site, entity, kind: entry['kind'], ...op } as Deed)
    const outcome = OUTCOMES[entry['status'] as OpState] ?? 'done'
    const why = outcome === 'done' ? '' : this.words.refusal(textIn(entry, 'code'), textIn(entry, 'message'))
    return {
      at: Date.parse(String(entry['at'] ?? entry['received_at'])),
      text,
      who: await this.words.person(entry['user']),
      outcome,
      why,
    }
  }
}

const textIn = (entry: Readonly<Record<string, unknown>>, name: string): string | undefined =>
  typeof entry[name] === 'string' ? entry[name] : undefined

function entriesOf(told: unknown): Readonly<Record<string, unknown>>[] | null {
  const entries = isObject(told) ? told['entries'] : null
  return Array.isArray(entries) ? entries.filter(isObject) : null
}
