/**
 * Whether this browser keeps what is entered here, and how to make it (tablet.md §1.1). A plain tab of an iPad loses
 * everything after a week without a visit, and shares nothing with the app on the home screen.
 */

/** How the app gets onto this device: the browser offers it, or a person does it by the menu, as the guide shows. */
export type Way = 'offered' | 'ios' | 'menu'

export interface Installing {
  readonly installed: boolean
  /** Show the guide in place of the log-in: what is entered in a plain iPad tab would not be in the app. */
  readonly mustInstall: boolean
  readonly way: Way
}

/** What a browser says of itself, as far as it concerns this. */
export interface Browser {
  readonly standalone: boolean
  readonly userAgent: string
  /** Fingers that a screen takes; tells an iPad from the Mac that it says it is. */
  readonly touchPoints: number
  readonly offered: boolean
}

export function installingOf({ standalone, userAgent, touchPoints, offered }: Browser): Installing {
  const ios = /iPad|iPhone|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1)
  return {
    installed: standalone,
    mustInstall: ios && !standalone,
    way: offered ? 'offered' : ios ? 'ios' : 'menu',
  }
}

/** No service worker, camera or crypto on other origins: the app cannot work, and says so (tablet.md §2.7). */
export const isSecure = (): boolean => window.isSecureContext && 'locks' in navigator && 'subtle' in crypto

/** Chromium's offer to install, which must be kept to be used later. */
interface Offer extends Event {
  prompt(): Promise<unknown>
}

export class Installer {
  private offer: Offer | null = null

  /** `changed` is called whenever the answer of `state` may be another one. */
  constructor(changed: () => void) {
    window.addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault()
      this.offer = event as Offer
      changed()
    })
    window.addEventListener('appinstalled', () => {
      this.offer = null
      changed()
    })
    window.matchMedia(STANDALONE).addEventListener('change', changed)
  }

  get state(): Installing {
    return installingOf({
      standalone:
        window.matchMedia(STANDALONE).matches || ('standalone' in navigator && navigator.standalone === true),
      userAgent: navigator.userAgent,
      touchPoints: navigator.maxTouchPoints,
      offered: this.offer !== null,
    })
  }

  /** Show the browser's own question; only where `way` is `offered`, and only after a tap. */
  async install(): Promise<void> {
    const { offer } = this
    this.offer = null
    await offer?.prompt()
  }
}

const STANDALONE = '(display-mode: standalone), (display-mode: fullscreen), (display-mode: minimal-ui)'

/** Ask the browser never to throw data away, after a tap; what it says then is read back. Null: it does not say. */
export async function persist(): Promise<boolean | null> {
  // Some engines have no storage manager at all (tablet.md §6).
  const storage = navigator.storage as StorageManager | undefined
  if (!storage?.persisted) return null
  if (!(await storage.persisted())) await storage.persist?.()
  return storage.persisted()
}

/** What the browser says without being asked for more. */
export async function persisted(): Promise<boolean | null> {
  const storage = navigator.storage as StorageManager | undefined
  return storage?.persisted ? storage.persisted() : null
}
