import { defineConfig } from 'vitest/config'
import e2e from './vitest.e2e.config.ts'

// Pictures to be looked at, not tests: `npm run shots` writes them to `shots/`.
export default defineConfig({
  ...e2e,
  test: { ...e2e.test, include: ['test/e2e/shots/*.shots.ts'], testTimeout: 1_200_000 },
})
