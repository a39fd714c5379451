/** `'connector' = 'blackhole'`: takes every row and keeps none. For benchmarks. */
import type { Connector } from './connector.ts'

export const blackhole: Connector = {
  name: 'blackhole',
  options: { required: [], optional: [] },
  accepts: 'all',
  sink: () => ({
    open: async () => ({
      write(chunk) {
        chunk.release()
        return undefined
      },
      prepare: async () => null,
      commit: async () => {},
      close: async () => {},
    }),
  }),
}
