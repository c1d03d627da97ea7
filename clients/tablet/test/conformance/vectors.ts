import { readFileSync } from 'node:fs'

/** The vectors that server and clients share (protocol §8). */
export function vectors<T>(name: string): T {
  return JSON.parse(
    readFileSync(new URL(`../../../../tests/conformance/${name}.json`, import.meta.url), 'utf8'),
  ) as T
}
