/** A real `wuye serve` process that tests start, kill and restart. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { attendTo } from './closing'
import { APP, copyOf, HOST, ROOT, wuye } from './installation'

export interface Login {
  username: string
  password: string
  roles: string[]
  sites: string[]
}

export interface Serving {
  /** Without TLS, as somebody serves it who has not set it up. */
  plain?: boolean
  /** The folder of another build of the app. */
  app?: string
  /** A folder of plugins that are installed beside the others. */
  plugins?: string
}

export class Server {
  private process: ChildProcess | null = null
  private said = ''

  private constructor(
    readonly dir: string,
    readonly port: number,
    private readonly how: Serving,
    /** What goes when this is closed. */
    private readonly home: string | null,
  ) {
    attendTo(this)
  }

  /** Start on a copy of the run's installation. */
  static async start(master: string, how: Serving = {}): Promise<Server> {
    const dir = copyOf(master)
    if (how.plain) wuye('tls', 'off', '--dir', dir)
    return Server.at(dir, how, dirname(dir))
  }

  /** Start on a folder as it is. */
  static async on(dir: string): Promise<Server> {
    return Server.at(dir, {}, null)
  }

  private static async at(dir: string, how: Serving, home: string | null): Promise<Server> {
    const server = new Server(dir, await freePort(), how, home)
    await server.up()
    return server
  }

  get secure(): boolean {
    return !this.how.plain
  }

  get origin(): string {
    return `${this.secure ? 'https' : 'http'}://${HOST}:${this.port}`
  }

  /** A log-in of the demo whose role ids include `role`, at the site with this code; the `nth` of several. */
  login(role: string, site?: string, nth = 0): Login {
    const id = site && this.site(site)
    const found = this.card().users.filter(
      (user) => user.roles.includes(role) && (!id || user.sites.includes(id)),
    )[nth]
    if (!found) throw new Error(`no demo user with role ${role} at ${site ?? 'any site'}`)
    return found
  }

  /** The id of the demo's site with this code. */
  site(code: string): string {
    const found = this.card().sites.find((known) => known.code === code)
    if (!found) throw new Error(`no demo site ${code}`)
    return found.id
  }

  private card(): { users: Login[]; sites: { id: string; code: string }[] } {
    return JSON.parse(readFileSync(join(this.dir, 'demo.json'), 'utf8'))
  }

  async up(): Promise<void> {
    const args = ['serve', '--dir', this.dir, '--host', '127.0.0.1', '--port', String(this.port)]
    const { app = APP, plugins } = this.how
    const env = { ...process.env, WUYE_APP: app, ...(plugins ? { PYTHONPATH: plugins } : {}) }
    this.process = spawn(join(ROOT, '.venv/bin/wuye'), args, {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (chunk: Buffer) => {
        this.said = (this.said + chunk).slice(-20_000)
      })
    for (let tries = 0; tries < 300; tries++) {
      if (this.process.exitCode !== null) throw new Error(`the server ended:\n${this.said}`)
      if (await listens(this.port)) return
      await pause(100)
    }
    throw new Error(`the server does not listen:\n${this.said}`)
  }

  /** End it as a power cut does. */
  async kill(): Promise<void> {
    const process = this.process
    if (!process || process.exitCode !== null) return
    const ended = new Promise((resolve) => process.once('exit', resolve))
    process.kill('SIGKILL')
    await ended
    this.process = null
  }

  /** Change its database behind its back, while it is off. */
  sql(statement: string): void {
    const run = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()'
    const file = join(this.dir, 'wuye.sqlite')
    execFileSync(join(ROOT, '.venv/bin/python'), ['-c', run, file, statement])
  }

  async close(): Promise<void> {
    await this.kill()
    if (this.home) rmSync(this.home, { recursive: true, force: true })
  }
}

async function listens(port: number): Promise<boolean> {
  const { connect } = await import('node:net')
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
