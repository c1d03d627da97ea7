/** What passes between a page and its worker; both ends are `client.ts` and `serving.ts`. */
import type { Commands, Watched } from '@/runtime/port'
import type { PortError } from '@/runtime/port/values'

/** What a worker cannot find out by itself; sent when it changes. */
export interface PageNews {
  visible?: boolean
  persisted?: boolean | null
  installed?: boolean
  appWaiting?: boolean
  /** Somebody works here: the lock stays open (tablet.md §1.5). Sent now and then, not with every touch. */
  touched?: boolean
}

/** The replica of the person for whom the page was showing when it asked; null: of nobody; undefined: for anybody. */
export type By = string | null | undefined

export type FromPage =
  | { kind: 'watch'; id: number; what: keyof Watched; ask: unknown }
  | { kind: 'stop'; id: number }
  | { kind: 'call'; id: number; command: keyof Commands; args: unknown[]; by: By }
  | { kind: 'page'; news: PageNews }

export type FromWorker =
  | { kind: 'told'; id: number; answer: unknown }
  | { kind: 'done'; id: number; result: unknown }
  | { kind: 'failed'; id: number; error: PortError }

/** The little of a `Worker`, and of a worker's own scope, that messages need; a `MessagePort` has it too. */
export interface Wire<Out, In> {
  postMessage(message: Out): void
  onmessage: ((event: MessageEvent<In>) => void) | null
}
