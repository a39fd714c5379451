/** What the outside lends the engine: time, chance, files and the terminal. Tests and simulations lend others. */
import { type Clock, systemClock } from '../base/clock.ts'
import { type Disk, nodeDisk } from '../base/disk.ts'
import { type Random, systemRandom } from '../base/random.ts'

export interface Host {
  readonly clock: Clock
  readonly random: Random
  readonly disk: Disk
  readonly stdin: NodeJS.ReadableStream
  stdout(text: string | Uint8Array): Promise<void> | undefined
  stderr(text: string | Uint8Array): Promise<void> | undefined
  warn(message: string): void
}

/** The process itself. */
export const nodeHost: Host = {
  clock: systemClock,
  random: systemRandom,
  disk: nodeDisk,
  stdin: process.stdin,
  stdout: text => written(process.stdout, text),
  stderr: text => written(process.stderr, text),
  warn: message => void process.stderr.write(`warning: ${message}\n`),
}

/** Waits only where the stream's own buffer is full. A reader that went away is the stream's 'error' event, not ours. */
function written(stream: NodeJS.WriteStream, text: string | Uint8Array): Promise<void> | undefined {
  if (stream.write(text)) return undefined
  return new Promise(resolve => {
    const go = () => {
      stream.off('drain', go)
      stream.off('close', go)
      resolve()
    }
    stream.once('drain', go)
    stream.once('close', go)
  })
}
