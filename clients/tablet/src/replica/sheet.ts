/** Composes a printable form of a record from the manifest's blocks (protocol §7 `prints`), without a network. */

import { pick } from '@/engine/manifest'
import type { Body } from '@/engine/places'
import type { Field, Print } from '@/protocol/manifest'
import { readFrozen } from '@/runtime/port/frozen'
import type { ChartTable, Sheet, SheetBlock } from '@/runtime/port/paper'
import { type Found, isBody, Paths, type Seen, type Source } from './paths'

/** A block as the manifest has it: the server's descriptors (core/wuye/model/printing.py) with texts for keys. */
interface Block {
  readonly type: string
  readonly label?: Record<string, string>
  readonly text?: Record<string, string>
  readonly field?: string
  readonly fields?: readonly string[]
  readonly columns?: number | readonly string[]
  readonly blank?: number
  readonly entity?: string
  readonly sort?: string
  readonly rows?: boolean
  readonly blocks?: readonly Block[]
  readonly places?: readonly { readonly label: Record<string, string>; readonly field?: string | null }[]
}

const LONG = ['note', 'rows']
const NUMBERS = ['integer', 'decimal', 'money']
const LANGS = ['zh-Hant', 'zh-Hans', 'ru', 'en'] as const
const HOLE = /\{([a-z0-9_.]+)\}/

export async function compose(form: Print, seen: Seen, source: Source, at: string): Promise<Sheet> {
  const { manifest } = source.known
  const rule = source.known.entity(seen.entity)?.shape.number
  const numbers = rule ? [seen.values[rule.field], seen.values[rule.device_field]] : []
  const org = manifest.sites.find((site) => site.type === 'organisation')
  const site = source.known.site(seen.site)
  return {
    language: source.lang,
    company: org?.name ?? '',
    site: site && site.id !== org?.id ? site.name : '',
    title: pick(form.label, source.lang),
    number: String(numbers.find((number) => number !== undefined && number !== null) ?? ''),
    printed: source.say('print.printed', { time: at, name: manifest.user.name }),
    paper: (form.paper ?? 'A4') as Sheet['paper'],
    landscape: form.landscape ?? false,
    parts: (form.parts ?? []).map((part) => pick(part, source.lang)),
    blocks: await new Composer(source).blocks(form.blocks as unknown as readonly Block[], seen.entity, seen),
  }
}

class Composer {
  private readonly paths: Paths

  constructor(private readonly source: Source) {
    this.paths = new Paths(source)
  }

  async blocks(blocks: readonly Block[], entity: string, seen: Seen | null): Promise<SheetBlock[]> {
    const shown: SheetBlock[] = []
    for (const block of blocks) shown.push(...(await this.block(block, entity, seen)))
    return shown
  }

  private async block(block: Block, entity: string, seen: Seen | null): Promise<SheetBlock[]> {
    switch (block.type) {
      case 'facts':
        return this.facts(block, entity, seen)
      case 'words':
        return [{ kind: 'words', parts: await this.words(this.text(block.text), entity, seen) }]
      case 'body':
        return [await this.body(block, entity, seen)]
      case 'lines':
        return [await this.lines(block, entity, seen)]
      case 'records':
        return [await this.records(block, seen)]
      case 'signature':
        return [await this.signatures(block, entity, seen)]
      case 'qr': {
        const text = this.raw(await this.paths.find(entity, seen, block.field ?? ''))
        return text ? [{ kind: 'code', text: String(text) }] : []
      }
      case 'drawing':
        return [await this.drawing(block, entity, seen)]
      case 'each':
        return this.each(block, seen)
      case 'of':
        return [await this.of(block, entity, seen)]
      default: // of a newer server: what this app cannot draw leaves no hole
        return []
    }
  }

  private async facts(block: Block, entity: string, seen: Seen | null): Promise<SheetBlock[]> {
    const facts: { label: string; text: string; long: boolean }[] = []
    const photos: { label: string; sha256: string[] }[] = []
    for (const path of block.fields ?? []) {
      const found = await this.paths.find(entity, seen, path)
      const { field, holder } = found
      if (holder && field?.when && !this.source.holds(field.when, holder)) continue
      const label = this.paths.label(undefined, entity, path)
      if (field?.type === 'blobs') photos.push({ label, sha256: shasOf(this.raw(found)) })
      else facts.push({ label, text: await this.shown(found), long: LONG.includes(field?.type ?? '') })
    }
    const columns = typeof block.columns === 'number' ? block.columns : 2
    return [
      { kind: 'facts', label: this.text(block.label), columns, facts },
      ...photos.filter((each) => each.sha256.length).map((each) => ({ kind: 'photos' as const, ...each })),
    ]
  }

  private async words(text: string, entity: string, seen: Seen | null): Promise<(string | null)[]> {
    const parts = text.split(HOLE)
    return Promise.all(
      parts.map(async (part, index) =>
        index % 2 ? (await this.shown(await this.paths.find(entity, seen, part))) || null : part,
      ),
    )
  }

  private async body(block: Block, entity: string, seen: Seen | null): Promise<SheetBlock> {
    const value = this.raw(await this.paths.find(entity, seen, block.field ?? ''))
    const label = this.paths.label(block.label, entity, block.field ?? '')
    if (!isBody(value))
      return { kind: 'texts', label, texts: [{ language: '', name: '', text: String(value ?? '') }] }
    const texts = LANGS.filter((lang) => value[lang]).map((lang) => ({
      language: lang,
      name: new Intl.DisplayNames(lang, { type: 'language' }).of(lang) ?? lang,
      text: String(value[lang]),
    }))
    return { kind: 'texts', label, texts }
  }

  private async lines(block: Block, entity: string, seen: Seen | null): Promise<SheetBlock> {
    const found = await this.paths.find(entity, seen, block.field ?? '')
    const subs = new Map((found.field?.fields ?? []).map((sub) => [sub.name, sub]))
    const names = Array.isArray(block.columns) && block.columns.length ? block.columns : [...subs.keys()]
    const value = this.raw(found)
    const rows = Array.isArray(value) ? value.filter(isBody) : []
    const cell = async (row: Body, name: string): Promise<string> => {
      const sub = subs.get(name)
      return sub && found.holder ? this.source.value(found.holder.site, found.entity, sub, row[name]) : ''
    }
    return this.grid(
      this.paths.label(block.label, entity, block.field ?? ''),
      names.map((name) => pick(subs.get(name)?.label, this.source.lang) || name),
      await Promise.all(rows.map((row) => Promise.all(names.map((name: string) => cell(row, name))))),
      names.map((name) => subs.get(name)?.type),
      block.blank,
    )
  }

  private async records(block: Block, seen: Seen | null): Promise<SheetBlock> {
    const entity = block.entity ?? ''
    const paths = Array.isArray(block.columns) ? (block.columns as readonly string[]) : []
    const children = await this.children(block, seen)
    return this.grid(
      this.text(block.label) || pick(this.source.known.entity(entity)?.shape.plural, this.source.lang),
      paths.map((path) => this.paths.label(undefined, entity, path)),
      await Promise.all(
        children.map((child) =>
          Promise.all(paths.map(async (path) => this.shown(await this.paths.find(entity, child, path)))),
        ),
      ),
      paths.map((path) => this.paths.fieldAt(entity, path)?.type),
    )
  }

  private async signatures(block: Block, entity: string, seen: Seen | null): Promise<SheetBlock> {
    const places = (block.places ?? []).map(async ({ label, field }) => {
      const found = field ? await this.paths.find(entity, seen, field) : null
      const value = found ? this.raw(found) : null
      if (!found?.field || !isBody(value))
        return { label: this.text(label), signer: '', at: '', sha256: null }
      const moment: Field = { ...found.field, type: 'datetime' }
      return {
        label: this.text(label),
        signer: String(value.signer ?? ''),
        at: await this.source.value(found.holder?.site ?? '', found.entity, moment, value.at),
        sha256: String(value.sha256 ?? '') || null,
      }
    })
    return { kind: 'signatures', places: await Promise.all(places) }
  }

  private async drawing(block: Block, entity: string, seen: Seen | null): Promise<SheetBlock> {
    const value = this.raw(await this.paths.find(entity, seen, block.field ?? ''))
    const label = this.paths.label(block.label, entity, block.field ?? '')
    return {
      kind: 'figures',
      label,
      table: await this.frozen(value, seen?.site ?? ''),
      rows: block.rows ?? true,
    }
  }

  private async frozen(value: unknown, site: string): Promise<ChartTable | null> {
    const { known, lang } = this.source
    const table = readFrozen(value, known.manifest, (text) => pick(text, lang))
    if (!table) return null
    const { fields, word, ...shown } = table
    const say = (cell: unknown, at: number): string | Promise<string> => {
      const { entity, field } = fields[at] ?? { entity: '', field: undefined }
      if (cell === null || cell === undefined) return ''
      return field ? this.source.value(site, entity, field, cell) : word(String(cell))
    }
    return { ...shown, texts: await Promise.all(shown.cells.map((row) => Promise.all(row.map(say)))) }
  }

  private async each(block: Block, seen: Seen | null): Promise<SheetBlock[]> {
    const entity = block.entity ?? ''
    const children = await this.children(block, seen)
    const label =
      this.text(block.label) || pick(this.source.known.entity(entity)?.shape.plural, this.source.lang)
    return Promise.all(
      children.map(async (child, index) => ({
        kind: 'group' as const,
        label: index ? '' : label,
        title: await this.source.title(child),
        // Empty tables and drawings would repeat once for each record.
        blocks: (await this.blocks(block.blocks ?? [], entity, child)).filter((each) => !isEmpty(each)),
      })),
    )
  }

  private async of(block: Block, entity: string, seen: Seen | null): Promise<SheetBlock> {
    const { field, holder } = await this.paths.find(entity, seen, block.field ?? '')
    const id = field && holder ? holder.values[field.name] : null
    const other =
      field?.ref && holder && id
        ? await this.source.get({ site: holder.site, entity: field.ref, id: String(id) })
        : null
    return {
      kind: 'group',
      label: this.paths.label(block.label, entity, block.field ?? ''),
      title: other ? await this.source.title(other) : '',
      blocks: await this.blocks(block.blocks ?? [], field?.ref ?? '', other),
    }
  }

  private async children(block: Block, seen: Seen | null): Promise<readonly Seen[]> {
    if (!seen || !block.entity || !block.field) return []
    const found = await this.source.below(seen.site, block.entity, block.field, seen.id)
    const sort = block.sort ?? 'created_at'
    const name = sort.replace(/^-/, '')
    const numeric = NUMBERS.includes(this.paths.fieldAt(block.entity, name)?.type ?? '')
    const key = (child: Seen): string | number => {
      const value = child.values[name]
      return numeric ? Number(value ?? 0) : String(value ?? '')
    }
    const way = sort.startsWith('-') ? -1 : 1
    return [...found].sort((a, b) => {
      const [x, y] = [key(a), key(b)]
      return x === y ? (a.id < b.id ? -1 : 1) : (x < y ? -1 : 1) * way
    })
  }

  private raw({ field, holder }: Found): unknown {
    return field ? holder?.values[field.name] : undefined
  }

  private async shown(found: Found): Promise<string> {
    const { entity, field, holder } = found
    return field && holder ? this.source.value(holder.site, entity, field, holder.values[field.name]) : ''
  }

  private text(text: Record<string, string> | undefined): string {
    return pick(text, this.source.lang)
  }

  private grid(
    label: string,
    heads: string[],
    rows: string[][],
    types: (string | undefined)[],
    blank = 0,
  ): SheetBlock {
    const numbers = types.flatMap((type, i) => (NUMBERS.includes(type ?? '') ? [i] : []))
    // A table without a row has one for the pen.
    return { kind: 'grid', label, heads, rows, blank: rows.length || blank ? blank : 1, numbers }
  }
}

function isEmpty(block: SheetBlock): boolean {
  if (block.kind === 'grid') return block.rows.length === 0
  if (block.kind === 'figures') return block.table === null
  return block.kind === 'texts' && block.texts.every((each) => each.text === '')
}

/** Photos as they are, without the thumbnails beside them. */
function shasOf(value: unknown): string[] {
  return (Array.isArray(value) ? value.filter(isBody) : [])
    .filter((blob) => !String(blob.role ?? '').startsWith('thumb:'))
    .map((blob) => String(blob.sha256))
}
