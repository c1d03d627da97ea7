/** Known ways to get sync wrong on a client. The worlds must notice every one of them. */
import type { Said } from '@/engine/answers'
import type { Store, Stored, Writing } from '@/store/port'

export interface Mutant {
  readonly store?: (sound: Store) => Store
  readonly said?: (said: Said) => Said
}

/** The cursor is stored before the rows. */
function rowsLater(sound: Store): Store {
  const write = async <T>(work: (at: Writing) => Promise<T>): Promise<T> => {
    const rows: Stored[] = []
    const done = await sound.write((at) => {
      const putRecords = async (records: readonly Stored[]): Promise<void> => void rows.push(...records)
      return work(shadow(at, { putRecords }))
    })
    if (rows.length) await sound.write((at) => at.putRecords(rows))
    return done
  }
  return shadow(sound, { write })
}

function shadow<T extends object>(real: T, over: Partial<T>): T {
  return new Proxy(real, {
    get(target, name) {
      const own: unknown = Reflect.get(over, name)
      const value: unknown = own ?? Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(own ? over : target) : value
    },
  })
}

export const MUTANTS: Readonly<Record<string, Mutant>> = {
  'the cursor is stored before the rows': { store: rowsLater },
  'held counts as done': {
    said: (said) => ({
      ...said,
      results: said.results.map((one) => (one.status === 'held' ? { ...one, status: 'applied' } : one)),
    }),
  },
  'marks that a record has left are ignored': {
    said: (said) => ({ ...said, changes: (said.changes ?? []).filter((change) => change.x !== 'left') }),
  },
  'what was dropped is kept': { said: (said) => ({ ...said, drop: [] }) },
  'another epoch is not noticed': {
    said: ({ epoch: _, ...said }) => said,
  },
}
