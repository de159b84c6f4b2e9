import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{test,examples}/**/*.test.ts'],
    exclude: ['test/bench/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
