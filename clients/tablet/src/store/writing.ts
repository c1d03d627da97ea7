import { type Made, sizeOf } from '@/engine/ops'
import { type Body, entityOf, keyOf, type RecordKey } from '@/engine/places'
import type * as port from './port'
import { Reader } from './reading'
import type { Key, RecordRow, Rows, Tables } from './tables'

/** Where the commits that touch records are counted. */
const COUNT = 'count.touched'

/** What can be done inside a transaction. The adapter calls `finish` before it commits. */
export class Writer extends Reader implements port.Writing {
  private readonly kinds = new Set<port.Kind>()
  private readonly entities = new Set<string>()
  private readonly named = new Set<RecordKey>()
  private readonly sight = new Map<RecordKey, Body | null>()
  /** Records whose ops have changed: what is seen of them is computed anew at the end. */
  private readonly stale = new Set<RecordKey>()
  /** The ops that lie over records, read at the first need. */
  private over: Map<RecordKey, port.OpRow[]> | undefined

  constructor(
    tables: Tables,
    private readonly shape: port.Shape | null,
  ) {
    super(tables)
  }

  async putRecords(records: readonly port.Stored[]): Promise<void> {
    const over = await this.overlay()
    const rows = records.map((record) => {
      const k = keyOf(record)
      this.note(k)
      return this.seen({ k, seq: record.seq, doc: record.doc, members: record.members }, over.get(k))
    })
    await this.kept.put(rows)
  }

  async forgetRecords(keys: readonly RecordKey[]): Promise<void> {
    for (const key of keys) {
      this.note(key)
      this.stale.add(key) // an unsent op may still say something of it
    }
    await this.kept.delete(keys)
  }

  async layAnew(): Promise<void> {
    for (const key of (await this.overlay()).keys()) {
      this.note(key)
      this.stale.add(key)
    }
  }

  async append(ops: readonly Made[], made: number): Promise<port.OpRow[]> {
    const replica = await this.meta('replica')
    if (replica === undefined) throw new Error('nobody has logged in yet')
    const logs = new Map((await this.logs(replica)).map((log) => [log.site, log]))
    let i = (await this.meta('count.op')) ?? 0
    const rows = ops.map((body): port.OpRow => {
      const log = logs.get(body.site) ?? {
        replica,
        site: body.site,
        next: 1,
        sent: 0,
        acked: 0,
        mended: null,
      }
      logs.set(body.site, { ...log, next: log.next + 1 })
      const record = keyOf({ site: body.site, entity: body.entity, id: body.record })
      i += 1
      const where = { i, replica, site: body.site, n: log.next, op: body.op, body, size: sizeOf(body) }
      return { ...where, state: 'waiting', record, over: record, made, decided: null, result: null }
    })
    await this.putOps(rows)
    await this.putLogs([...logs.values()])
    await this.setMeta({ 'count.op': i })
    return rows
  }

  async putOps(ops: readonly port.OpRow[]): Promise<void> {
    const over = await this.overlay()
    this.kinds.add('ops')
    for (const op of ops) {
      const others = (over.get(op.record) ?? []).filter((other) => other.i !== op.i)
      const before = over.get(op.record)?.length ?? 0
      const lies = op.over === null ? others : [...others, op].sort((a, b) => a.i - b.i)
      if (lies.length !== before) this.stale.add(op.record)
      this.lay(over, op.record, lies)
      this.note(op.record)
    }
    await this.tables.ops.put(ops)
  }

  async forgetOps(ops: readonly port.OpRow[]): Promise<void> {
    const over = await this.overlay()
    this.kinds.add('ops')
    for (const op of ops) {
      const others = (over.get(op.record) ?? []).filter((other) => other.i !== op.i)
      this.lay(over, op.record, others)
      this.stale.add(op.record)
      this.note(op.record)
    }
    await this.tables.ops.delete(ops.map((op) => op.i))
  }

  putLogs(logs: readonly port.Log[]): Promise<void> {
    return this.put('logs', logs)
  }

  forgetLogs(logs: readonly port.Log[]): Promise<void> {
    return this.delete(
      'logs',
      logs.map((log) => [log.replica, log.site]),
    )
  }

  putBuckets(buckets: readonly port.Bucket[]): Promise<void> {
    return this.put('buckets', buckets)
  }

  forgetBuckets(ids: readonly number[]): Promise<void> {
    return this.delete('buckets', ids)
  }

  async setMeta(values: { readonly [K in keyof port.Meta]?: port.Meta[K] | undefined }): Promise<void> {
    const entries = Object.entries(values)
    await this.put(
      'meta',
      entries.filter(([, v]) => v !== undefined).map(([k, v]) => ({ k, v })),
    )
    await this.delete(
      'meta',
      entries.filter(([, v]) => v === undefined).map(([k]) => k),
    )
  }

  async next(counter: string): Promise<number> {
    const key = `count.${counter}` as const
    const number = ((await this.meta(key)) ?? 0) + 1
    await this.setMeta({ [key]: number })
    return number
  }

  putDraft(draft: port.Draft): Promise<void> {
    return this.put('drafts', [draft])
  }

  dropDraft(key: string): Promise<void> {
    return this.delete('drafts', [key])
  }

  async putBlob(blob: port.Blob, bytes?: ArrayBuffer, thumb?: ArrayBuffer): Promise<void> {
    await this.put('blobs', [blob])
    const { sha256 } = blob
    if (bytes) await this.tables.bytes.put([{ sha256, part: 'whole', data: bytes }])
    if (thumb) await this.tables.bytes.put([{ sha256, part: 'thumb', data: thumb }])
  }

  async forgetBlob(sha256: string): Promise<void> {
    await this.delete('blobs', [sha256])
    await this.tables.bytes.delete([
      [sha256, 'whole'],
      [sha256, 'thumb'],
    ])
  }

  putLines(lines: readonly port.Lines[]): Promise<void> {
    return this.put('lines', lines)
  }

  async forgetLines(entity: string): Promise<void> {
    const known = await this.lines(entity)
    await this.delete(
      'lines',
      known.map(({ chunk }) => [entity, chunk]),
    )
  }

  forgetTouched(entity: string, numbers: readonly number[]): Promise<void> {
    return this.tables.touched.delete(numbers.map((n) => [entity, n]))
  }

  putSalvaged(rows: readonly port.Salvaged[]): Promise<void> {
    return this.put('salvage', rows)
  }

  forgetSalvaged(keys: readonly RecordKey[]): Promise<void> {
    return this.delete('salvage', keys)
  }

  /** Brings what is seen up to date; returns what the transaction touched. */
  async finish(): Promise<port.Changed> {
    const over = await this.overlay()
    const keys = [...this.stale]
    const rows = keys.length ? await this.kept.get(keys) : []
    const puts: RecordRow[] = []
    const gone: RecordKey[] = []
    keys.forEach((k, index) => {
      const row = rows[index]
      const ops = over.get(k)
      const made = !row?.doc && ops?.length
      if (row?.doc || made) puts.push(this.seen(row ?? { k, seq: 0, doc: null, members: [] }, ops))
      else {
        this.sight.set(k, null)
        if (row) gone.push(k)
      }
    })
    if (puts.length) await this.kept.put(puts)
    if (gone.length) await this.kept.delete(gone)
    const touched = await this.noteTouched()
    const [kinds, entities, records] = [[...this.kinds], [...this.entities], [...this.named]]
    return { kinds, entities, records, seen: this.sight, touched, here: true }
  }

  private async noteTouched(): Promise<number | null> {
    if (!this.sight.size) return null
    const n = ((await this.meta(COUNT)) ?? 0) + 1
    const records = new Map<string, RecordKey[]>()
    for (const key of this.sight.keys()) {
      const entity = entityOf(key)
      const others = records.get(entity)
      if (others) others.push(key)
      else records.set(entity, [key])
    }
    await this.tables.meta.put([{ k: COUNT, v: n }])
    await this.tables.touched.put([...records].map(([entity, keys]) => ({ entity, n, records: keys })))
    return n
  }

  private seen(row: RecordRow, ops: readonly port.OpRow[] | undefined): RecordRow {
    const { k, seq, doc, members } = row
    const bodies = ops?.map((op) => op.body)
    const view = bodies?.length && this.shape ? this.shape.lay(entityOf(k), doc, bodies) : undefined
    this.sight.set(k, view === undefined ? doc : view)
    return view === undefined ? { k, seq, doc, members } : { k, seq, doc, view, members }
  }

  private async overlay(): Promise<Map<RecordKey, port.OpRow[]>> {
    if (!this.over) {
      this.over = new Map()
      for (const op of await this.opsOver())
        this.over.set(op.record, [...(this.over.get(op.record) ?? []), op])
    }
    return this.over
  }

  private lay(over: Map<RecordKey, port.OpRow[]>, key: RecordKey, ops: port.OpRow[]): void {
    if (ops.length) over.set(key, ops)
    else over.delete(key)
  }

  private note(key: RecordKey): void {
    this.kinds.add('records')
    this.entities.add(entityOf(key))
    this.named.add(key)
  }

  private async put<T extends Exclude<port.Kind, 'records'>>(
    kind: T,
    rows: readonly Rows[T][],
  ): Promise<void> {
    if (!rows.length) return
    this.kinds.add(kind)
    await this.tables[kind].put(rows)
  }

  private async delete(kind: Exclude<port.Kind, 'records'>, keys: readonly Key[]): Promise<void> {
    if (!keys.length) return
    this.kinds.add(kind)
    await this.tables[kind].delete(keys)
  }
}
