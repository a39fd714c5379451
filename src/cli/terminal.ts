/** The terminal, or the pipe, that a command talks to. */
export interface Io {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly stdin: NodeJS.ReadStream
}

/** A reader that went away (`| head`) ends the command quietly. */
export class ClosedPipe extends Error {}

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

  /** Resolves when there is room for more. Rejects with `ClosedPipe` when nobody reads any more. */
  async write(text: string | Uint8Array): Promise<void> {
    if (this.#closed) throw new ClosedPipe()
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
    if (this.#closed) throw new ClosedPipe()
  }

  line(text: string): Promise<void> {
    return this.write(`${text}\n`)
  }
}
