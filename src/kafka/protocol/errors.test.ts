import { expect, test } from 'vitest'
import { ErrorCode, isRetriable, kafkaError, kafkaErrors } from './errors.ts'

test('errors by code', () => {
  expect(kafkaError(3)).toEqual({
    code: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
    name: 'UNKNOWN_TOPIC_OR_PARTITION',
    retriable: true,
    message: 'there is no such topic or partition',
  })
  expect(isRetriable(ErrorCode.NONE)).toBe(false)
  expect(kafkaError(30_000).name).toBe('UNKNOWN_SERVER_ERROR')
  expect(kafkaErrors.map(error => error.code)).toEqual(Array.from({ length: kafkaErrors.length }, (_, i) => i - 1))
})
