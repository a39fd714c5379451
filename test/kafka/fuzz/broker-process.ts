/** The broker under attack: a process as users start it, on a directory that outlives it, watched from outside. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../../../dist/cli/main.js', import.meta.url))
const host = '127.0.0.1'
/**
 * Requests in flight (48 MB) and what they are when they are decoded, a few times that, until V8 collects it; memory for frames to come
 * (24 MB), answers that nobody takes (8 MB for each who does not), and Node. Seeds differ: 250 to 450 MB were seen.
 */
const MOST_RESIDENT_BYTES = 512 << 20
/** Whom nobody hears of for so long hangs. */
const DEAF_MS = 15_000

export const people = { good: 'good-secret', fuzz: 'fuzz-secret' } as const

export class BrokerProcess {
  readonly host = host
  readonly open: number
  readonly sasl: number
  readonly #http: number
  readonly #process: ChildProcess
  readonly #exited: Promise<number>
  /** Lines of its log that say that something is wrong with it. */
  readonly errors: string[] = []
  /** The most memory it had when somebody looked, and the longest that its event loop did not come to the next event. */
  peakBytes = 0
  longestStallMs = 0
  #rest = ''
  ended: string | undefined

  private constructor(child: ChildProcess, ports: readonly number[]) {
    this.#process = child
    const [open, sasl, http] = ports
    this.open = open!
    this.sasl = sasl!
    this.#http = http!
    child.stderr!.setEncoding('utf8').on('data', (text: string) => this.#logged(text))
    this.#exited = new Promise(resolve =>
      child.once('exit', (code, signal) => {
        this.ended = signal ?? `exit code ${code}`
        resolve(code ?? -1)
      }),
    )
  }

  /** `guarded`: attackers may do what they like only with what is called `fuzz-…`. */
  static async start(data: string, options: { readonly guarded: boolean }): Promise<BrokerProcess> {
    const ports = await freePorts(3)
    const [open, sasl, http] = ports
    const settings = {
      'listener.security.protocol.map': 'OPEN:PLAINTEXT,AUTH:SASL_PLAINTEXT',
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'millrace.users': Object.entries(people)
        .map(([name, secret]) => `${name}:${secret}`)
        .join(','),
      'authorizer.class.name': 'millrace',
      'super.users': options.guarded ? 'User:good' : 'User:good;User:fuzz;User:ANONYMOUS',
      'group.initial.rebalance.delay.ms': '0',
      'log.segment.bytes': '1048576',
      'log.cleaner.backoff.ms': '500',
    }
    const child = spawn(
      process.execPath,
      [
        program,
        'broker',
        `--data=${data}`,
        `--listen=OPEN://${host}:${open}`,
        `--listen=AUTH://${host}:${sasl}`,
        `--http=${host}:${http}`,
        '--log-format=json',
        '--log-level=warn',
        ...Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    const broker = new BrokerProcess(child, ports)
    await broker.#listening()
    return broker
  }

  async #listening(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#process.stdout!.once('data', () => resolve())
      this.#process.once('exit', () => reject(new Error(`the broker did not start: ${this.errors.join('\n')}\n${this.#rest}`)))
    })
    this.#process.stdout!.resume()
  }

  #logged(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) if (isFault(line)) this.errors.push(line)
  }

  get failed(): boolean {
    return this.ended !== undefined || this.errors.length > 0
  }

  /** Bytes of memory that the system has given it. */
  get residentBytes(): number {
    if (this.ended !== undefined) return 0
    const status = readFileSync(`/proc/${this.#process.pid}/status`, 'utf8')
    // One that has just ended has none.
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
  }

  /** Sockets it has open. */
  get sockets(): number {
    const folder = `/proc/${this.#process.pid}/fd`
    let count = 0
    for (const name of readdirSync(folder)) if (isSocket(`${folder}/${name}`)) count++
    return count
  }

  /** Requests that it understood, by API. */
  async requests(): Promise<ReadonlyMap<string, number>> {
    const text = await this.#get('/metrics')
    return new Map(
      Array.from(text.matchAll(/^millrace_requests_total\{api="(\w+)"\} (\d+)$/gm), ([, api, count]) => [api!, Number(count)]),
    )
  }

  /** The longest time between two events, since it was asked last. */
  async stallMs(): Promise<number> {
    const text = await this.#get('/metrics')
    return Number(/^millrace_event_loop_delay_seconds\{quantile="1"\} (\S+)$/m.exec(text)?.[1]) * 1000
  }

  async metric(name: string): Promise<number> {
    const text = await this.#get('/metrics')
    const values = Array.from(text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm')), found => Number(found[1]))
    return values.reduce((sum, value) => sum + value, 0)
  }

  async #get(path: string): Promise<string> {
    const answer = await fetch(`http://${host}:${this.#http}${path}`, { signal: AbortSignal.timeout(DEAF_MS) })
    return answer.text()
  }

  /** Looks after it: it has to answer, and to keep within its memory. */
  async look(): Promise<void> {
    if (this.failed) return
    this.peakBytes = Math.max(this.peakBytes, this.residentBytes)
    if (this.peakBytes > MOST_RESIDENT_BYTES)
      this.errors.push(`memory grew to ${this.peakBytes >> 20} MB; ${MOST_RESIDENT_BYTES >> 20} are allowed`)
    try {
      this.longestStallMs = Math.max(this.longestStallMs, await this.stallMs())
    } catch (error) {
      // One that has ended says so itself.
      if (this.ended === undefined) this.errors.push(`nothing was heard of it: ${(error as Error).message}`)
    }
  }

  async ready(): Promise<boolean> {
    return (await this.#get('/health/ready')) === 'ready\n'
  }

  /** Answers its exit code. */
  async stop(withinMs: number): Promise<number> {
    this.#process.kill('SIGTERM')
    const kill = setTimeout(() => this.#process.kill('SIGKILL'), withinMs)
    const code = await this.#exited
    clearTimeout(kill)
    return code
  }
}

/** Anything that is no event, and errors; that nonsense of an attacker can't be compacted is no fault of the broker's. */
function isFault(line: string): boolean {
  if (!line.startsWith('{')) return true
  const { level, event, error } = JSON.parse(line) as Readonly<Record<string, string>>
  return level === 'error' && !(event!.startsWith('compaction failed') && /^fuzz\S+@\d+: /.test(error!))
}

function isSocket(descriptor: string): boolean {
  try {
    return readlinkSync(descriptor).startsWith('socket:')
  } catch (error) {
    // Closed since it was listed.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, host))
  await Promise.all(servers.map(server => new Promise(listening => server.once('listening', listening))))
  const ports = servers.map(server => (server.address() as AddressInfo).port)
  await Promise.all(servers.map(server => new Promise(closed => server.close(closed))))
  return ports
}
