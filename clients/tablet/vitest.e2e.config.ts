import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// One browser and one server at a time: two cores are all there is, and timing faults should be the product's.
export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    environment: 'node',
    globalSetup: ['test/e2e/stage/installation.ts'],
    setupFiles: ['test/e2e/stage/closing.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
