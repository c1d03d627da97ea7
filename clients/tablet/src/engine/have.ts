import type { Bucket, Stored } from './rows'

/** Adds up what each bucket holds, for the self-check (protocol §3.6): count and sum mod 2³² of `h`. */
export class Sums {
  private readonly sums = new Map<number, [number, number]>()

  add(records: readonly Stored[]): void {
    for (const { members } of records) {
      for (const [bucket, h] of members) {
        const [count, sum] = this.sums.get(bucket) ?? [0, 0]
        this.sums.set(bucket, [count + 1, (sum + h) >>> 0])
      }
    }
  }

  /** Of fully read buckets only: the server compares no others. */
  of(buckets: readonly Bucket[]): Record<string, readonly [number, number]> {
    const full = buckets.filter((bucket) => bucket.state === 'full')
    return Object.fromEntries(full.map(({ id, name }) => [name, this.sums.get(id) ?? [0, 0]]))
  }
}
