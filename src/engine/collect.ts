/** The sink of a SELECT: hands chunks to whoever iterates. A reader that lags makes the job wait. */
import type { Chunk } from '../data/chunk.ts'
import type { Sink } from '../runtime/dataflow/sink.ts'

/** Chunks that may wait for the reader. */
const WAITING_CHUNKS = 16

export class Collector implements AsyncIterable<Chunk> {
  readonly #chunks: Chunk[] = []
  #ended = false
  #abandoned = false
  #failure: unknown
  #reader: (() => void) | undefined
  #writer: (() => void) | undefined

  readonly sink: Sink = {
    open: async () => ({
      write: chunk => this.#put(chunk),
      prepare: async () => null,
      commit: async () => {},
      close: async () => {},
    }),
  }

  /** No more rows will come. With an error, the reader gets it after the rows that came before it. */
  end(failure?: unknown): void {
    this.#ended = true
    this.#failure = failure
    this.#reader?.()
  }

  /** The reader wants no more: what waits and what still comes is let go. */
  abandon(): void {
    this.#abandoned = true
    for (const chunk of this.#chunks.splice(0)) chunk.release()
    this.#writer?.()
  }

  /** Each chunk is the reader's, to be released. */
  async *[Symbol.asyncIterator](): AsyncIterator<Chunk> {
    try {
      for (;;) {
        const chunk = this.#chunks.shift()
        if (chunk !== undefined) {
          this.#writer?.()
          yield chunk
        } else if (this.#ended) {
          if (this.#failure !== undefined) throw this.#failure
          return
        } else {
          await new Promise<void>(resolve => (this.#reader = resolve))
          this.#reader = undefined
        }
      }
    } finally {
      this.abandon()
    }
  }

  #put(chunk: Chunk): Promise<void> | undefined {
    if (this.#abandoned) {
      chunk.release()
      return undefined
    }
    this.#chunks.push(chunk)
    this.#reader?.()
    if (this.#chunks.length < WAITING_CHUNKS) return undefined
    return new Promise(resolve => {
      this.#writer = () => {
        this.#writer = undefined
        resolve()
      }
    })
  }
}
