import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Runs a script that prints figures; it asserts nothing about time.
export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    include: ['test/bench/**/*.bench-run.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 1_800_000,
  },
})
