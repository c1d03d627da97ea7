/** The road between a tablet and its server: what goes over it, and where it breaks. */
import { request as securely } from 'node:https'
import type { BrowserContext, Request } from 'playwright-core'
import { HOST } from './installation'
import type { Server } from './server'

/** Before the request has reached the server, or after: then it was done, and only its answer is lost. */
export type Breaks = 'on the way' | 'on the way back'

export class Network {
  constructor(
    private readonly context: BrowserContext,
    private readonly server: Server,
  ) {}

  /** Break the next requests that fit, each as told; `done` when all are: with the statuses of the answers that were lost. */
  async drop(method: string, path: RegExp, ...how: Breaks[]): Promise<{ done: Promise<number[]> }> {
    let tell = (_: number[]): void => {}
    const done = new Promise<number[]>((resolve) => {
      tell = resolve
    })
    const lost: number[] = []
    const left = [...how]
    await this.context.route(
      (url) => path.test(url.pathname),
      async (route, request) => {
        if (request.method() !== method || !left.length) return route.fallback()
        const next = left.shift()
        if (next === 'on the way back') lost.push(await this.deliver(request))
        await route.abort('connectionreset')
        if (!left.length) tell(lost)
      },
    )
    return { done }
  }

  /** Hear of every request to a path as it sets out. */
  watch(method: string, path: RegExp, hear: (request: Request) => void): void {
    this.context.on('request', (request) => {
      if (request.method() === method && path.test(new URL(request.url()).pathname)) hear(request)
    })
  }

  /** Take a request to the server; returns the status of what it said. */
  private async deliver(request: Request): Promise<number> {
    const { pathname, search } = new URL(request.url())
    const headers = { ...(await request.allHeaders()), host: `${HOST}:${this.server.port}` }
    const where = { host: '127.0.0.1', port: this.server.port, servername: HOST, rejectUnauthorized: false }
    return new Promise((resolve, reject) => {
      const asked = securely(
        { ...where, method: request.method(), path: pathname + search, headers },
        (answer) => {
          answer.resume()
          answer.once('end', () => resolve(answer.statusCode ?? 0))
        },
      )
      asked.once('error', reject)
      asked.end(request.postDataBuffer() ?? undefined)
    })
  }
}
