/**
 * Runs what the documentation shows at a terminal. A page is one session in a directory of its own, from top to bottom:
 *
 *     ```sql job.sql          a file of this name
 *     ```console              `$ command`, then what it prints on both streams; `…` stands for any text, as a line for any lines
 *
 * `npx millrace` is what was built; without `dist` there is nothing to run. UPDATE_DOCS=1 writes the outputs anew.
 *
 * A page may start a broker at `localhost:9092`, with HTTP at 9644 and a schema registry at 8081, which are other ports here,
 * ones that are free. What goes on in the background leaves its number in a file `NAME.pid`, so that it ends with the page. Files beside an example's page are beside it here, too.
 */
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { type Fence, fences, holdPage, readPage, updating } from './page.ts'

const main = resolve('dist/cli/main.js')
const pages = [
  'README.md',
  ...['cli', 'sql', 'connectors', 'formats', 'checkpoints', 'errors', 'broker', 'broker-configuration', 'broker-storage'].map(
    name => `docs/${name}.md`,
  ),
  'examples/orders/README.md',
]
/** Ports of the documentation, and those that stand for them while a page is played. */
class Ports {
  readonly #real: ReadonlyMap<string, string>

  private constructor(real: ReadonlyMap<string, string>) {
    this.#real = real
  }

  static async free(): Promise<Ports> {
    return new Ports(new Map(await Promise.all(['9092', '9644', '8081'].map(async port => [port, await freePort()] as const))))
  }

  get broker(): string {
    return this.#real.get('9092')!
  }

  real(text: string): string {
    return [...this.#real].reduce((changed, [shown, real]) => changed.replaceAll(shown, real), text)
  }

  shown(text: string): string {
    return [...this.#real].reduce((changed, [shown, real]) => changed.replaceAll(real, shown), text)
  }
}

test.skipIf(!existsSync(main)).each(pages)('%s: its commands print what it says', { timeout: 120_000 }, async page => {
  const text = readPage(page)
  const directory = mkdtempSync(join(tmpdir(), 'millrace-docs-'))
  const ports = await Ports.free()
  try {
    if (page.startsWith('examples/')) copyExample(dirname(page), directory, ports)
    symlinkSync(resolve('node_modules'), join(directory, 'node_modules'))
    mkdirSync(join(directory, '.bin'))
    writeFileSync(join(directory, '.bin/npx'), npx(ports.broker), { mode: 0o755 })
    let shown = ''
    let at = 0
    for (const fence of fences(text)) {
      shown += text.slice(at, fence.start) + played(fence, directory, ports)
      at = fence.end
    }
    shown += text.slice(at)
    holdPage(page, shown)
  } finally {
    endBackground(directory)
    rmSync(directory, { recursive: true })
  }
})

/** The command, which finds its broker at our port unless it is told another, and waits for one that is about to listen. */
const npx = (port: string): string => `#!/bin/bash
shift
listening() { for i in {1..200}; do (exec 3<>/dev/tcp/localhost/${port}) 2>/dev/null && return; sleep 0.1; done; }
case "$1 $*" in
  *' --bootstrap '* | *' -b '*) ;;
  *--help*) ;;
  topic\\ * | produce\\ * | consume\\ * | group\\ *) listening; set -- "$@" --bootstrap localhost:${port} ;;
esac
exec '${process.execPath}' '${main}' "$@"
`

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(listening => server.once('listening', listening))
  const { port } = server.address() as AddressInfo
  await new Promise(closed => server.close(closed))
  return String(port)
}

function copyExample(from: string, to: string, ports: Ports): void {
  for (const file of readdirSync(from)) {
    copyFileSync(join(from, file), join(to, file))
    writeFileSync(join(to, file), ports.real(readFileSync(join(from, file), 'utf8')))
  }
}

function endBackground(directory: string): void {
  for (const file of readdirSync(directory).filter(name => name.endsWith('.pid'))) {
    const pid = Number(readFileSync(join(directory, file), 'utf8'))
    try {
      process.kill(pid)
    } catch (error) {
      // The page has ended it itself.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}

/** The block as it would have to be written. */
function played({ language, title, body }: Fence, directory: string, ports: Ports): string {
  const head = title === '' ? language : `${language} ${title}`
  if (language !== 'console' && /^[\w.-]+\.\w+$/.test(title)) writeFileSync(join(directory, title), ports.real(body))
  if (language !== 'console') return `\`\`\`${head}\n${body}\`\`\``
  let shown = ''
  for (const { command, output } of commands(body)) {
    const printed = ports.shown(run(ports.real(command), directory))
    shown += `$ ${command}\n${output.includes('…') && matches(output, printed) ? output : printed}`
  }
  return `\`\`\`${head}\n${shown}\`\`\``
}

/** A command goes on behind a backslash, and up to the last line of a here document. */
function commands(body: string): { command: string; output: string }[] {
  const parts: { command: string; output: string }[] = []
  let open = false
  for (const line of body.split('\n').slice(0, -1)) {
    const last = parts.at(-1)
    if (line.startsWith('$ ')) parts.push({ command: line.slice(2), output: '' })
    else if (last === undefined) expect.fail(`a console block begins with '$ ', not with '${line}'`)
    else if (open) last.command += `\n${line}`
    else last.output += `${line}\n`
    const { command } = parts.at(-1)!
    open = last?.output === '' || line.startsWith('$ ') ? command.endsWith('\\') || hasOpenQuote(command) : false
  }
  return parts
}

const hasOpenQuote = (command: string): boolean => (command.replaceAll(/'[^']*'/g, '').match(/"/g) ?? []).length % 2 === 1

function run(command: string, cwd: string): string {
  const env = {
    PATH: `${cwd}/.bin:${process.env['PATH']}`,
    HOME: cwd,
    TZ: 'UTC',
    LC_ALL: 'C.UTF-8',
    // Node 24 says on standard error that kafkajs sets its timers to the past.
    NODE_OPTIONS: '--disable-warning=TimeoutNegativeWarning',
  }
  const { stdout } = spawnSync('bash', ['-c', `exec 2>&1\n${command}\n`], { cwd, env, encoding: 'utf8', timeout: 60_000 })
  return stdout === '' || stdout.endsWith('\n') ? stdout : `${stdout}\n`
}

/** Lines of the page against lines that were printed; `…` takes any number of them, and any text inside a line. */
function matches(wanted: string, printed: string): boolean {
  const source = wanted
    .split('\n')
    .map(line => (line === '…' ? '(?:.*\n)*' : `${line.split('…').map(escaped).join('.*')}\n`))
    .join('')
    .replace(/\n$/, '')
  const same = new RegExp(`^${source}$`).test(printed)
  if (!same && !updating) expect(printed).toBe(wanted)
  return same
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
