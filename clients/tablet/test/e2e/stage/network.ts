/** The road between a tablet and its server: what goes over it, and where it breaks. */
import type { BrowserContext, Request } from 'playwright-core'

/** Before the request has reached the server, or after: then it was done, and only its answer is lost. */
export type Breaks = 'on the way' | 'on the way back'

export class Network {
  constructor(private readonly context: BrowserContext) {}

  /** Break the next requests that fit, each as told; resolves when all of them have been broken. */
  async drop(method: string, path: RegExp, ...how: Breaks[]): Promise<{ done: Promise<void> }> {
    let tell = (): void => {}
    const done = new Promise<void>((resolve) => {
      tell = resolve
    })
    const left = [...how]
    await this.context.route(
      (url) => path.test(url.pathname),
      async (route, request) => {
        if (request.method() !== method || !left.length) return route.fallback()
        const next = left.shift()
        if (next === 'on the way back') await route.fetch().catch(() => null)
        await route.abort('connectionreset')
        if (!left.length) tell()
      },
    )
    return { done }
  }

  /** Hear of every request to an API path as it sets out. */
  watch(method: string, path: RegExp, hear: (request: Request) => void): void {
    this.context.on('request', (request) => {
      if (request.method() === method && path.test(new URL(request.url()).pathname)) hear(request)
    })
  }
}
