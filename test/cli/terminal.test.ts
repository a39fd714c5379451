/** The shell as a person has it: on a terminal of its own, lent by Python. */
import { spawn, spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { Folder, until } from '#src/testing/script.ts'
import { built, millrace } from './command.ts'

const hasPython = spawnSync('python3', ['-c', 'import pty']).status === 0

let folder: Folder
beforeAll(built, 120_000)
beforeEach(async () => {
  folder = await Folder.create()
})
afterEach(() => folder[Symbol.asyncDispose]())

/** Runs the command on a terminal 60 wide; what is typed goes in, what is shown comes out. */
function terminal(args: readonly string[] = []) {
  const lend =
    'import pty, sys, os, fcntl, termios, struct\ndef read(fd):\n  return os.read(fd, 65536)\npty.spawn(sys.argv[1:], read)'
  const line = ['-c', lend, 'bash', '-c', `stty cols 60 rows 24 && exec ${process.execPath} ${millrace} ${args.join(' ')}`]
  const child = spawn('python3', line, { env: { ...process.env, HOME: folder.path, TERM: 'xterm' } })
  let screen = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (screen += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (screen += text))
  const ended = new Promise<number | null>(resolve => child.on('close', resolve))
  let seen = 0
  return {
    ended,
    type: (text: string) => child.stdin.write(text),
    /** Waits until a text has appeared behind the one that was last waited for. */
    async shows(text: string) {
      await until(`${text} on ${JSON.stringify(screen.slice(-500))}`, () => screen.indexOf(text, seen) >= 0)
      seen = screen.indexOf(text, seen) + text.length
    },
    screen: () => screen,
  }
}

test('statements over several lines, completion, history, Ctrl-C for the query alone, Ctrl-D', async context => {
  context.skip(!hasPython, 'needs python3 with pty')
  const shell = terminal()
  await shell.shows('millrace> ')
  shell.type('CREATE VIEW numbers AS\r')
  await shell.shows('...> ')
  shell.type('SELECT 4711 AS answer;\r')
  await shell.shows('OK')
  await shell.shows('millrace> ')
  shell.type('SELECT answer FROM numb\t')
  await shell.shows('numbers')
  shell.type(';\r')
  await shell.shows('4711')
  await shell.shows('millrace> ')

  shell.type("CREATE TABLE g (x BIGINT) WITH ('connector' = 'datagen');\r")
  await shell.shows('OK')
  shell.type('SELECT COUNT(*) AS so_many FROM g;\r')
  await shell.shows('| so_many |')
  shell.type('\u0003')
  await shell.shows('millrace> ')
  // A statement that is half written is dropped; the shell stays.
  shell.type('SELECT nothing\r')
  await shell.shows('...> ')
  shell.type('\u0003')
  await shell.shows('millrace> ')
  shell.type('SELECT 40 + 2;\r')
  await shell.shows('42')
  shell.type('\u0004')
  expect(await shell.ended).toBe(0)
  expect((await folder.read('.millrace_history')).split('\n').slice(0, 2)).toEqual([
    'CREATE VIEW numbers AS SELECT 4711 AS answer;',
    'SELECT answer FROM numbers;',
  ])
})

test('a table fits the terminal; progress is drawn and taken away; a summary ends it', async context => {
  context.skip(!hasPython, 'needs python3 with pty')
  const sql = `CREATE TABLE g (x BIGINT, s STRING) WITH ('connector' = 'datagen', 'number-of-rows' = '3000', 'rows-per-second' = '10000'); SELECT COUNT(*) AS c, MAX(s) AS a, MIN(s) AS b FROM g`
  const shell = terminal(['-e', `"${sql}"`])
  expect(await shell.ended).toBe(0)
  expect(shell.screen()).toMatch(/rows in {2}· {2}/)
  expect(shell.screen()).toContain('3,000 rows in, 1 out')
  const lines = stripVTControlCharacters(shell.screen()).split(/[\r\n]+/)
  expect(lines.some(line => line.startsWith('+---'))).toBe(true)
  expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(60)
})
