/** What every screen may want to know, watched once: the device, what the sync does, and the manifest. */
import { type InjectionKey, inject, provide, type ShallowRef } from 'vue'
import type { Manifest } from '@/protocol/manifest'
import type { Device, Status } from '@/runtime/port/tablet'
import { useWatch } from './port'

type Known<T> = Readonly<ShallowRef<T | undefined>>

export interface Session {
  device: Known<Device>
  status: Known<Status>
  /** Null while nobody is logged in or the first sync has not begun. */
  manifest: Known<Manifest | null>
}

const SESSION: InjectionKey<Session> = Symbol('session')

export function provideSession(): Session {
  const session: Session = {
    device: useWatch('device', () => ({})),
    status: useWatch('status', () => ({})),
    manifest: useWatch('manifest', () => ({})),
  }
  provide(SESSION, session)
  return session
}

export function useSession(): Session {
  const session = inject(SESSION)
  if (!session) throw new Error('no session provided')
  return session
}
