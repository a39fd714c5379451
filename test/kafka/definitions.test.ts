/**
 * Our table of messages against Kafka's own definitions, field by field. They lie beside the project where it is developed; elsewhere
 * there is nothing to compare with, and `golden-messages.test.ts` still holds the bytes.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { apis } from '#src/kafka/protocol/apis.ts'
import { kafkaErrors } from '#src/kafka/protocol/errors.ts'
import { FetchRequest } from '#src/kafka/protocol/messages/fetch.ts'
import { type Message, int32, string } from '#src/kafka/protocol/schema.ts'
import { allMessages } from '#src/testing/kafka-messages.ts'
import { definitionsFolder, definitionsIn, haveDefinitions, linesOfDefinition, linesOfTable } from './definitions.ts'

const reason = `no ${definitionsFolder} beside the project`

describe.skipIf(!haveDefinitions())(`as Kafka 4.3 defines them (skipped: ${reason})`, () => {
  const folders = haveDefinitions() ? ['kafka-4.3', 'records-4.3'] : []
  const definitions = new Map(folders.flatMap(definitionsIn).map(definition => [definition.name, definition]))

  /** Kafka keeps version 6 of InitProducerId unstable; ours ends at 5. */
  const expected = (name: string): string[] => {
    const definition = definitions.get(name)!
    if (!name.startsWith('InitProducerId')) return linesOfDefinition(definition)
    const fields = definition.fields.filter(field => field.versions !== '6+')
    return linesOfDefinition({ ...definition, validVersions: '0-5', fields })
  }

  test.each(allMessages.map(message => [message.name, message] as const))('%s', (name, message) => {
    expect(linesOfTable(message)).toEqual(expected(name))
  })

  test('all that Kafka writes into its logs is there', () => {
    const folders = ['group-coordinator', 'transaction-coordinator', 'metadata'].map(folder => `records-4.3/${folder}`)
    const ours = new Set(allMessages.map(message => message.name))
    expect(folders.flatMap(definitionsIn).filter(({ name }) => !ours.has(name))).toEqual([])
  })

  test('versions are within those of a broker of 4.3', () => {
    interface Known {
      readonly key: number
      readonly name: string
      readonly kafka: Readonly<Record<string, readonly [number, number]>>
      readonly flexibleFrom: number | null
    }
    const known: readonly Known[] = JSON.parse(readFileSync(join(definitionsFolder, 'apiversions.json'), 'utf8'))
    for (const row of Object.values(apis)) {
      const { name, kafka } = known.find(({ key }) => key === row.key)!
      const [min, max] = kafka['4.3']!
      expect([row.name, row.accepted.min >= min, row.accepted.max <= max]).toEqual([name, true, true])
    }
  })

  test('error codes', () => {
    const known: readonly object[] = JSON.parse(readFileSync(join(definitionsFolder, 'errors.json'), 'utf8'))
    const ours = kafkaErrors.filter(({ code }) => code !== 0).map(({ code, name, retriable }) => ({ code, name, retriable }))
    expect(known).toMatchObject(ours)
    expect(known.length).toBe(ours.length)
  })

  test('a planted difference is found', () => {
    const planted = (fields: Message['fields']): Message => ({ ...FetchRequest, fields: { ...FetchRequest.fields, ...fields } })
    const isFound = (message: Message) => JSON.stringify(linesOfTable(message)) !== JSON.stringify(expected('FetchRequest'))
    const { maxBytes, clusterId } = FetchRequest.fields
    const different: Message[] = [
      { ...FetchRequest, flexible: '11+' },
      { ...FetchRequest, key: 2 },
      planted({ minBytes: int32('5+') }),
      planted({ minBytes: int32().default(1) }),
      planted({ minBytes: string() }),
      planted({ maxBytes: maxBytes.nullable('7+') }),
      planted({ clusterId: clusterId.tagged(9) }),
      planted({ more: int32() }),
    ]
    expect(different.map(isFound)).toEqual(different.map(() => true))
    expect(isFound(planted({ minBytes: int32('4-18') }))).toBe(false)
  })
})
