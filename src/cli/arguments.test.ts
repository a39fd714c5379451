import { describe, expect, test } from 'vitest'
import { parseCommand } from './arguments.ts'
import { UsageError } from './usage-error.ts'

const options = { mode: undefined, output: undefined, settings: [], quiet: false }

test.each([
  ['', { kind: 'shell', options }],
  ['shell -q', { kind: 'shell', options: { ...options, quiet: true } }],
  ['-e SELECT', { kind: 'execute', sql: 'SELECT', options }],
  ['run job.sql --mode Batch -o json', { kind: 'run', file: 'job.sql', options: { ...options, mode: 'batch', output: 'json' } }],
  ['run - --set a=b=c', { kind: 'run', file: '-', options: { ...options, settings: [['a', 'b=c']] } }],
  [
    '-e SELECT --memory 10mb',
    { kind: 'execute', sql: 'SELECT', options: { ...options, settings: [['millrace.memory', '10mb']] } },
  ],
  ['check job.sql', { kind: 'check', file: 'job.sql', options }],
  ['describe a.parquet', { kind: 'describe', file: 'a.parquet' }],
  ['demo', { kind: 'demo', options }],
  ['run --help', { kind: 'help', of: 'run' }],
  ['--version', { kind: 'version' }],
])('millrace %s', (line, command) => expect(parseCommand(line.split(' ').filter(Boolean))).toEqual(command))

describe('what is refused', () => {
  test.each([
    ['rum x', /there is no command 'rum'; did you mean 'run'\?/],
    ['run', /run needs a file/],
    ['run a b', /run takes one file; what is 'b'\?/],
    ['-e SELECT 1', /-e takes its statements as one argument; what is '1'\?/],
    ['--mode fast', /--mode is one of streaming, batch, automatic, not 'fast'/],
    ['--set key', /--set takes key=value, not 'key'/],
    ['--nonsense', /--nonsense/],
  ])('millrace %s', (line, message) => {
    expect(() => parseCommand(line.split(' '))).toThrow(UsageError)
    expect(() => parseCommand(line.split(' '))).toThrow(message)
  })
})
