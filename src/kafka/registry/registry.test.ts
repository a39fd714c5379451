import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MemorySchemaTopic } from '../../testing/schema-topic.ts'
import { RegistryError } from './errors.ts'
import { decodeEntry, encodeEntry } from './records.ts'
import { SchemaRegistry } from './registry.ts'
import { contextNamed, isValidSubject, normalizeSubject, parseSubject, qualify } from './subject.ts'

async function registryOver(topic: MemorySchemaTopic) {
  const registry = new SchemaRegistry(topic)
  await registry.open()
  return registry
}

const avro = (text: string) => ({ type: 'AVRO', text, references: [] }) as const
const lines = (topic: MemorySchemaTopic) => topic.records.map(({ key, value }) => `${key} ${value}`)

/** Everything that a registry answers from. */
const stateOf = ({ store }: SchemaRegistry) => ({
  schemas: store.subjects.flatMap(subject => store.versions(subject)),
  configs: ['a', 'b', undefined].map(subject => store.config(subject)),
  modes: ['a', 'b', undefined].map(subject => store.mode(subject)),
  contexts: store.contexts,
})

describe('the records of _schemas', () => {
  test('are those that Confluent writes', async () => {
    const topic = new MemorySchemaTopic()
    const registry = await registryOver(topic)
    await registry.register('a', avro('"int"'))
    await registry
      .register('b', { type: 'JSON', text: '{"$ref":"x.json"}', references: [{ name: 'x.json', subject: 'c', version: 1 }] })
      .catch(() => undefined)
    await registry.register('c', { type: 'JSON', text: 'true', references: [] })
    await registry.register('b', {
      type: 'JSON',
      text: '{"$ref":"x.json"}',
      references: [{ name: 'x.json', subject: 'c', version: 1 }],
    })
    await registry.setConfig('a', { compatibilityLevel: 'FULL' })
    await registry.setConfig(undefined, { compatibilityLevel: 'NONE' })
    await registry.setMode('a', 'READWRITE', false)
    await registry.deleteVersion('a', 1, false)
    await registry.deleteVersion('a', 1, true)
    await registry.deleteSubject('b', false)
    await registry.register(':.x:a', avro('"int"'))
    expect(lines(topic)).toEqual([
      '{"keytype":"SCHEMA","subject":"a","version":1,"magic":1} {"subject":"a","version":1,"id":1,"schema":"\\"int\\"","deleted":false}',
      '{"keytype":"SCHEMA","subject":"c","version":1,"magic":1} {"subject":"c","version":1,"id":2,"schemaType":"JSON","schema":"true","deleted":false}',
      '{"keytype":"SCHEMA","subject":"b","version":1,"magic":1} {"subject":"b","version":1,"id":3,"schemaType":"JSON","references":[{"name":"x.json","subject":"c","version":1}],"schema":"{\\"$ref\\":\\"x.json\\"}","deleted":false}',
      '{"keytype":"CONFIG","subject":"a","magic":0} {"subject":"a","compatibilityLevel":"FULL"}',
      '{"keytype":"CONFIG","magic":0} {"compatibilityLevel":"NONE"}',
      '{"keytype":"MODE","subject":"a","magic":0} {"subject":"a","mode":"READWRITE"}',
      '{"keytype":"SCHEMA","subject":"a","version":1,"magic":1} {"subject":"a","version":1,"id":1,"schema":"\\"int\\"","deleted":true}',
      '{"keytype":"SCHEMA","subject":"a","version":1,"magic":1} null',
      '{"keytype":"MODE","subject":"a","magic":0} null',
      '{"keytype":"CONFIG","subject":"a","magic":0} null',
      '{"keytype":"DELETE_SUBJECT","subject":"b","magic":0} {"subject":"b","version":1}',
      '{"keytype":"CONTEXT","tenant":"default","context":".x","magic":0} {"tenant":"default","context":".x"}',
      '{"keytype":"SCHEMA","subject":":.x:a","version":1,"magic":1} {"subject":":.x:a","version":1,"id":1,"schema":"\\"int\\"","deleted":false}',
    ])
  })

  test('that another registry wrote are read, what means nothing to us is kept', async () => {
    const topic = new MemorySchemaTopic([
      ['{"keytype":"NOOP","magic":0}', null],
      ['no json', '{}'],
      ['{"keytype":"ASSOC","magic":0}', '{"anything":1}'],
      ['{"keytype":"CONFIG","subject":null,"magic":0}', '{"compatibilityLevel":"NONE"}'],
      [
        '{"keytype":"SCHEMA","subject":"a","version":2,"magic":1}',
        '{"subject":"a","version":2,"id":5,"md5":"q83v","schemaType":"AVRO","references":[],"metadata":{"properties":{"owner":"me"}},"schema":"\\"int\\"","deleted":false}',
      ],
      [
        '{"keytype":"SCHEMA","subject":"a","version":3,"magic":1}',
        '{"subject":"a","version":3,"id":5,"schema":"\\"long\\"","deleted":false}',
      ],
      ['{"keytype":"SCHEMA","subject":"b","version":1,"magic":1}', 'broken'],
    ])
    const registry = await registryOver(topic)
    expect(registry.store.versions('a').map(({ version, id }) => [version, id])).toEqual([[2, 5]])
    expect(registry.settings.config(undefined)).toEqual({ compatibilityLevel: 'NONE' })
    // What comes next has the next id and the next version, and the same text the same id.
    expect(await registry.register('a', avro('"string"'))).toMatchObject({ id: 6, version: 3 })
    expect(await registry.register('a', avro('"int"'))).toMatchObject({ id: 5, version: 2 })
    await registry.deleteVersion('a', 2, false)
    expect(lines(topic).at(-1)).toBe(
      '{"keytype":"SCHEMA","subject":"a","version":2,"magic":1} {"subject":"a","version":2,"id":5,"md5":"q83v","metadata":{"properties":{"owner":"me"}},"schema":"\\"int\\"","deleted":true}',
    )
  })

  test('a schema that we would not take is no obstacle', async () => {
    const registry = await registryOver(
      new MemorySchemaTopic([
        [
          '{"keytype":"SCHEMA","subject":"a","version":1,"magic":1}',
          '{"subject":"a","version":1,"id":1,"schemaType":"JSON","schema":"{\\"minLength\\":-1}","deleted":false}',
        ],
      ]),
    )
    const json = { type: 'JSON', text: '{"minLength":1}', references: [] } as const
    await expect(registry.register('a', json)).rejects.toThrow("The schema of version 1 can't be read")
    await registry.setConfig('a', { compatibilityLevel: 'NONE' })
    expect(await registry.register('a', json)).toMatchObject({ version: 2, id: 2 })
  })

  test('a key without a subject is everything, whichever way it is written', () => {
    expect(decodeEntry('{"keytype":"MODE","subject":null,"magic":0}', '{"mode":"READONLY"}')).toEqual({
      kind: 'MODE',
      subject: undefined,
      value: 'READONLY',
    })
    expect(encodeEntry({ kind: 'CLEAR_SUBJECT', subject: undefined, value: true })).toEqual({
      key: '{"keytype":"CLEAR_SUBJECT","magic":0}',
      value: '{}',
    })
  })
})

describe('state follows from the topic', () => {
  const subject = fc.constantFrom('a', 'b', ':.c:a')
  const text = fc.constantFrom('"int"', '"long"', '"double"', '"string"', '["null","int"]')
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(fc.constant('register' as const), subject, text) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('deleteSubject' as const), subject, fc.boolean()) },
    {
      weight: 3,
      arbitrary: fc.tuple(fc.constant('deleteVersion' as const), subject, fc.integer({ min: 1, max: 4 }), fc.boolean()),
    },
    { weight: 1, arbitrary: fc.tuple(fc.constant('level' as const), subject, fc.constantFrom('NONE' as const, 'FULL' as const)) },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.constant('mode' as const), subject, fc.constantFrom('IMPORT' as const, 'READONLY' as const, null)),
    },
  )

  test('a registry that opens a topic, compacted or not, is the one that wrote it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async steps => {
        const topic = new MemorySchemaTopic()
        const registry = await registryOver(topic)
        for (const [kind, place, ...rest] of steps) {
          const done =
            kind === 'register'
              ? registry.register(place, avro(rest[0] as string))
              : kind === 'deleteSubject'
                ? registry.deleteSubject(place, rest[0] as boolean)
                : kind === 'deleteVersion'
                  ? registry.deleteVersion(place, rest[0] as number, rest[1] as boolean)
                  : kind === 'level'
                    ? registry.setConfig(place, { compatibilityLevel: rest[0] as 'NONE' })
                    : registry.setMode(place, rest[0] as 'IMPORT' | null, false)
          await done.catch((error: unknown) => expect(error).toBeInstanceOf(RegistryError))
          // One id is one text.
          for (const value of registry.store.subjects.flatMap(each => registry.store.versions(each))) {
            const { context } = parseSubject(value.subject)
            expect(registry.store.idOf(context, value)).toBe(value.id)
            expect(registry.store.places(context, value.id).every(({ schema }) => schema === value.schema)).toBe(true)
          }
        }
        expect(stateOf(await registryOver(new MemorySchemaTopic(topic.records.map(({ key, value }) => [key!, value]))))).toEqual(
          stateOf(registry),
        )
        topic.compact()
        expect(stateOf(await registryOver(topic))).toEqual(stateOf(registry))
      }),
      { numRuns: 200 },
    )
  })
})

describe('subjects', () => {
  test.each([
    ['a', { context: '.', name: 'a' }],
    [':.c:a', { context: '.c', name: 'a' }],
    [':.c:', { context: '.c', name: '' }],
    [':.c', { context: '.c', name: '' }],
    [':.:a', { context: '.', name: 'a' }],
    [':*:a', { context: '*', name: 'a' }],
    [':a', { context: '.', name: ':a' }],
  ])('%s', (text, parsed) => {
    expect(parseSubject(text)).toEqual(parsed)
  })

  test('normalized, qualified, valid', () => {
    expect([':.:a', ':.c', 'a'].map(normalizeSubject)).toEqual(['a', ':.c:', 'a'])
    expect([qualify('a', ':.c:b'), qualify(':.d:a', ':.c:b'), qualify('a', 'b')]).toEqual([':.c:a', ':.d:a', 'a'])
    expect(['a', '', ':.c:', 'a\n', '__GLOBAL', ':.__GLOBAL:'].map(each => isValidSubject(each))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ])
    expect(isValidSubject(':.__GLOBAL:', true)).toBe(true)
    expect(['c', '.c', ':.c:', 'a:b'].map(contextNamed)).toEqual(['.c', '.c', '.c', undefined])
  })
})
