import { expect, test } from 'vitest'
import { brokerOptions } from './broker.ts'

function listenOf(...args: string[]): readonly string[] | undefined {
  const options = brokerOptions(args, {})
  if (options === 'help') throw new Error('it only helps')
  return options.listen
}

test('a broker in memory listens where the property listeners says, as one with a directory does', () => {
  expect(listenOf('--memory')).toEqual(['localhost:9092'])
  expect(listenOf('--memory', '--set', 'listeners=PLAINTEXT://localhost:1234')).toBeUndefined()
  expect(listenOf('--memory', '--set', 'listeners=PLAINTEXT://localhost:1234', '--listen', 'localhost:0')).toEqual([
    'localhost:0',
  ])
  expect(listenOf('--data', 'data')).toBeUndefined()
})
