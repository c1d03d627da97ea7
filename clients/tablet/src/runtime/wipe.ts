/**
 * A revoked device hands in what is unsent, then erases itself (protocol §5). From the moment that it knows nobody gets
 * in; it goes on where it was interrupted. What only a page can erase, `page.ts` does once the tablet says `wiped`.
 */
import { type DeviceStore, type Known, NOBODY } from './device'

export interface Wiped {
  /** Offer a person's ops and the files that they name; false: the server could not be heard, try again. */
  offer(who: Known): Promise<boolean>
  erase(who: Known): Promise<void>
}

export class Wipe {
  constructor(
    private readonly device: DeviceStore,
    private readonly replicas: Wiped,
  ) {}

  /** The server has revoked this device; `atOnce`: nothing is to be offered first. */
  async begin(atOnce: boolean): Promise<void> {
    await this.device.change(({ card }) => ({
      card: { wiping: { atOnce: atOnce || card.wiping?.atOnce === true } },
      shift: NOBODY,
    }))
  }

  /** Go on with it: `none` is under way, it is `done`, or work could not be offered yet and it has to `wait`. */
  async proceed(): Promise<'none' | 'wait' | 'done'> {
    const { card, people } = await this.device.read()
    if (!card.wiping) return 'none'
    for (const person of card.wiping.atOnce ? [] : people) {
      if (!(await this.replicas.offer(person))) return 'wait'
    }
    for (const person of people) await this.replicas.erase(person)
    await this.device.reset()
    return 'done'
  }
}
