/** Photos made small, clean and named by their hash (tablet.md §2.1); the work is done in `workers/photo.worker.ts`. */

/** Sides in pixels, quality 0 … 1 (the manifest's limits). */
export interface Sizes {
  readonly side: number
  readonly thumbSide: number
  readonly quality: number
}

/** Bytes and their SHA-256. */
export interface Picture {
  readonly sha256: string
  readonly bytes: ArrayBuffer
}

export interface Developed {
  readonly photo: Picture
  readonly thumb: Picture
}

export type ToDevelop = { id: number; file: Blob; sizes: Sizes }
export type FromDeveloper = { id: number; done: Developed } | { id: number; failed: true }

/** The little of a `Worker` that is used. */
export interface Developer {
  postMessage(message: ToDevelop): void
  onmessage: ((event: MessageEvent<FromDeveloper>) => void) | null
  onerror: ((event: ErrorEvent) => void) | null
}

/** Why a file is not kept: no picture that this browser can draw, or larger than `count` MB. Words as of `Denied`. */
export class Unfit extends Error {
  constructor(
    readonly code: 'unreadable_image' | 'too_large',
    readonly count?: number,
  ) {
    super(code)
  }
}

/** Starts the worker at the first photo, and anew when it died of one. */
export class Darkroom {
  private developer: Developer | null = null
  private readonly waiting = new Map<number, { done(found: Developed): void; failed(error: Error): void }>()
  private last = 0

  constructor(private readonly open: () => Developer) {}

  develop(file: Blob, sizes: Sizes): Promise<Developed> {
    const developer = this.developer ?? this.start()
    const id = ++this.last
    return new Promise((done, failed) => {
      this.waiting.set(id, { done, failed })
      developer.postMessage({ id, file, sizes })
    })
  }

  private start(): Developer {
    const developer = this.open()
    developer.onmessage = ({ data }) => {
      const call = this.waiting.get(data.id)
      this.waiting.delete(data.id)
      if ('done' in data) call?.done(data.done)
      else call?.failed(new Unfit('unreadable_image'))
    }
    developer.onerror = () => {
      this.developer = null
      for (const { failed } of this.waiting.values()) failed(new Unfit('unreadable_image'))
      this.waiting.clear()
    }
    this.developer = developer
    return developer
  }
}

/** Width and height of a picture whose long side is at most `side`; it is never made larger. */
export function fitted(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(1, side / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

export async function sha256Of(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
