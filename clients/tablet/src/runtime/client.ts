/** The page's end of the port: numbers questions, hands answers back to whoever asked. */
import type { By, FromPage, FromWorker, PageNews, Wire } from '@/runtime/messages'
import type { Port } from '@/runtime/port'
import type { Device } from '@/runtime/port/tablet'
import type { PortError } from '@/runtime/port/values'

interface Waiting {
  resolve: (result: never) => void
  reject: (error: PortError) => void
}

/** A port whose worker also hears what only a page knows. `failed` hears of questions that could not be answered. */
export interface PagePort extends Port {
  tell(news: PageNews): void
}

export function connect(
  wire: Wire<FromPage, FromWorker>,
  failed: (error: PortError) => void = () => {},
): PagePort {
  const watching = new Map<number, (answer: never) => void>()
  const waiting = new Map<number, Waiting>()
  let last = 0
  /** Who stands here, as the page knows it. */
  let standing: By

  wire.onmessage = ({ data }) => {
    if (data.kind === 'told') {
      watching.get(data.id)?.(data.answer as never)
      return
    }
    const call = waiting.get(data.id)
    waiting.delete(data.id)
    if (data.kind === 'done') call?.resolve(data.result as never)
    else (call?.reject ?? failed)(data.error)
  }

  const callBy =
    (by: By): Port['call'] =>
    (command, ...args) => {
      const id = ++last
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        wire.postMessage({ kind: 'call', id, command, args: args.map(plain), by })
      })
    }

  return {
    watch(what, ask, tell) {
      const id = ++last
      watching.set(id, (answer) => {
        if (what === 'device') standing = (answer as Device).current
        tell(answer)
      })
      wire.postMessage({ kind: 'watch', id, what, ask: plain(ask) })
      return () => {
        if (watching.delete(id)) wire.postMessage({ kind: 'stop', id })
      }
    },
    call: callBy(undefined),
    mine: () => callBy(standing),
    tell: (news) => wire.postMessage({ kind: 'page', news }),
  }
}

/** Copies what pages hold: a reactive proxy cannot be sent. Blobs go as they are. */
function plain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(plain) as T
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)])) as T
}
