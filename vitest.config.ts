import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{test,examples}/**/*.test.ts'],
    exclude: ['test/bench/**'],
    globalSetup: ['test/support/servers/setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
