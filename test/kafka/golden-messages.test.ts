/** Every message and version against the bytes that Kafka's own codec gave (`npm run golden-messages` asks it again). */
import { describe, expect, test } from 'vitest'
import { codecOf } from '#src/kafka/protocol/codec.ts'
import { Reader } from '#src/kafka/protocol/reader.ts'
import { Writer } from '#src/kafka/protocol/writer.ts'
import { allMessages } from '#src/testing/kafka-messages.ts'
import { type Golden, goldenName, goldens, readGolden } from './golden.ts'

const bytesOf = readGolden('test/kafka/golden-messages.txt')
const all = goldens()

describe.each(allMessages.map(message => message.name))('%s', name => {
  const samples = all.filter(golden => golden.message.name === name)
  const encoded = ({ message, version, value }: Golden): Uint8Array => {
    const writer = new Writer()
    codecOf(message, version).encode(value, writer)
    return new Uint8Array(writer.bytes())
  }

  test("gives Kafka's bytes", () => {
    expect(samples.map(golden => [goldenName(golden), encoded(golden)])).toEqual(
      samples.map(golden => [goldenName(golden), bytesOf.get(goldenName(golden))]),
    )
  })

  test("is read from Kafka's bytes", () => {
    for (const { message, version, ...golden } of samples) {
      const reader = new Reader(bytesOf.get(goldenName({ message, version, ...golden })))
      expect(codecOf(message, version).decode(reader)).toEqual(golden.value)
      reader.expectEnd()
    }
  })
})

test('the file has every message and version, and no other', () => {
  expect([...bytesOf.keys()]).toEqual(all.map(goldenName))
})
