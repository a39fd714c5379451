/** What the outside lends the engine: time, chance, files and the terminal. Tests and simulations lend others. */
import type { Duplex } from 'node:stream'
import { type Clock, type Timers, keepingTimers, systemClock } from '../base/clock.ts'
import { type Disk, nodeDisk } from '../base/disk.ts'
import { ConnectorError } from '../base/errors.ts'
import { type Random, systemRandom } from '../base/random.ts'

export interface Host {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly disk: Disk
  readonly stdin: NodeJS.ReadableStream
  stdout(text: string | Uint8Array): Promise<void> | undefined
  stderr(text: string | Uint8Array): Promise<void> | undefined
  warn(message: string): void
  /** Servers that run in this process, by their address: a broker that is reached by a pipe. */
  dial?(address: { readonly host: string; readonly port: number }): Duplex | undefined
}

/** The process itself. */
export const nodeHost: Host = {
  clock: systemClock,
  timers: keepingTimers,
  random: systemRandom,
  disk: nodeDisk,
  // Looked at when it is asked for: opening it is not free, and most queries do not read it.
  get stdin() {
    return process.stdin
  },
  stdout: text => written(process.stdout, text),
  stderr: text => written(process.stderr, text),
  warn: message => void process.stderr.write(`warning: ${message}\n`),
}

/** Standard streams that were written to: false once nobody reads them. The stream itself forgets that it failed. */
const read = new Map<NodeJS.WriteStream, boolean>()

/** Waits only where the stream's own buffer is full. Fails with PIPE_CLOSED once nobody reads any more. */
function written(stream: NodeJS.WriteStream, text: string | Uint8Array): Promise<void> | undefined {
  if (!read.has(stream)) {
    read.set(stream, true)
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      read.set(stream, false)
    })
  }
  if (read.get(stream) === false) throw closedPipe()
  if (stream.write(text)) return undefined
  return new Promise((resolve, reject) => {
    const go = () => {
      for (const event of ['drain', 'close', 'error']) stream.off(event, go)
      if (read.get(stream) === false) reject(closedPipe())
      else resolve()
    }
    for (const event of ['drain', 'close', 'error']) stream.once(event, go)
  })
}

const closedPipe = (): ConnectorError => new ConnectorError('PIPE_CLOSED', 'nobody reads the output any more')
