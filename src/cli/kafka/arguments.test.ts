import { describe, expect, test } from 'vitest'
import { UsageError } from '../usage-error.ts'
import { kafkaCommands, kafkaUsage, oneOf, pairs, parseKafkaCommand } from './arguments.ts'
import { parsePlace } from './place.ts'

test('a command, its names and its flags', () => {
  const command = parseKafkaCommand(['topic', 'create', 'orders', '-p', '3', '-c', 'a=1', '--config', 'b=2', '-b', 'kafka:9092'])!
  expect(command.shape.name).toBe('topic create')
  expect(command.names).toEqual(['orders'])
  expect(command.count('partitions', 1)).toBe(3)
  expect(command.count('replication-factor', 1)).toBeUndefined()
  expect(pairs('config', command.all('config'))).toEqual({ a: '1', b: '2' })
  expect(command.text('bootstrap')).toBe('kafka:9092')
  expect(command.flag('if-not-exists')).toBe(false)
})

test('a value may begin with a minus', () => {
  expect(parseKafkaCommand(['consume', 'orders', '--from', '-5'])!.text('from')).toBe('-5')
  expect(parseKafkaCommand(['consume', 'orders', '-f', '-5', '-e'])!.flag('until-end')).toBe(true)
})

test.each([
  [['topic'], 'topic is followed by create, list, describe, delete, alter'],
  [['topic', 'creat', 'x'], "there is no command 'topic creat'; did you mean 'create'?"],
  [['topic', 'create'], 'topic create needs NAME'],
  [['topic', 'create', 'a', 'b'], "topic create takes one NAME; what is 'b'?"],
  [['topic', 'list', 'a'], "topic list takes no name; what is 'a'?"],
  [['consume', 'a', '--form', 'x'], "there is no option --form; did you mean '--from'?"],
  [['group', 'reset', 'g'], 'group reset needs --to'],
  [['produce', 'a', '--partition'], "Option '-p, --partition <value>' argument missing"],
] as [string[], string][])('%j: %s', (args, message) => {
  expect(() => parseKafkaCommand(args)).toThrow(UsageError)
  expect(() => parseKafkaCommand(args)).toThrow(message)
})

test('numbers, pairs and choices are held to what they are', () => {
  expect(() => parseKafkaCommand(['topic', 'create', 'a', '-p', '0'])!.count('partitions', 1)).toThrow('a whole number from 1 on')
  expect(() => pairs('set', ['x'])).toThrow("--set takes KEY=VALUE, not 'x'")
  expect(() => oneOf('output', 'jsn', ['table', 'json'])).toThrow("did you mean 'json'?")
})

test('help is of one command or of a family', () => {
  expect(parseKafkaCommand(['topic', '--help'])).toBeUndefined()
  expect(parseKafkaCommand(['consume', '-h'])).toBeUndefined()
  expect(kafkaUsage(['topic'])).toContain('millrace topic alter NAME')
  expect(kafkaUsage(['consume'])).not.toContain('millrace topic')
  for (const { name, flags } of kafkaCommands) {
    const shorts = flags.flatMap(flag => flag.short ?? [])
    expect([name, new Set(shorts).size]).toEqual([name, shorts.length])
  }
})

describe('places', () => {
  test.each([
    ['earliest', { kind: 'earliest' }],
    ['42', { kind: 'offset', offset: 42 }],
    ['-5', { kind: 'by', by: -5 }],
    ['+5', { kind: 'by', by: 5 }],
    ['2024-01-31', { kind: 'time', timestampMs: Date.UTC(2024, 0, 31) }],
    ['2024-01-31 10:00:00', { kind: 'time', timestampMs: Date.UTC(2024, 0, 31, 10) }],
    ['2024-01-31T10:00+01:00', { kind: 'time', timestampMs: Date.UTC(2024, 0, 31, 9) }],
    ['@1706695200000', { kind: 'time', timestampMs: 1_706_695_200_000 }],
  ] as const)('%s', (text, place) => expect(parsePlace('from', text)).toEqual(place))

  test.each(['yesterday', '4.5', '2024-13-45'])('%s is none', text =>
    expect(() => parsePlace('from', text)).toThrow('--from is earliest'),
  )
})
