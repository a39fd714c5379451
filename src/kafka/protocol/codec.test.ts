import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allMessages, arbitraryMessage, versionsOf } from '../../testing/kafka-messages.ts'
import { codecOf } from './codec.ts'
import { FetchRequest, FetchResponse } from './messages/fetch.ts'
import { MetadataResponse } from './messages/metadata.ts'
import { ProduceRequest } from './messages/produce.ts'
import { ProtocolError } from './protocol-error.ts'
import { Reader } from './reader.ts'
import { type FieldType, type InputOf, type Message, type Struct, Field, bytes } from './schema.ts'
import { Writer } from './writer.ts'

/** Bytes as digits, with a comment behind each `#`. */
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/#.*|\s/g, ''), 'hex'))

/** One for all, so that its memory ends everywhere. */
const writer = new Writer()

function encoded<M extends Message>(message: M, version: number, value: InputOf<M>): Uint8Array {
  writer.reset()
  codecOf(message, version).encode(value, writer)
  return new Uint8Array(writer.take())
}

function decoded<M extends Message>(message: M, version: number, input: Uint8Array) {
  const reader = new Reader(input)
  const value = codecOf(message, version).decode(reader)
  reader.expectEnd()
  return value
}

describe.each(allMessages.map(message => [message.name, message] as const))('%s', (_, message) => {
  const runs = { numRuns: 15 }

  test('is what it was, in every version', () => {
    for (const version of versionsOf(message)) {
      const decode = (input: Uint8Array) => decoded(message, version, input)
      fc.assert(
        fc.property(arbitraryMessage(message, version), value => {
          expect(decode(encoded(message, version, value))).toEqual(value)
        }),
        runs,
      )
    }
  })

  test('may have tags that nobody knows', () => {
    const later = withUnknownTags(message)
    for (const version of versionsOf(message)) {
      fc.assert(
        fc.property(arbitraryMessage(later, version), value => {
          expect(decoded(message, version, encoded(later, version, value))).toEqual(withoutUnknown(value))
        }),
        { numRuns: 3 },
      )
    }
  })

  test('cut off or damaged, is an error and nothing else', () => {
    for (const version of versionsOf(message)) {
      fc.assert(
        fc.property(arbitraryMessage(message, version), fc.nat(), fc.nat(255), (value, place, byte) => {
          const whole = encoded(message, version, value)
          for (let length = 0; length < whole.length; length++) {
            expect(() => decoded(message, version, whole.subarray(0, length))).toThrow(ProtocolError)
          }
          if (whole.length === 0) return
          whole[place % whole.length] = byte
          try {
            decoded(message, version, whole)
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError)
          }
        }),
        { numRuns: 2 },
      )
    }
  })
})

/** The message as a newer Kafka may have it: each of its structs has a tagged field more. */
const withUnknownTags = (message: Message): Message => ({ ...message, fields: extended(message.fields, message.flexible) })

function extended(fields: Struct, flexible: Message['flexible']): Struct {
  const known = Object.entries(fields).map(([name, field]) => [
    name,
    Object.assign(new Field<any>(field.type, field.versions, field.defaultValue), field, {
      type: extendedType(field.type, flexible),
    }),
  ])
  const unknown = flexible === 'none' ? [] : [['unknown', bytes(flexible).ignorable().tagged(99)]]
  return Object.fromEntries([...known, ...unknown])
}

function extendedType(type: FieldType, flexible: Message['flexible']): FieldType {
  if (type.kind === 'struct') return { kind: 'struct', fields: extended(type.fields, flexible) }
  return type.kind === 'array' ? { kind: 'array', element: extendedType(type.element, flexible) } : type
}

function withoutUnknown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUnknown)
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'unknown')
      .map(([name, inner]) => [name, withoutUnknown(inner)]),
  )
}

test('a produce request, byte by byte', () => {
  const value = {
    acks: -1,
    timeoutMs: 30_000,
    topicData: [{ name: 'cats', partitionData: [{ index: 3, records: hex('abcd') }] }],
  }
  expect(encoded(ProduceRequest, 9, value)).toEqual(
    hex(`
      00                      # transactional id: null
      ffff 00007530           # acks -1, 30 seconds
      02                      # one topic
        05 63617473           # cats
        02                    # one partition
          00000003 03 abcd    # partition 3, two bytes of records
          00                  # no tags
        00
      00`),
  )
  expect(encoded(ProduceRequest, 8, value)).toEqual(
    hex(`
      ffff
      ffff 00007530
      00000001
        0004 63617473
        00000001
          00000003 00000002 abcd`),
  )
})

test('what is left out has its default, on both sides', () => {
  const request = decoded(FetchRequest, 12, encoded(FetchRequest, 12, { topics: [{ topic: 'cats', partitions: [{}] }] }))
  expect(request).toMatchObject({ maxBytes: 0x7fff_ffff, sessionEpoch: -1, rackId: '', clusterId: null })
  expect(request.topics[0]).toMatchObject({ topic: 'cats', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' })
  expect(request.topics[0]!.partitions[0]).toMatchObject({ currentLeaderEpoch: -1, highWatermark: 2 ** 63 })
})

test('tagged fields with their defaults take no bytes', () => {
  const partition = { partitionIndex: 0, records: null }
  const responses = (currentLeader: object) => ({ responses: [{ topic: 'cats', partitions: [{ ...partition, currentLeader }] }] })
  const silent = encoded(FetchResponse, 12, responses({ leaderId: -1, leaderEpoch: -1 }))
  expect(silent).toEqual(encoded(FetchResponse, 12, { responses: [{ topic: 'cats', partitions: [partition] }] }))
  expect(encoded(FetchResponse, 12, responses({ leaderId: 1 })).length).toBe(silent.length + 2 + 9)
})

test('what a version lacks is dropped where it may be, and refused where not', () => {
  expect(decoded(FetchRequest, 4, encoded(FetchRequest, 4, { rackId: 'r1', sessionId: 7 }))).toMatchObject({
    rackId: '',
    sessionId: 0,
  })
  expect(() => encoded(FetchRequest, 15, { replicaId: 5 })).toThrow(
    "version 15 of FetchRequest can't carry a value for replicaId",
  )
  expect(() => encoded(FetchRequest, 6, { forgottenTopicsData: [{ topic: 'cats' }] })).toThrow(ProtocolError)
  expect(() => encoded(FetchRequest, 6, { forgottenTopicsData: [] })).not.toThrow()
})

test('null is refused by the versions that lack it', () => {
  expect(encoded(MetadataResponse, 12, { topics: [{ name: null }] })).toBeInstanceOf(Uint8Array)
  expect(() => encoded(MetadataResponse, 11, { topics: [{ name: null }] })).toThrow(
    "name can't be null in version 11 of MetadataResponse",
  )
})

test('numbers are never cut to fit', () => {
  expect(() => encoded(ProduceRequest, 9, { acks: 70_000 })).toThrow('70000 is no int16')
  expect(() => encoded(ProduceRequest, 9, { timeoutMs: 1.5 })).toThrow('1.5 is no int32')
})

test('a version that is not there', () => {
  expect(() => codecOf(FetchRequest, 3)).toThrow('FetchRequest has versions 4-18, not 3')
})

test('records may stay in their file: the message has gaps for them', () => {
  const source = { byteLength: 1000 }
  const partitions = [
    { partitionIndex: 0, records: source },
    { partitionIndex: 1, records: hex('abcd') },
  ]
  writer.reset()
  codecOf(FetchResponse, 12).encode({ responses: [{ topic: 'cats', partitions }] }, writer)
  const [before, gap, after] = writer.pieces()
  expect(writer.splices).toEqual([{ at: before!.byteLength, source }])
  expect(gap).toBe(source)
  expect(writer.byteLength()).toBe(before!.byteLength + 1000 + after!.byteLength)
  const whole = decoded(
    FetchResponse,
    12,
    Buffer.concat([before as Uint8Array, new Uint8Array(1000).fill(7), after as Uint8Array]),
  )
  expect(whole.responses[0]!.partitions[0]!.records).toEqual(new Uint8Array(1000).fill(7))
})

test('a claimed count costs nothing', () => {
  expect(() => decoded(FetchRequest, 4, hex('00000000 00000000 00000000 00000000 00 7fffffff'))).toThrow(
    '2147483647 elements announced',
  )
})
