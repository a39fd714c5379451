/** The terminal, or the pipe, that a command talks to. */
import { ConnectorError } from '../base/errors.ts'

/** A reader that went away (`| head`) ends the command quietly. Sinks that print find it out as PIPE_CLOSED, too. */
export const isClosedPipe = (error: unknown): boolean => error instanceof ConnectorError && error.code === 'PIPE_CLOSED'

const closedPipe = (): ConnectorError => new ConnectorError('PIPE_CLOSED', 'nobody reads the output any more')

/** Standard output with back-pressure. */
export class Out {
  readonly #stream: NodeJS.WriteStream
  #closed = false

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      this.#closed = true
    })
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY === true
  }

  /** In a pipe tables are as wide as their rows. */
  get columns(): number {
    return this.isTerminal ? this.#stream.columns : 1000
  }

  get rows(): number {
    return this.isTerminal ? this.#stream.rows : 1000
  }

  /** Resolves when there is room for more. Rejects with PIPE_CLOSED when nobody reads any more. */
  async write(text: string | Uint8Array): Promise<void> {
    if (this.#closed) throw closedPipe()
    if (this.#stream.write(text)) return
    await new Promise<void>(resolve => {
      const go = () => {
        this.#stream.off('drain', go)
        this.#stream.off('close', go)
        this.#stream.off('error', go)
        resolve()
      }
      this.#stream.once('drain', go)
      this.#stream.once('close', go)
      this.#stream.once('error', go)
    })
    if (this.#closed) throw closedPipe()
  }

  line(text: string): Promise<void> {
    return this.write(`${text}\n`)
  }
}
