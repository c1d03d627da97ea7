/** A tablet: one persistent browser profile, so that everything survives its restart. */
import { createHash, X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { attendTo } from './closing'
import { APP, HOST } from './installation'
import type { Server } from './server'

export interface Look {
  width?: number
  height?: number
  touch?: boolean
  locale?: string
  dark?: boolean
  /** How much larger than usual the person wants all text. */
  text?: number
  /** How far this tablet's clock is ahead of the world, ms. Keeps the app's own service worker out. */
  clock?: number
}

export class Tablet {
  private context: BrowserContext | null = null
  /** Requests that left the origin: there must be none. */
  private strays: string[] = []
  /** Errors that pages and workers wrote to the console or threw. */
  private complaints: string[] = []

  private constructor(
    private readonly server: Server,
    private readonly profile: string,
    private readonly look: Look,
    private readonly pin: string | null,
  ) {
    attendTo(this)
  }

  static async open(server: Server, look: Look = {}): Promise<Tablet> {
    const profile = mkdtempSync(join(tmpdir(), 'wuye-tablet-'))
    if (look.text) {
      const webprefs = { default_font_size: 16 * look.text }
      mkdirSync(join(profile, 'Default'))
      writeFileSync(join(profile, 'Default/Preferences'), JSON.stringify({ webkit: { webprefs } }))
    }
    const tablet = new Tablet(server, profile, look, server.secure ? await keyPin(server.port) : null)
    await tablet.start()
    return tablet
  }

  /** Switch the browser on; the profile is what the tablet keeps. */
  async start(): Promise<void> {
    const { width = 1280, height = 800, touch = true, locale = 'en-GB', dark = false, clock = 0 } = this.look
    this.context = await chromium.launchPersistentContext(this.profile, {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      headless: true,
      viewport: { width, height },
      hasTouch: touch,
      isMobile: touch && width < 700,
      locale,
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
      permissions: ['camera', 'microphone', 'geolocation'],
      geolocation: { latitude: 43.8, longitude: 125.3 },
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // Or it tells everybody of 10 GB, whatever there is.
        '--disable-features=StaticStorageQuota',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        // The name is no loopback name, as on a tablet; its certificate is trusted as an installed authority's would be.
        `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
        ...(this.pin ? [`--ignore-certificate-errors-spki-list=${this.pin}`] : []),
      ],
      // A script that the app's own worker gives out cannot be amended.
      serviceWorkers: clock ? 'block' : 'allow',
    })
    // A machine may be busy with other things, and no time is asserted here.
    this.context.setDefaultTimeout(60_000)
    if (clock) await this.shift(clock)
    this.context.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(this.server.origin) && !/^(blob|data|chrome|about):/.test(url))
        this.strays.push(url)
    })
    this.context.on('weberror', (error) => this.complaints.push(String(error.error())))
    this.context.on('console', (message) => {
      // What the network refuses, and what it leaves out on a plain address, the browser tells itself; all else is ours.
      if (
        message.type() === 'error' &&
        !/Failed to load resource|net::ERR_|header has been ignored/.test(message.text())
      )
        this.complaints.push(message.text())
    })
  }

  /** What must never happen, since this was asked last. */
  faults(): string[] {
    const found = [...this.strays.map((url) => `left the origin: ${url}`), ...this.complaints]
    this.strays = []
    this.complaints = []
    return found
  }

  async show(file: string): Promise<void> {
    await this.context?.pages()[0]?.screenshot({ path: file })
  }

  /** Set the clock of pages and workers. */
  private async shift(by: number): Promise<void> {
    const shim = `{ const Real = Date; globalThis.Date = class extends Real {
      constructor(...args) { args.length ? super(...args) : super(Real.now() + ${by}) }
      static now() { return Real.now() + ${by} }
    } }`
    const context = this.context as BrowserContext
    await context.addInitScript(shim)
    await context.route('**/assets/*.worker-*.js', async (route) => {
      const script = readFileSync(join(APP, new URL(route.request().url()).pathname), 'utf8')
      await route.fulfill({ contentType: 'text/javascript', body: `${shim}\n${script}` })
    })
  }

  /** The page in front. */
  async page(): Promise<Page> {
    if (!this.context) await this.start()
    const context = this.context as BrowserContext
    return context.pages()[0] ?? (await context.newPage())
  }

  async newTab(): Promise<Page> {
    return (this.context as BrowserContext).newPage()
  }

  async offline(off: boolean): Promise<void> {
    await this.context?.setOffline(off)
  }

  /** Let this origin have so many bytes, for as long as the page is open. */
  async quota(bytes: number, page: Page): Promise<void> {
    const session = await (this.context as BrowserContext).newCDPSession(page)
    await session.send('Storage.overrideQuotaForOrigin', { origin: this.server.origin, quotaSize: bytes })
  }

  /** Make the processor so many times slower. */
  async slow(times: number, page: Page): Promise<void> {
    const session = await (this.context as BrowserContext).newCDPSession(page)
    await session.send('Emulation.setCPUThrottlingRate', { rate: times })
  }

  /** Switch off, as a kill by the system does; `start` goes on with what was kept. */
  async off(): Promise<void> {
    await this.context?.close()
    this.context = null
  }

  async close(): Promise<void> {
    await this.off()
    rmSync(this.profile, { recursive: true, force: true })
  }
}

async function keyPin(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: HOST, rejectUnauthorized: false }, () => {
      const raw = socket.getPeerCertificate(true).raw
      const key = new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' })
      socket.destroy()
      resolve(createHash('sha256').update(key).digest('base64'))
    })
    socket.once('error', reject)
  })
}
