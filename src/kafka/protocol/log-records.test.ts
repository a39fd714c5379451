import { expect, test } from 'vitest'
import { decodeCoordinatorRecord, encodeCoordinatorRecord, groupLog, transactionLog } from './coordinator-records.ts'
import { decodeMetadataRecord, encodeMetadataRecord, metadataLog } from './metadata-records.ts'

/** Bytes from digits with blanks between them. */
const hex = (digits: string): Uint8Array => Buffer.from(digits.replaceAll(' ', ''), 'hex')

test('a committed offset in __consumer_offsets', () => {
  const key = { group: 'g', topic: 'cats', partition: 1 }
  const record = encodeCoordinatorRecord(groupLog.OffsetCommit, 3, key, { offset: 42, commitTimestamp: 1000 })
  expect(record.key).toEqual(hex('0001 000167 000463617473 00000001'))
  expect(record.value).toEqual(hex('0003 000000000000002a ffffffff 0000 00000000000003e8'))
  expect(decodeCoordinatorRecord(groupLog, record.key, record.value)).toMatchObject({
    name: 'OffsetCommit',
    key,
    value: { offset: 42 },
  })
})

test('what is gone has no value', () => {
  const { key, value } = encodeCoordinatorRecord(transactionLog.TransactionLog, 1, { transactionalId: 't' }, null)
  expect(decodeCoordinatorRecord(transactionLog, key, value)).toEqual({
    name: 'TransactionLog',
    key: { transactionalId: 't' },
    value: null,
  })
})

test('a topic in __cluster_metadata', () => {
  const topic = { name: 'cats', topicId: '-_v7-_v7-_v7-_v7-_v7-w' }
  const bytes = encodeMetadataRecord(metadataLog.TopicRecord, 0, topic)
  expect(bytes).toEqual(hex(`010200 0563617473 ${'fb'.repeat(16)} 00`))
  expect(decodeMetadataRecord(bytes)).toEqual({ name: 'TopicRecord', value: topic })
})

test('records of types that are not known', () => {
  expect(decodeCoordinatorRecord(groupLog, Uint8Array.of(0, 99), null)).toBeUndefined()
  expect(decodeMetadataRecord(Uint8Array.of(1, 99, 0))).toBeUndefined()
  expect(() => decodeMetadataRecord(Uint8Array.of(2, 2, 0))).toThrow('frame 1, not 2')
})

test('types tell records apart', () => {
  for (const types of [
    Object.values(groupLog).map(pair => pair.key.key),
    Object.values(metadataLog).map(message => message.key),
  ]) {
    expect(new Set(types).size).toBe(types.length)
  }
})
