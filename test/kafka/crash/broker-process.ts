/** A broker in a process of its own (child.ts), and what becomes of it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Durability } from '#src/kafka/log/commit.ts'
import type { CrashAt } from './crash-point.ts'

const child = fileURLToPath(new URL('child.js', import.meta.url))

export interface BrokerProcessOptions {
  readonly port: number
  readonly data: string
  readonly durability: Durability
  /** Where it dies before it has recovered, if it gets there. */
  readonly crashAt?: CrashAt
}

export class BrokerProcess {
  readonly #process: ChildProcess
  /** Resolves with how it ended: a signal's name, or an exit code. */
  readonly ended: Promise<string>
  #end: string | undefined
  /** What it wrote on standard error. */
  complaints = ''
  recoveredMs = 0
  /** On files, until it had recovered. */
  recoveryOperations = 0
  /** It found what a clean stop leaves. */
  clean = false

  private constructor({ port, data, durability, crashAt }: BrokerProcessOptions) {
    const where = crashAt === undefined ? [] : [JSON.stringify(crashAt)]
    this.#process = spawn(process.execPath, [child, String(port), data, durability, ...where], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    this.#process.stderr!.setEncoding('utf8').on('data', text => (this.complaints += text))
    // Whoever writes to it may find it dead.
    this.#process.stdin!.on('error', error => (this.complaints += `${error.message}\n`))
    this.ended = once(this.#process, 'exit').then(([code, signal]) => (this.#end = String(signal ?? code)))
  }

  /** A broker that listens, or undefined when it died where it was to. */
  static async start(options: BrokerProcessOptions): Promise<BrokerProcess | undefined> {
    const started = new BrokerProcess(options)
    for await (const line of createInterface({ input: started.#process.stdout! })) {
      const [, ms, operations, how] = /^listening (\d+) (\d+) (clean|recovered)$/.exec(line) ?? []
      if (ms === undefined) continue
      started.recoveredMs = Number(ms)
      started.recoveryOperations = Number(operations)
      started.clean = how === 'clean'
      return started
    }
    const end = await started.ended
    if (options.crashAt !== undefined && end === 'SIGKILL') return undefined
    throw new Error(`the broker does not start (${end}): ${started.complaints}`)
  }

  get dead(): boolean {
    return this.#end !== undefined
  }

  /** From now on it dies there. */
  arm(at: CrashAt): void {
    this.#process.stdin!.write(`${JSON.stringify(at)}\n`)
  }

  signal(name: 'SIGKILL' | 'SIGTERM'): void {
    this.#process.kill(name)
  }
}

/** A port that nobody has at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
