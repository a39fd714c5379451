/** A program that goes on running: Connect's workers, MirrorMaker. What it says is kept for whoever wants to know why. */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

const KEPT = 10_000

export class Service {
  readonly #child: ChildProcess
  #said = ''

  constructor([command, ...args]: readonly string[]) {
    this.#child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#child.once('error', error => (this.#said += error.message))
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', text => (this.#said = (this.#said + text).slice(-KEPT)))
  }

  /** The last of it. */
  get said(): string {
    return this.#said
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (!this.running) return
    const gone = new Promise(resolve => this.#child.once('exit', resolve))
    this.#child.kill(signal)
    await gone
  }
}

/** Asks until there is an answer; what is thrown meanwhile is told when time is over. */
export async function eventually<T>(what: string, limitMs: number, ask: () => Promise<T | undefined>): Promise<T> {
  const endMs = performance.now() + limitMs
  let last: unknown
  while (performance.now() < endMs) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
      last = undefined
    } catch (error) {
      last = error
    }
    await sleep(200)
  }
  throw new Error(`${what}: not within ${limitMs / 1000} s${last instanceof Error ? ` (${last.message})` : ''}`, { cause: last })
}
