/** The office: what is done at another desk meanwhile, over the server's own API. */
import { randomBytes } from 'node:crypto'
import { request as plainly } from 'node:http'
import { request as securely } from 'node:https'
import { uuid7 } from '@/engine/ids'
import { HOST } from './installation'
import type { Login, Server } from './server'

const newId = (): string => uuid7(Date.now(), randomBytes(10))

/** A record as the server holds it. */
export interface Held {
  id: string
  seq: number
  values: Readonly<Record<string, unknown>>
}

/** An op as the ledger keeps it. */
export interface Entry {
  id: string
  user: string
  entity: string
  record: string
  kind: string
  status: string
}

export class Office {
  private token = ''
  private replica = ''
  /** Ops made so far, by site. */
  private readonly made = new Map<string, number>()

  private constructor(private readonly server: Server) {}

  static async logIn(server: Server, { username, password }: Login): Promise<Office> {
    const office = new Office(server)
    const device = { id: newId(), name: 'Desk', platform: 'test', app: '1' }
    const asked = { username, password, device }
    const said = await office.call<{ token: string; replica: string }>('POST', '/session', asked)
    Object.assign(office, { token: said.token, replica: said.replica })
    return office
  }

  /** A call below `/api/v1`; anything but success throws with what the server said. */
  call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { port, secure } = this.server
    return new Promise((resolve, reject) => {
      const ask = (secure ? securely : plainly)(
        {
          ...{ host: '127.0.0.1', port, servername: HOST, rejectUnauthorized: false, method },
          path: `/api/v1${path}`,
          headers: {
            host: `${HOST}:${port}`,
            'content-type': 'application/json',
            ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
          },
        },
        (answer) => {
          const parts: Buffer[] = []
          answer.on('data', (part: Buffer) => parts.push(part))
          answer.on('end', () => {
            const said = Buffer.concat(parts).toString()
            if ((answer.statusCode ?? 500) < 300) resolve((said ? JSON.parse(said) : null) as T)
            else reject(new Error(`${method} ${path}: ${answer.statusCode} ${said}`))
          })
        },
      )
      ask.on('error', reject)
      ask.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  /** The id under which the organisation keeps its people and devices. */
  async organisation(): Promise<string> {
    const { sites } = await this.call<{ sites: { id: string; type: string }[] }>('GET', '/manifest')
    return sites.find(({ type }) => type === 'organisation')?.id ?? ''
  }

  /** One record of a site. */
  record(site: string, entity: string, id: string): Promise<Held> {
    return this.call('GET', `/sites/${site}/${entity}/${id}`)
  }

  /** Those whose title is this one. */
  async titled(site: string, entity: string, title: string): Promise<Held[]> {
    const { records } = await this.call<{ records: Held[] }>(
      'GET',
      `/sites/${site}/${entity}?limit=100&q=${encodeURIComponent(title)}`,
    )
    return records.filter(({ values }) => values.title === title)
  }

  /** All of an entity that a site has. */
  async all(site: string, entity: string): Promise<Held[]> {
    const found: Held[] = []
    let after = ''
    do {
      const asked = `/sites/${site}/${entity}?limit=200${after && `&after=${encodeURIComponent(after)}`}`
      const { records, next } = await this.call<{ records: Held[]; next: string | null }>('GET', asked)
      found.push(...records)
      after = next ?? ''
    } while (after)
    return found
  }

  /** The site's ledger, narrowed: every op that came, with its outcome. */
  async ledger(site: string, narrowed: Record<string, string> = {}): Promise<Entry[]> {
    const found: Entry[] = []
    let since: number | null = 0
    while (since !== null) {
      const query = new URLSearchParams({ site, limit: '500', since: String(since), ...narrowed })
      const page: { entries: Entry[]; next: number | null } = await this.call('GET', `/ledger?${query}`)
      found.push(...page.entries)
      since = page.next
    }
    return found
  }

  /** Which of these files the server holds whole. */
  async stored(...sha256: string[]): Promise<string[]> {
    return (await this.call<{ stored: string[] }>('POST', '/blobs/inventory', { sha256 })).stored
  }

  /** Change one; `was` is what the office saw in it, nothing if absent. */
  async change(
    site: string,
    entity: string,
    record: string,
    set: Record<string, unknown>,
    was: Record<string, unknown> = {},
  ): Promise<void> {
    await this.apply({ site, entity, record, kind: 'update', set, was })
  }

  /** Make one; returns its id. */
  async create(site: string, entity: string, set: Record<string, unknown>): Promise<string> {
    const record = newId()
    await this.apply({ site, entity, record, kind: 'create', set })
    return record
  }

  /** Do an act on one. */
  async act(
    site: string,
    entity: string,
    record: string,
    act: string,
    set: Record<string, unknown> = {},
  ): Promise<void> {
    await this.apply({ site, entity, record, kind: 'act', act, args: {}, set })
  }

  private async apply(deed: { site: string; [key: string]: unknown }): Promise<void> {
    const { site } = deed
    const n = (this.made.get(site) ?? 0) + 1
    this.made.set(site, n)
    const now = new Date().toISOString()
    const op = { v: 1, ...deed, n, op: newId(), at: now }
    const { replica } = this
    const { results } = await this.call<{ results: { status: string }[] }>('POST', '/sync', {
      ...{ protocol: 1, manifest: '', replica, cursor: null, limit: 1, now, ops: [op] },
    })
    if (results[0]?.status !== 'applied') throw new Error(JSON.stringify(results))
  }
}
