import { SCHEMA } from '../tables'

/** What each version of the database adds, in Dexie's words; a version that has left the house is never changed. */
export const VERSIONS: readonly Readonly<Record<string, string | null>>[] = [SCHEMA]
