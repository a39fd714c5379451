/**
 * Kafka's own tools, asked the same of our broker and of a real one: they are the strictest readers of the protocol, and what they print
 * is what operators see.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { JavaPrograms } from '../toolchains.ts'
import { type ToolCommand, toolCommands } from './tool-commands.ts'

interface Answer {
  /** Null: it had not ended by its time. */
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Tools of one broker, in a JVM of their own. */
class Tools {
  readonly #address: string
  readonly #child: ChildProcess
  readonly #answers: AsyncIterator<string>

  constructor(java: JavaPrograms, address: string) {
    this.#address = address
    const [command, ...args] = java.command('KafkaTools')
    this.#child = spawn(command!, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    this.#answers = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]()
  }

  async ask({ tool, args, input = '', settleMs = 0 }: ToolCommand): Promise<Answer> {
    const words = args.replaceAll('BROKER', this.#address).split(' ').filter(Boolean)
    this.#child.stdin!.write(`${JSON.stringify({ tool, args: words, input, timeout: 25_000, settle: settleMs })}\n`)
    const line = await this.#answers.next()
    if (line.done) throw new Error(`the JVM of Kafka's tools ended at ${tool} ${args}`)
    return JSON.parse(line.value)
  }

  /** What is this broker's own: addresses, ids, times, and the words of messages. */
  normal({ code, out, err }: Answer): { readonly code: number | null; readonly out: string } {
    const [host, port] = this.#address.split(':') as [string, string]
    const text = `${out}\n${err}`
      .replaceAll(this.#address, 'BROKER')
      .replace(new RegExp(`${host}( +)${port} `), 'BROKER$1')
      .replaceAll(`${host}:${Number(port) + 1}`, 'CONTROLLER')
      .replace(/^\d{4}-\d\d-\d\dT\S+ (WARN|ERROR) /gm, '$1 ')
      .replace(/^\s+(at|\.\.\.) .*\n/gm, '')
      .replace(/(TopicId: |Cluster ID: )\S+/g, '$1ID')
      .replace(/"logDir":"[^"]*"/g, '"logDir":"DIRECTORY"')
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'UUID')
      .replace(/console-consumer-\d+/g, 'console-consumer-N')
      .replace(/"timestamp":\d+/g, '"timestamp":TIME')
      .replace(/\b1[78]\d{11}\s+\d+\b/g, 'TIME DURATION')
      // The exception is compared, its words are each broker's own.
      .replace(/((?:Exception|Error)): .*/g, '$1')
      .replace(/(Error while executing [\w ]+ command ?:?|Error: ?|error: ).*/g, '$1')
      .replace(/^WARN .*\n/gm, '')
      .replace(/ +/g, ' ')
      .replace(/ +$/gm, '')
    return { code, out: text.trim() }
  }

  async end(): Promise<void> {
    const gone = new Promise(resolve => this.#child.once('exit', resolve))
    this.#child.stdin!.end()
    await gone
  }
}

const sorted = (text: string): string =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .toSorted()
    .join('\n')

/** Answers what differs, a text each. */
export async function compareTools(java: JavaPrograms, ours: string, real: string, verbose: boolean): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-tools-'))
  const deletion = join(folder, 'delete.json')
  const partition = { topic: 'a', partition: 1, offset: 1 }
  writeFileSync(deletion, JSON.stringify({ version: 1, partitions: [partition] }))
  const [here, there] = [new Tools(java, ours), new Tools(java, real)]
  const differences: string[] = []
  try {
    for (const command of toolCommands(deletion)) {
      const startedMs = performance.now()
      const [a, b] = (await Promise.all([here.ask(command), there.ask(command)])) as [Answer, Answer]
      const difference = compare(command, here.normal(a), there.normal(b))
      const name = `${command.tool.split('.').at(-1)} ${command.args}`
      if (difference !== undefined) differences.push(`${name}\n${difference}`)
      if (verbose)
        console.log(
          `${difference === undefined ? 'same' : 'DIFFERS'} ${name} (${Math.round(performance.now() - startedMs)} ms)\n${here.normal(a).out.replace(/^/gm, '    ')}`,
        )
    }
  } finally {
    await Promise.all([here.end(), there.end()])
    rmSync(folder, { recursive: true })
  }
  return differences
}

/** What differs: the lines that only one has, or all of one that has no more than the other. */
function compare(command: ToolCommand, ours: Normal, real: Normal): string | undefined {
  const codes = ours.code === real.code
  const outs = command.unordered ? sorted(ours.out) === sorted(real.out) : ours.out === real.out
  if (codes && (outs || command.differs !== undefined)) return undefined
  const [here, there] = [ours, real].map(({ code, out }) => [`exit code ${code}`, ...out.split('\n')]) as [string[], string[]]
  const side = (name: string, lines: readonly string[], others: readonly string[]): string => {
    const own = lines.filter(line => !others.includes(line))
    return `${(own.length > 0 ? own : lines).join('\n').replace(/^/gm, `  ${name}| `)}\n`
  }
  return side('here', here, there) + side('real', there, here)
}

type Normal = ReturnType<Tools['normal']>
