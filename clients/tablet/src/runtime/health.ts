/** How much room this browser gives and how surely it keeps it: for the sync pill and for the office (protocol §3). */
import type { Storage } from '@/protocol/wire'

export interface Room {
  readonly persisted: boolean | null
  readonly quota: number | null
  readonly usage: number | null
}

export const UNKNOWN: Room = { persisted: null, quota: null, usage: null }

/** Ask the browser; engines without a storage manager do not tell (tablet.md §6). */
export async function measureRoom(
  storage: Partial<Pick<StorageManager, 'estimate' | 'persisted'>> | undefined,
): Promise<Room> {
  const persisted = (await storage?.persisted?.().catch(() => null)) ?? null
  const found = await storage?.estimate?.().catch(() => null)
  return { persisted, quota: found?.quota ?? null, usage: found?.usage ?? null }
}

/** What a refused write tells of the room: recent Chromium promises everybody 10 GB that need not be there. */
export function filled(room: Room): Room {
  const usage = Math.max(1, room.usage ?? 0)
  return { ...room, quota: usage, usage }
}

/** Warn from 80 % of the quota on, take no photos (but records) from 90 % on (tablet.md §1.1). */
export function levelOf({ quota, usage }: Room): 'ok' | 'low' | 'full' {
  const share = quota ? (usage ?? 0) / quota : 0
  return share >= 0.9 ? 'full' : share >= 0.8 ? 'low' : 'ok'
}

/** Room as the office is told of it. */
export function storageOf({ persisted, quota, usage }: Room): Storage {
  return {
    ...(quota === null ? {} : { free: Math.max(0, quota - (usage ?? 0)) }),
    ...(persisted === null ? {} : { persisted }),
  }
}
