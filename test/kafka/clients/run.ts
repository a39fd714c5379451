/** One program of a client, run for one area: it is told on standard input, and answers in lines on standard output. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Prepared } from './clients.ts'
import type { Answer, Area } from './features.ts'
import type { Target } from './target.ts'

export interface Run {
  readonly answers: ReadonlyMap<string, Answer>
  readonly seconds: number
  /** What the program wrote on standard error: shown where it failed. */
  readonly output: string
}

const keptOutput = 20_000

export async function runProgram(
  { command, home }: Prepared,
  request: Target & {
    readonly client: string
    readonly area: Area
    readonly features: readonly string[]
    readonly prefix: string
  },
  root: string,
): Promise<Run> {
  const startedMs = performance.now()
  const { area, ...rest } = request
  const child = spawn(command[0]!, command.slice(1), { cwd: root, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  let output = ''
  child.stderr.setEncoding('utf8').on('data', text => (output = (output + text).slice(-keptOutput)))
  const answers = new Map<string, Answer>()
  const lines = createInterface({ input: child.stdout })
  lines.on('line', line => {
    const answered = answerOf(line)
    if (answered === undefined) output = `${output}${line}\n`.slice(-keptOutput)
    else answers.set(...answered)
  })
  // A program that ends before it has read is reported by how it ended.
  child.stdin.on('error', () => {})
  child.stdin.end(`${JSON.stringify({ ...rest, area: area.name, home })}\n`)
  const ending = await ended(child, area.timeoutMs)
  for (const feature of request.features)
    if (!answers.has(feature)) answers.set(feature, { kind: 'no', why: `not answered; the program ${ending}` })
  return { answers, output, seconds: (performance.now() - startedMs) / 1000 }
}

/** How it ended. Its children are ended with it. */
function ended(child: ReturnType<typeof spawn>, timeoutMs: number): Promise<string> {
  return new Promise(resolve => {
    let late = false
    const timer = setTimeout(() => {
      late = true
      process.kill(-child.pid!, 'SIGKILL')
    }, timeoutMs)
    const finish = (ending: string): void => {
      clearTimeout(timer)
      resolve(late ? `took longer than ${timeoutMs / 1000} s` : ending)
    }
    child.once('error', error => finish(`did not start: ${error.message}`))
    child.once('close', (code, signal) => finish(signal === null ? `ended with ${code}` : `was ended by ${signal}`))
  })
}

/** `{"feature": "gzip", "answer": "yes" | "no" | "none", "why": "…"}`; anything else is not an answer. */
function answerOf(line: string): [string, Answer] | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const { feature, answer, why } = JSON.parse(line) as { feature?: string; answer?: string; why?: string }
    if (typeof feature !== 'string') return undefined
    if (answer === 'yes') return [feature, { kind: 'yes' }]
    if (answer === 'none') return [feature, { kind: 'none', why }]
    if (answer === 'no') return [feature, { kind: 'no', why: why ?? 'no reason was given' }]
    return undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
