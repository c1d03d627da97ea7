/** Whatever a test file has opened is looked over after each test and closed at the end. */
import { afterAll, afterEach, expect } from 'vitest'

export interface Opened {
  close(): Promise<void>
  /** What must not have happened since this was asked last. */
  faults?(): string[]
  /** Write down what it shows, for whoever looks into a failure. */
  show?(file: string): Promise<void>
}

const all = new Set<Opened>()

export function attendTo(one: Opened): void {
  all.add(one)
}

/** `E2E_SHOTS` names a folder for pictures of tablets at failures. */
afterEach(async ({ task }) => {
  const folder = process.env.E2E_SHOTS
  if (folder && task.result?.state === 'fail') {
    const name = task.file.name.replace(/\W+/g, '-')
    for (const [n, one] of [...all].entries()) await one.show?.(`${folder}/${name}-${n}.png`)
  }
  expect([...all].flatMap((one) => one.faults?.() ?? [])).toEqual([])
})

afterAll(async () => {
  for (const one of [...all].reverse()) await one.close()
})
