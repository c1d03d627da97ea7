/**
 * The course of one round of sync, sans I/O: events in, one command out each time (protocol §3 – §5).
 *
 *     let now = begin(outbox)                       commands: now.command
 *     now = follow(now, { is: 'taken', taken, … })  … until the command is `end`
 *
 * When rounds begin, and how long to stay away after one has ended, is the runtime's (tablet.md §2.4).
 */
import type { Problem, Step, Taken } from './answers'

export type Command =
  /** Prepare a request, send it, take the answer in. */
  | { readonly do: 'ask' }
  /** The same with ops alone, by whatever token is left. */
  | { readonly do: 'hand in' }
  /** The blobs that handed-in ops name. */
  | { readonly do: 'offer blobs' }
  | { readonly do: 'fetch manifest' }
  | { readonly do: 'erase' }
  | { readonly do: 'end'; readonly end: End }

/** How a round ended. `busy`: the server asks to be left alone for `wait` ms. `fork`: this database is a copy. */
export type End =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed' }
  | { readonly kind: 'busy'; readonly wait: number }
  | { readonly kind: 'log in'; readonly fork: boolean }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'erased' }

export type Event =
  /** An answer was taken in; `known` is the hash of the manifest that we work with. */
  | { readonly is: 'taken'; readonly taken: Taken; readonly known: string | null }
  | { readonly is: 'refused'; readonly problem: Problem; readonly step: Step }
  /** No request may be made before another log-in. */
  | { readonly is: 'must log in'; readonly fork: boolean }
  | { readonly is: 'offline' }
  | { readonly is: 'fetched' }
  | { readonly is: 'offered' }
  | { readonly is: 'erased' }

export interface Course {
  readonly command: Command
  /** `wipe`: hand in, then erase. `hand in`: push only. */
  readonly aim: 'sync' | 'hand in' | 'wipe'
  /** The outbox before the last request. */
  readonly outbox: number
  /** Requests in a row that brought nothing. */
  readonly tries: number
  /** What follows the manifest. */
  readonly next: Command
}

/** So many requests in a row that bring nothing end a round: something keeps overtaking or refusing us. */
const PATIENCE = 50

const ASK: Command = { do: 'ask' }
const HAND_IN: Command = { do: 'hand in' }
const DONE: Command = { do: 'end', end: { kind: 'done' } }

/** Begins a round: everything, after the manifest where none was read yet; or only what is unsent. */
export function begin(outbox: number, aim: 'sync' | 'hand in' = 'sync', ready = true): Course {
  const ask = aim === 'sync' ? ASK : outbox ? HAND_IN : DONE
  const command: Command = ready || aim === 'hand in' ? ask : { do: 'fetch manifest' }
  return { command, aim, outbox, tries: 0, next: ask }
}

export function follow(course: Course, event: Event): Course {
  switch (event.is) {
    case 'taken':
      return afterAnswer(course, event.taken, event.known)
    case 'refused':
      return afterProblem(course, event.problem, event.step)
    case 'must log in':
      return course.aim === 'wipe'
        ? to(course, { do: 'erase' })
        : end(course, { kind: 'log in', fork: event.fork })
    case 'offline':
      return end(course, { kind: 'failed' })
    case 'fetched':
      return to(course, course.next)
    case 'offered':
      return to(course, { do: 'erase' })
    case 'erased':
      return end(course, { kind: 'erased' })
  }
}

function afterAnswer(course: Course, taken: Taken, known: string | null): Course {
  const { as, more, outbox, results, manifest } = taken
  if (as === 'late') return again(course)
  if (as === 'clone') return follow(course, { is: 'must log in', fork: true })
  // What brings no op further now will not do so at once either.
  const stuck = !results.length || (course.outbox > 0 && outbox >= course.outbox)
  const goOn =
    course.aim === 'sync' ? more || (outbox > 0 && !stuck) : outbox > 0 && (!stuck || as === 'epoch')
  const next = goOn ? asking(course) : course.aim === 'wipe' ? { do: 'offer blobs' as const } : DONE
  const went = { ...course, outbox, tries: 0, next }
  return manifest !== null && manifest !== known && course.aim === 'sync'
    ? to(went, { do: 'fetch manifest' })
    : to(went, next)
}

function afterProblem(course: Course, problem: Problem, step: Step): Course {
  switch (step.do) {
    case 'ask again':
      return again(course)
    case 'wait':
      return end(course, { kind: 'busy', wait: step.ms })
    case 'wipe':
      if (step.atOnce || course.aim === 'wipe') return to(course, { do: 'erase' })
      return to({ ...course, aim: 'wipe', tries: 0 }, HAND_IN)
    case 'fork':
      return follow(course, { is: 'must log in', fork: true })
    case 'log in':
      return follow(course, { is: 'must log in', fork: false })
    case 'tell':
      return course.aim === 'wipe'
        ? to(course, { do: 'offer blobs' })
        : end(course, { kind: 'refused', problem })
  }
}

function again(course: Course): Course {
  if (course.tries >= PATIENCE) return end(course, { kind: 'failed' })
  return to({ ...course, tries: course.tries + 1 }, asking(course))
}

const asking = ({ aim }: Course): Command => (aim === 'sync' ? ASK : HAND_IN)
const to = (course: Course, command: Command): Course => ({ ...course, command })
const end = (course: Course, how: End): Course => to(course, { do: 'end', end: how })
