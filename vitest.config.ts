import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  // What tools and examples outside `src` import by the package's own name is the source itself while testing.
  resolve: {
    alias: [
      { find: /^#src\//, replacement: fileURLToPath(new URL('src/', import.meta.url)) },
      { find: /^millrace\/broker$/, replacement: fileURLToPath(new URL('src/broker.ts', import.meta.url)) },
      { find: /^millrace$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
    ],
  },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 30_000,
    pool: 'forks',
    // Vitest would leave one processor to a person who watches.
    maxWorkers: availableParallelism(),
  },
})
