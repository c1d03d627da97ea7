import { keyOf, type Place, placeOf, prefix, type RecordKey, type Span } from '@/engine/places'
import { Leaves } from './leaves'
import type * as port from './port'
import { only, type Range, type RecordRow, type Tables } from './tables'

/** What can be asked inside a transaction, over an adapter's tables. */
export class Reader implements port.Reading {
  protected readonly kept: Leaves

  constructor(protected readonly tables: Tables) {
    this.kept = new Leaves(tables.leaves)
  }

  async record(place: Place): Promise<port.Stored | undefined> {
    return (await this.records([keyOf(place)]))[0]
  }

  async records(keys: readonly RecordKey[]): Promise<(port.Stored | undefined)[]> {
    const rows = await this.kept.get(keys)
    return rows.map((row) => row && storedOf(row))
  }

  async stretch(span: Span, limit: number): Promise<port.Stored[]> {
    return (await this.kept.stretch(span, limit)).map(storedOf)
  }

  async op(id: string): Promise<port.OpRow | undefined> {
    return (await this.tables.ops.scan('op', only(id)))[0]
  }

  async opsIn(states: readonly port.OpState[]): Promise<port.OpRow[]> {
    const found: port.OpRow[] = []
    for (const state of states) found.push(...(await this.tables.ops.scan('state', only(state))))
    return found.sort(byMaking)
  }

  async countOps(states: readonly port.OpState[]): Promise<number> {
    let count = 0
    for (const state of states) count += await this.tables.ops.count('state', only(state))
    return count
  }

  async opsOf(place: Place): Promise<port.OpRow[]> {
    return (await this.tables.ops.scan('record', only(keyOf(place)))).sort(byMaking)
  }

  async opsOver(what?: Place | { entity: string; site?: string }): Promise<port.OpRow[]> {
    return (await this.tables.ops.scan('over', spanOver(what))).sort(byMaking)
  }

  opsFrom(replica: string, site: string, n: number): Promise<port.OpRow[]> {
    return this.tables.ops.scan('[replica+site+n]', {
      first: [replica, site, n],
      end: [replica, site, Number.POSITIVE_INFINITY],
    })
  }

  logs(replica: string): Promise<port.Log[]> {
    return this.tables.logs.scan(null, { first: [replica, ''], end: [replica, '\uffff'] })
  }

  buckets(): Promise<port.Bucket[]> {
    return this.tables.buckets.scan(null)
  }

  async meta<K extends keyof port.Meta>(key: K): Promise<port.Meta[K] | undefined> {
    const [row] = await this.tables.meta.get([key])
    return row?.v as port.Meta[K] | undefined
  }

  async metas<K extends keyof port.Meta>(...keys: readonly K[]): Promise<{ [N in K]?: port.Meta[N] }> {
    const rows = await this.tables.meta.get(keys)
    return Object.fromEntries(keys.map((key, i) => [key, rows[i]?.v])) as { [N in K]?: port.Meta[N] }
  }

  async draft(key: string): Promise<port.Draft | undefined> {
    return (await this.tables.drafts.get([key]))[0]
  }

  drafts(): Promise<port.Draft[]> {
    return this.tables.drafts.scan(null)
  }

  async blob(sha256: string): Promise<port.Blob | undefined> {
    return (await this.tables.blobs.get([sha256]))[0]
  }

  async blobs(states?: readonly port.Blob['state'][]): Promise<port.Blob[]> {
    if (!states) return this.tables.blobs.scan(null)
    const found: port.Blob[] = []
    for (const state of states) found.push(...(await this.tables.blobs.scan('state', only(state))))
    return found
  }

  async bytes(sha256: string, part: 'whole' | 'thumb' = 'whole'): Promise<ArrayBuffer | undefined> {
    return (await this.tables.bytes.get([[sha256, part]]))[0]?.data
  }

  lines(entity: string): Promise<port.Lines[]> {
    return this.tables.lines.scan(null, { first: [entity, 0], end: [entity, Number.POSITIVE_INFINITY] })
  }

  touched(entity: string): Promise<port.Touched[]> {
    return this.tables.touched.scan(null, { first: [entity, 0], end: [entity, Number.POSITIVE_INFINITY] })
  }

  salvaged(): Promise<port.Salvaged[]> {
    return this.tables.salvage.scan(null)
  }
}

export function storedOf({ k, seq, doc, view, members }: RecordRow): port.Stored {
  const own = { ...placeOf(k), seq, doc, members }
  return view === undefined ? own : { ...own, view }
}

function spanOver(what: Place | { entity: string; site?: string } | undefined): Range {
  if (!what) return {}
  if ('id' in what) return only(keyOf(what))
  return what.site ? prefix(what.entity, what.site) : prefix(what.entity)
}

const byMaking = (a: port.OpRow, b: port.OpRow): number => a.i - b.i
