import { describe, expect, test } from 'vitest'
import { MemorySchemaTopic } from '../../../testing/schema-topic.ts'
import { SchemaRegistry } from '../registry.ts'
import { restHandler } from './handler.ts'

const SETTINGS = { clusterId: 'kafka', version: '1.2.3' }

/** A registry, asked in one line and answering in one: `200 {"id":1}`. */
async function registryOver(topic = new MemorySchemaTopic()) {
  const registry = new SchemaRegistry(topic)
  await registry.open()
  const handle = restHandler(registry, SETTINGS)
  const ask = async (line: string, body?: unknown, headers = {}) => {
    const [method, target] = line.split(' ') as [string, string]
    const [path, query] = target.split('?') as [string, string?]
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await handle({ method, path, query: new URLSearchParams(query), headers, body: text })
    return `${answer.status} ${answer.body}`.trim()
  }
  return { registry, topic, ask }
}

type Step = readonly [request: string, answer: string] | readonly [request: string, body: unknown, answer: string]

/** Asks one thing after another. */
async function play(steps: readonly Step[], topic?: MemorySchemaTopic) {
  const { ask, ...rest } = await registryOver(topic)
  for (const step of steps) {
    const [request, body, answer] = step.length === 2 ? [step[0], undefined, step[1]] : step
    expect(`${request} → ${await ask(request, body)}`).toBe(`${request} → ${answer}`)
  }
  return { ask, ...rest }
}

const avro = (schema: unknown, more = {}) => ({ schema: JSON.stringify(schema), ...more })
const INT = avro('int')
const LONG = avro('long')
const STRING = avro('string')
const error = (code: number, message: string) =>
  `${code < 1000 ? code : Math.floor(code / 100)} {"error_code":${code},"message":${JSON.stringify(message)}}`
const NO_A = error(40401, "Subject 'a' not found.")

describe('subjects, versions, ids', () => {
  test('the same text has the same id everywhere, and is registered once', () =>
    play([
      ['GET /subjects', '200 []'],
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['POST /subjects/a/versions', { schema: ' {"type":"int"} ' }, '200 {"id":1}'],
      ['POST /subjects/b/versions', INT, '200 {"id":1}'],
      ['POST /subjects/a/versions', LONG, '200 {"id":2}'],
      ['GET /subjects', '200 ["a","b"]'],
      ['GET /subjects?subjectPrefix=b', '200 ["b"]'],
      ['GET /subjects?offset=1&limit=1', '200 ["b"]'],
      ['GET /subjects/a/versions', '200 [1,2]'],
      ['GET /subjects/a/versions/1', '200 {"subject":"a","version":1,"id":1,"schema":"\\"int\\""}'],
      ['GET /subjects/a/versions/latest', '200 {"subject":"a","version":2,"id":2,"schema":"\\"long\\""}'],
      ['GET /subjects/a/versions/-1', '200 {"subject":"a","version":2,"id":2,"schema":"\\"long\\""}'],
      ['GET /subjects/a/versions/2/schema', '200 "long"'],
      ['GET /schemas/ids/1', '200 {"schema":"\\"int\\""}'],
      ['GET /schemas/ids/1?fetchMaxId=true', '200 {"schema":"\\"int\\"","maxId":2}'],
      ['GET /schemas/ids/1/schema', '200 "int"'],
      ['GET /schemas/ids/1/subjects', '200 ["a","b"]'],
      ['GET /schemas/ids/1/versions', '200 [{"subject":"a","version":1},{"subject":"b","version":1}]'],
      [
        'GET /schemas?latestOnly=true',
        '200 [{"subject":"a","version":2,"id":2,"schema":"\\"long\\""},{"subject":"b","version":1,"id":1,"schema":"\\"int\\""}]',
      ],
      ['GET /schemas/types', '200 ["JSON","PROTOBUF","AVRO"]'],
    ]))

  test('look-up', () =>
    play([
      ['POST /subjects/a', INT, NO_A],
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['POST /subjects/a', INT, '200 {"subject":"a","version":1,"id":1,"schema":"\\"int\\""}'],
      ['POST /subjects/a', LONG, error(40403, 'Schema not found')],
      [
        'POST /subjects/a',
        { schema: '"' },
        error(42201, `Invalid schema of type AVRO, details: expected the end of a string and found '"' at line 1, column 1`),
      ],
    ]))

  test('what is not there', () =>
    play([
      ['GET /subjects/a/versions', NO_A],
      ['GET /subjects/a/versions/1', NO_A],
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['GET /subjects/a/versions/2', error(40402, 'Version 2 not found.')],
      [
        'GET /subjects/a/versions/0',
        error(
          42202,
          `The specified version '0' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
        ),
      ],
      [
        'GET /subjects/a/versions/x',
        error(
          42202,
          `The specified version 'x' is not a valid version id. Allowed values are between [1, 2^31-1] and the string "latest"`,
        ),
      ],
      ['GET /schemas/ids/9', error(40403, 'Schema 9 not found')],
      ['GET /schemas/ids/9/schema', error(40403, 'Schema 9 not found')],
      ['GET /schemas/ids/9/subjects', error(40403, 'Schema not found')],
      ['GET /schemas/ids/9/versions', error(40403, 'Schema not found')],
      ['GET /schemas/ids/x', error(404, 'HTTP 404 Not Found')],
      ['GET /nowhere', error(404, 'HTTP 404 Not Found')],
      ['PATCH /subjects', error(405, 'HTTP 405 Method Not Allowed')],
    ]))

  test('refused schemas', () =>
    play([
      ['POST /subjects/a/versions', { schema: '' }, error(42201, 'Empty schema')],
      ['POST /subjects/a/versions', { schema: '"int"', schemaType: 'THRIFT' }, error(42201, 'Invalid schema type THRIFT')],
      ['POST /subjects/a/versions', avro('foo'), error(42201, 'Invalid schema of type AVRO, details: Undefined schema: foo')],
      [
        'POST /subjects/a/versions',
        { schema: '3', schemaType: 'JSON' },
        error(42201, 'Invalid schema of type JSON, details: #: expected an object or boolean at the root'),
      ],
      [
        'POST /subjects/a/versions',
        { schema: 'foo', schemaType: 'PROTOBUF' },
        error(42201, "Invalid schema of type PROTOBUF, details: unexpected 'foo' at the top of the file"),
      ],
      [
        'POST /subjects/a/versions',
        avro('int', { ruleSet: { domainRules: [] } }),
        error(42210, 'Rule sets are not supported by this registry: nothing would hold to them'),
      ],
      ['POST /subjects/__GLOBAL/versions', INT, error(42208, "The specified subject '__GLOBAL' is not a valid.")],
      ['POST /subjects/a/versions', avro('int', { version: 7 }), error(42201, 'Version is not one more than previous version')],
      ['POST /subjects/a/versions', '{', error(400, 'The body is no JSON')],
      ['POST /subjects/a/versions', error(422, 'The request needs a JSON object as its body')],
      ['GET /subjects', '200 []'],
    ]))

  test('a subject may hold any character', () =>
    play([
      ['POST /subjects/a%2Fb%20%C3%A9/versions', INT, '200 {"id":1}'],
      ['GET /subjects', '200 ["a/b é"]'],
      ['GET /subjects/a%2Fb%20%C3%A9/versions', '200 [1]'],
      ['GET /subjects/%E0%A4%A/versions', error(400, 'HTTP 400 Bad Request')],
    ]))

  test('normalize', () =>
    play([
      [
        'POST /subjects/a/versions?normalize=true',
        { schema: '{"type":"object","properties":{}}', schemaType: 'JSON' },
        '200 {"id":1}',
      ],
      [
        'POST /subjects/a?normalize=true',
        { schema: '{"properties":{},"type":"object"}', schemaType: 'JSON' },
        '200 {"subject":"a","version":1,"id":1,"schemaType":"JSON","schema":"{\\"properties\\":{},\\"type\\":\\"object\\"}"}',
      ],
      ['POST /subjects/a', { schema: '{"type":"object","properties":{}}', schemaType: 'JSON' }, error(40403, 'Schema not found')],
      ['PUT /config/a', { normalize: true }, '200 {"normalize":true}'],
      ['POST /subjects/a/versions', { schema: '{"type":"object","properties":{}}', schemaType: 'JSON' }, '200 {"id":1}'],
    ]))
})

describe('deletion', () => {
  const GONE = error(40404, "Subject 'a' was soft deleted.Set permanent=true to delete permanently")

  test('a subject, softly and for good', () =>
    play([
      ['DELETE /subjects/a', NO_A],
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['POST /subjects/a/versions', LONG, '200 {"id":2}'],
      ['DELETE /subjects/a?permanent=true', error(40405, "Subject 'a' was not deleted first before being permanently deleted")],
      ['DELETE /subjects/a', '200 [1,2]'],
      ['DELETE /subjects/a', GONE],
      ['GET /subjects', '200 []'],
      ['GET /subjects?deleted=true', '200 ["a"]'],
      ['GET /subjects?deletedOnly=true', '200 ["a"]'],
      ['GET /subjects/a/versions', NO_A],
      ['GET /subjects/a/versions?deleted=true', '200 [1,2]'],
      ['GET /subjects/a/versions/1?deleted=true', '200 {"subject":"a","version":1,"id":1,"schema":"\\"int\\"","deleted":true}'],
      ['GET /schemas/ids/1', '200 {"schema":"\\"int\\""}'],
      ['GET /schemas/ids/1/subjects', '200 []'],
      ['GET /schemas/ids/1/subjects?deleted=true', '200 ["a"]'],
      ['POST /subjects/a?deleted=true', INT, '200 {"subject":"a","version":1,"id":1,"schema":"\\"int\\"","deleted":true}'],
      ['DELETE /subjects/a?permanent=true', '200 [1,2]'],
      ['GET /subjects?deleted=true', '200 []'],
      ['GET /schemas/ids/1', error(40403, 'Schema 1 not found')],
    ]))

  test('a version, softly and for good', () =>
    play([
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['POST /subjects/a/versions', LONG, '200 {"id":2}'],
      ['DELETE /subjects/a/versions/3', error(40402, 'Version 3 not found.')],
      [
        'DELETE /subjects/a/versions/1?permanent=true',
        error(40407, "Subject 'a' Version 1 was not deleted first before being permanently deleted"),
      ],
      ['DELETE /subjects/a/versions/1', '200 1'],
      [
        'DELETE /subjects/a/versions/1',
        error(40406, "Subject 'a' Version 1 was soft deleted.Set permanent=true to delete permanently"),
      ],
      ['GET /subjects/a/versions', '200 [2]'],
      ['GET /subjects/a/versions?deletedAsNegative=true', '200 [-1,2]'],
      ['GET /subjects/a/versions?deletedOnly=true', '200 [1]'],
      ['DELETE /subjects/a/versions/1?permanent=true', '200 1'],
      ['GET /subjects/a/versions?deleted=true', '200 [2]'],
      ['DELETE /subjects/a/versions/latest', '200 2'],
      ['GET /subjects/a/versions', NO_A],
    ]))

  test('versions go on after deleted ones; a schema that comes again keeps its id', () =>
    play([
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['POST /subjects/a/versions', LONG, '200 {"id":2}'],
      ['DELETE /subjects/a', '200 [1,2]'],
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['GET /subjects/a/versions', '200 [3]'],
      ['GET /subjects/a/versions?deleted=true', '200 [2,3]'],
      [
        'POST /subjects/a/versions',
        STRING,
        error(
          409,
          `Schema being registered is incompatible with an earlier schema for subject "a", details: [{errorType:'TYPE_MISMATCH', description:'The type (path '/') of a field in the new schema does not match with the old schema', additionalInfo:'reader type: STRING not compatible with writer type: INT'}, {oldSchemaVersion: 3}, {oldSchema: '"int"'}, {validateFields: 'false', compatibility: 'BACKWARD'}]`,
        ),
      ],
    ]))

  test('with the last version goes what was configured', () =>
    play([
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['PUT /config/a', { compatibility: 'NONE' }, '200 {"compatibility":"NONE"}'],
      ['PUT /mode/a', { mode: 'READWRITE' }, '200 {"mode":"READWRITE"}'],
      ['DELETE /subjects/a', '200 [1]'],
      ['GET /config/a', '200 {"compatibilityLevel":"NONE"}'],
      ['DELETE /subjects/a?permanent=true', '200 [1]'],
      ['GET /config/a', error(40408, "Subject 'a' does not have subject-level compatibility configured")],
      ['GET /mode/a', error(40409, "Subject 'a' does not have subject-level mode configured")],
    ]))
})

describe('references', () => {
  const A = avro({ type: 'record', name: 'A', namespace: 'n', fields: [{ name: 'x', type: 'int' }] })
  const B = avro(
    { type: 'record', name: 'B', namespace: 'n', fields: [{ name: 'a', type: 'A' }] },
    { references: [{ name: 'n.A', subject: 'a', version: 1 }] },
  )

  test('are resolved, kept and counted', () =>
    play([
      ['POST /subjects/b/versions', B, error(42201, 'No schema reference found for subject "a" and version 1 (name "n.A")')],
      ['POST /subjects/a/versions', A, '200 {"id":1}'],
      ['POST /subjects/b/versions', B, '200 {"id":2}'],
      [
        'GET /schemas/ids/2',
        '200 {"references":[{"name":"n.A","subject":"a","version":1}],"schema":"{\\"type\\":\\"record\\",\\"name\\":\\"B\\",\\"namespace\\":\\"n\\",\\"fields\\":[{\\"name\\":\\"a\\",\\"type\\":\\"A\\"}]}"}',
      ],
      [
        'GET /schemas/ids/2/schema?format=resolved',
        '200 {"type":"record","name":"B","namespace":"n","fields":[{"name":"a","type":{"type":"record","name":"A","fields":[{"name":"x","type":"int"}]}}]}',
      ],
      ['GET /subjects/a/versions/1/referencedby', '200 [2]'],
      [
        'DELETE /subjects/a/versions/1',
        error(42206, 'One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=a,version=1}.'),
      ],
      [
        'DELETE /subjects/a',
        error(42206, 'One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=a,version=1}.'),
      ],
      ['DELETE /subjects/b', '200 [1]'],
      ['GET /subjects/a/versions/1/referencedby', '200 []'],
      ['GET /subjects/a/versions/1/referencedby?deleted=true', '200 [2]'],
      ['DELETE /subjects/a', '200 [1]'],
      [
        'DELETE /subjects/a?permanent=true',
        error(42206, 'One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=a,version=1}.'),
      ],
      ['DELETE /subjects/b?permanent=true', '200 [1]'],
      ['DELETE /subjects/a?permanent=true', '200 [1]'],
    ]))

  test('a schema with its references filled in is the same schema', () =>
    play([
      ['POST /subjects/a/versions', A, '200 {"id":1}'],
      ['POST /subjects/b/versions', B, '200 {"id":2}'],
      [
        'POST /subjects/b/versions',
        avro({
          type: 'record',
          name: 'n.B',
          fields: [{ name: 'a', type: { type: 'record', name: 'n.A', fields: [{ name: 'x', type: 'int' }] } }],
        }),
        '200 {"id":2}',
      ],
    ]))

  test('of JSON Schema by address, of Protobuf by import', () =>
    play([
      ['POST /subjects/money/versions', { schema: '{"type":"number"}', schemaType: 'JSON' }, '200 {"id":1}'],
      [
        'POST /subjects/j/versions',
        {
          schema: '{"properties":{"m":{"$ref":"money.json"}}}',
          schemaType: 'JSON',
          references: [{ name: 'money.json', subject: 'money', version: 1 }],
        },
        '200 {"id":2}',
      ],
      [
        'POST /subjects/u/versions',
        { schema: 'syntax = "proto3"; package u; message Unit {}', schemaType: 'PROTOBUF' },
        '200 {"id":3}',
      ],
      [
        'POST /subjects/p/versions',
        {
          schema: 'syntax = "proto3"; import "u.proto"; message P { u.Unit u = 1; }',
          schemaType: 'PROTOBUF',
          references: [{ name: 'u.proto', subject: 'u', version: -1 }],
        },
        '200 {"id":4}',
      ],
      [
        'POST /subjects/q/versions',
        { schema: 'syntax = "proto3"; import "u.proto"; message P { u.Unit u = 1; }', schemaType: 'PROTOBUF' },
        error(42201, 'Invalid schema of type PROTOBUF, details: Could not resolve type: u.Unit'),
      ],
    ]))
})

describe('compatibility', () => {
  const check = '/compatibility/subjects/a/versions'
  const MISMATCH = `{errorType:'TYPE_MISMATCH', description:'The type (path '/') of a field in the new schema does not match with the old schema', additionalInfo:'reader type: INT not compatible with writer type: LONG'}`

  test('is asked for without registering', () =>
    play([
      [`POST ${check}/latest`, INT, '200 {"is_compatible":true}'],
      ['POST /subjects/a/versions', LONG, '200 {"id":1}'],
      [`POST ${check}/latest`, INT, '200 {"is_compatible":false}'],
      [`POST ${check}`, INT, '200 {"is_compatible":false}'],
      [
        `POST ${check}/1?verbose=true`,
        INT,
        `200 ${JSON.stringify({ is_compatible: false, messages: [MISMATCH, '{oldSchemaVersion: 1}', `{oldSchema: '"long"'}`, "{validateFields: 'false', compatibility: 'BACKWARD'}"] })}`,
      ],
      [`POST ${check}/1?verbose=true`, LONG, '200 {"is_compatible":true,"messages":[]}'],
      [`POST ${check}/2`, INT, error(40402, 'Version 2 not found.')],
      [
        `POST ${check}/1?verbose=true`,
        avro('x'),
        '200 {"is_compatible":false,"messages":["Invalid schema of type AVRO, details: Undefined schema: x"]}',
      ],
      [`POST ${check}/1`, avro('x'), error(42201, 'Invalid schema of type AVRO, details: Undefined schema: x')],
      [
        `POST ${check}/1?verbose=true`,
        { schema: '{}', schemaType: 'JSON' },
        '200 {"is_compatible":false,"messages":["Incompatible because of different schema type","{validateFields: \'false\', compatibility: \'BACKWARD\'}"]}',
      ],
      ['GET /subjects/a/versions', '200 [1]'],
    ]))

  /** Versions int, long, then what the level says of a third schema. */
  test.each([
    ['NONE', STRING, true],
    ['BACKWARD', avro('double'), true],
    ['BACKWARD', INT, false],
    ['BACKWARD_TRANSITIVE', avro('float'), true],
    ['BACKWARD_TRANSITIVE', avro(['null', 'long']), true],
    ['FORWARD', INT, true],
    ['FORWARD', avro('float'), false],
    ['FORWARD_TRANSITIVE', LONG, false],
    ['FULL', avro(['long']), true],
    ['FULL', avro('float'), false],
    ['FULL_TRANSITIVE', LONG, false],
  ])('%s of %j: %s', async (level, schema, fits) => {
    const { ask } = await play([
      ['PUT /config/a', { compatibility: 'none' }, '200 {"compatibility":"NONE"}'],
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['POST /subjects/a/versions', LONG, '200 {"id":2}'],
      ['PUT /config/a', { compatibility: level }, `200 {"compatibility":"${level}"}`],
    ])
    expect(await ask(`POST ${check}`, schema)).toBe(`200 {"is_compatible":${fits}}`)
  })

  test('levels of everything, of contexts, of subjects', () =>
    play([
      ['GET /config', '200 {"compatibilityLevel":"BACKWARD"}'],
      ['GET /config/a', error(40408, "Subject 'a' does not have subject-level compatibility configured")],
      ['GET /config/a?defaultToGlobal=true', '200 {"compatibilityLevel":"BACKWARD"}'],
      ['PUT /config', { compatibility: 'FULL' }, '200 {"compatibility":"FULL"}'],
      ['GET /config/a?defaultToGlobal=true', '200 {"compatibilityLevel":"FULL"}'],
      [
        'PUT /config/a',
        { compatibility: 'sideways' },
        error(
          42203,
          'Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, forward_transitive, and full_transitive',
        ),
      ],
      ['PUT /config/a', { compatibility: 'forward' }, '200 {"compatibility":"FORWARD"}'],
      ['GET /config/a', '200 {"compatibilityLevel":"FORWARD"}'],
      ['PUT /config/:.c:', { compatibility: 'NONE' }, '200 {"compatibility":"NONE"}'],
      ['GET /config/:.c:a?defaultToGlobal=true', '200 {"compatibilityLevel":"NONE"}'],
      ['DELETE /config/a', '200 {"compatibilityLevel":"FORWARD"}'],
      ['DELETE /config/a', NO_A],
      ['DELETE /config', '200 {"compatibilityLevel":"FULL"}'],
      ['GET /config', '200 {"compatibilityLevel":"BACKWARD"}'],
      ['PUT /config', { overrideRuleSet: {} }, error(422, 'The setting "overrideRuleSet" is not supported by this registry')],
    ]))

  test('JSON Schema can be compared leniently', () =>
    play([
      ['POST /subjects/a/versions', { schema: '{"type":"object"}', schemaType: 'JSON' }, '200 {"id":1}'],
      [
        `POST ${check}`,
        { schema: '{"type":"object","properties":{"x":{"type":"string"}}}', schemaType: 'JSON' },
        '200 {"is_compatible":false}',
      ],
      ['PUT /config/a', { compatibilityPolicy: 'LENIENT' }, '200 {"compatibilityPolicy":"LENIENT"}'],
      [
        `POST ${check}`,
        { schema: '{"type":"object","properties":{"x":{"type":"string"}}}', schemaType: 'JSON' },
        '200 {"is_compatible":true}',
      ],
    ]))
})

describe('modes', () => {
  const readOnly = error(42205, 'Subject a in context  is in read-only mode')

  test('READONLY keeps everything as it is', () =>
    play([
      ['GET /mode', '200 {"mode":"READWRITE"}'],
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['PUT /mode', { mode: 'READONLY' }, '200 {"mode":"READONLY"}'],
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['POST /subjects/a/versions', LONG, readOnly],
      ['DELETE /subjects/a', readOnly],
      ['DELETE /subjects/a/versions/1', readOnly],
      ['PUT /config/a', { compatibility: 'NONE' }, readOnly],
      ['PUT /mode/a', { mode: 'READWRITE' }, '200 {"mode":"READWRITE"}'],
      ['POST /subjects/a/versions', LONG, '200 {"id":2}'],
      ['PUT /mode', { mode: 'READONLY_OVERRIDE' }, '200 {"mode":"READONLY_OVERRIDE"}'],
      ['POST /subjects/a/versions', avro('double'), readOnly],
      ['DELETE /mode', '200 {"mode":"READONLY_OVERRIDE"}'],
      ['GET /mode', '200 {"mode":"READWRITE"}'],
    ]))

  test('of everything and of subjects', () =>
    play([
      ['GET /mode/a', error(40409, "Subject 'a' does not have subject-level mode configured")],
      ['GET /mode/a?defaultToGlobal=true', '200 {"mode":"READWRITE"}'],
      [
        'PUT /mode/a',
        { mode: 'SIDEWAYS' },
        error(42204, 'Invalid mode. Valid values are READWRITE, READONLY, READONLY_OVERRIDE, and IMPORT'),
      ],
      ['PUT /mode/a', { mode: 'readonly' }, '200 {"mode":"readonly"}'],
      ['GET /mode/a', '200 {"mode":"READONLY"}'],
      ['DELETE /mode/a', '200 {"mode":"READONLY"}'],
      ['DELETE /mode/a', NO_A],
    ]))

  test('IMPORT takes ids and versions as they come, and checks nothing', () =>
    play([
      [
        'POST /subjects/a/versions',
        avro('int', { id: 7, version: 3 }),
        error(42205, 'Subject a in context  is not in import mode'),
      ],
      ['PUT /mode', { mode: 'IMPORT' }, '200 {"mode":"IMPORT"}'],
      ['POST /subjects/a/versions', INT, error(42205, 'Subject a in context  is not in read-write mode')],
      ['POST /subjects/a/versions', avro('int', { id: 7, version: 3 }), '200 {"id":7}'],
      ['POST /subjects/a/versions', avro('int', { id: 7, version: 3 }), '200 {"id":7}'],
      ['POST /subjects/a/versions', avro('string', { id: 5, version: 1 }), '200 {"id":5}'],
      [
        'POST /subjects/a/versions',
        avro('double', { id: 5, version: 4 }),
        error(42205, 'Overwrite new schema with id 5 in context  is not permitted.'),
      ],
      ['GET /subjects/a/versions', '200 [1,3]'],
      ['PUT /mode', { mode: 'READWRITE' }, '200 {"mode":"READWRITE"}'],
      ['POST /subjects/b/versions', avro('float'), '200 {"id":8}'],
      ['PUT /mode', { mode: 'IMPORT' }, error(42205, 'Cannot import since found existing subjects')],
      ['PUT /mode?force=true', { mode: 'IMPORT' }, '200 {"mode":"IMPORT"}'],
      ['PUT /mode/b', { mode: 'READWRITE' }, '200 {"mode":"READWRITE"}'],
    ]))

  test('an imported schema may have several ids', () =>
    play([
      ['PUT /mode', { mode: 'IMPORT' }, '200 {"mode":"IMPORT"}'],
      ['POST /subjects/a/versions', avro('int', { id: 100, version: 1 }), '200 {"id":100}'],
      ['POST /subjects/a/versions', avro('int', { id: 200, version: 2 }), '200 {"id":200}'],
      ['POST /subjects/a/versions', avro('int', { id: 100, version: 1 }), '200 {"id":100}'],
      ['PUT /mode', { mode: 'READWRITE' }, '200 {"mode":"READWRITE"}'],
      ['DELETE /subjects/a/versions/2', '200 2'],
      ['DELETE /subjects/a/versions/2?permanent=true', '200 2'],
      ['POST /subjects/b/versions', INT, '200 {"id":100}'],
    ]))

  test('IMPORT forgets what was deleted', () =>
    play([
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['DELETE /subjects/a', '200 [1]'],
      ['PUT /mode/a', { mode: 'IMPORT' }, '200 {"mode":"IMPORT"}'],
      ['GET /subjects?deleted=true', '200 []'],
      ['POST /subjects/a/versions', avro('string', { id: 1, version: 1 }), '200 {"id":1}'],
    ]))
})

describe('contexts', () => {
  test('have ids of their own', () =>
    play([
      ['POST /subjects/a/versions', INT, '200 {"id":1}'],
      ['POST /subjects/:.c:a/versions', LONG, '200 {"id":1}'],
      ['POST /contexts/.c/subjects/b/versions', INT, '200 {"id":2}'],
      ['GET /contexts', '200 [".",".c"]'],
      ['GET /subjects', '200 ["a",":.c:a",":.c:b"]'],
      ['GET /contexts/c/subjects', '200 [":.c:a",":.c:b"]'],
      ['GET /subjects?subjectPrefix=:.c:b', '200 [":.c:b"]'],
      ['GET /schemas/ids/1', '200 {"schema":"\\"int\\""}'],
      ['GET /schemas/ids/1?subject=:.c:', '200 {"schema":"\\"long\\""}'],
      ['GET /contexts/.c/schemas/ids/1', '200 {"schema":"\\"long\\""}'],
      ['GET /schemas/ids/2?subject=b', '200 {"schema":"\\"int\\""}'],
      ['GET /subjects/b/versions/1', '200 {"subject":":.c:b","version":1,"id":2,"schema":"\\"int\\""}'],
      ['GET /contexts/.c/subjects/b/versions', '200 [1]'],
      ['PUT /contexts/.c/config', { compatibility: 'NONE' }, '200 {"compatibility":"NONE"}'],
      ['GET /config/:.c:', '200 {"compatibilityLevel":"NONE"}'],
      ['POST /contexts/.c/compatibility/subjects/a/versions/latest', STRING, '200 {"is_compatible":true}'],
      ['DELETE /contexts/.c', error(42211, "The specified context ':.c:' is not empty.")],
      ['GET /contexts/a:b/subjects', error(400, "Context name 'a:b' cannot contain a colon")],
      ['DELETE /contexts/.d', '204'],
    ]))

  test('references stay in the context', () =>
    play([
      ['POST /subjects/:.c:u/versions', { schema: 'syntax = "proto3"; message U {}', schemaType: 'PROTOBUF' }, '200 {"id":1}'],
      [
        'POST /subjects/:.c:p/versions',
        {
          schema: 'syntax = "proto3"; import "u.proto"; message P { U u = 1; }',
          schemaType: 'PROTOBUF',
          references: [{ name: 'u.proto', subject: 'u', version: 1 }],
        },
        '200 {"id":2}',
      ],
      ['GET /subjects/:.c:u/versions/1/referencedby', '200 [2]'],
    ]))
})

test('an alias stands for a subject', () =>
  play([
    ['POST /subjects/a/versions', INT, '200 {"id":1}'],
    ['PUT /config/b', { alias: 'a' }, '200 {"alias":"a"}'],
    ['GET /subjects/b/versions', '200 [1]'],
  ]))

test('the server itself', async () => {
  const { ask } = await play([
    ['GET /', '200 {}'],
    ['HEAD /', '200 {}'],
    [
      'GET /v1/metadata/id',
      '200 {"id":"","scope":{"path":[],"clusters":{"kafka-cluster":"kafka","schema-registry-cluster":"schema-registry"}}}',
    ],
    ['GET /v1/metadata/version', '200 {"version":"1.2.3","commitId":""}'],
  ])
  expect(await ask('GET /subjects', undefined, { accept: 'text/html' })).toBe(error(406, 'HTTP 406 Not Acceptable'))
  expect(await ask('GET /subjects', undefined, { accept: 'text/html, application/json; q=0.5, */*; q=0.1' })).toBe('200 []')
  const unread = error(415, 'HTTP 415 Unsupported Media Type')
  expect(await ask('PUT /mode', '{}', { 'content-type': 'text/xml' })).toBe(unread)
  // As curl sends it, and as a web page might without asking.
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect(await ask('PUT /config', { compatibility: 'FULL' }, form)).toBe('200 {"compatibility":"FULL"}')
  expect(await ask('PUT /config', { compatibility: 'FULL' }, { ...form, origin: 'http://elsewhere' })).toBe(unread)
  expect(await ask('PUT /config', { compatibility: 'FULL' }, { origin: 'http://elsewhere' })).toBe(unread)
})

describe('the topic fails', () => {
  test('a write that is refused is told, and nothing is known of it', async () => {
    const { ask, topic } = await registryOver()
    topic.refuses = new Error('no leader')
    expect(await ask('POST /subjects/a/versions', INT)).toBe(error(50001, 'Writing to the topic of the schemas failed'))
    topic.refuses = undefined
    expect(await ask('POST /subjects/a/versions', INT)).toBe('200 {"id":1}')
    topic.maxBytes = 10
    expect(await ask('POST /subjects/a/versions', LONG)).toBe(
      error(42209, 'Register operation failed because schema is too large'),
    )
  })

  test('a registry that can no longer follow says so', async () => {
    const { ask, topic } = await registryOver()
    topic.fail(new Error('gone'))
    expect(await ask('GET /subjects')).toBe(error(50001, 'The topic of the schemas can no longer be read'))
  })

  test('many at once get one id and one version each', async () => {
    const { ask } = await registryOver()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => ask('POST /subjects/a/versions', avro(i % 2 === 0 ? 'int' : 'long'))),
    )
    expect(new Set(answers)).toEqual(new Set(['200 {"id":1}', '200 {"id":2}']))
    expect(await ask('GET /subjects/a/versions')).toBe('200 [1,2]')
  })
})
