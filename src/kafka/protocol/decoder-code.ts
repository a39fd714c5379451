/**
 * The generated half that reads: one function per message and version, the elements of arrays in loops within it.
 *
 *     function decodeFetchRequest(reader) {
 *       const maxWaitMs = reader.int32()
 *       const topics = []
 *       for (let left = reader.compactArrayLength(); left > 0; left--) {
 *         const topicId = reader.uuid()
 *         reader.skipTags()
 *         topics.push({ topic: '', topicId })
 *       }
 *       let clusterId = null
 *       for (let tags = reader.uvarint(); tags > 0; tags--) {
 *         const tag = reader.uvarint()
 *         const end = reader.tagEnd()
 *         switch (tag) {
 *           case 0:
 *             clusterId = reader.compactNullableString()
 *             break
 *           default:
 *             reader.skip(end - reader.position)
 *         }
 *         reader.expectTagEnd(end)
 *       }
 *       return { maxWaitMs, topics, clusterId }
 *     }
 *
 * Every version of a message gives objects of the same fields in the same order, so that they share one hidden class.
 */
import { type Js, Names, join, js, raw } from '../../codegen/js.ts'
import { type Default, type Message, bytes } from './schema.ts'
import { type FieldShape, type StructShape, type TypeShape, plainFields, shapeOf, taggedFields } from './shape.ts'

/** Free variables of the code: what it may give out more than once. */
export const decoderScope = { NO_BYTES: bytes().defaultValue }

export function decoderCode(message: Message, version: number): Js {
  const names = new Names(['reader', ...Object.keys(decoderScope)])
  const { statements, value } = structCode(shapeOf(message, version), names)
  return js`
    function ${raw(`decode${message.name}`)}(reader) {
      ${statements}
      return ${value}
    }`
}

/** Statements that read a struct, and the literal made of what they read. */
function structCode(struct: StructShape, names: Names): { statements: Js[]; value: Js } {
  const variables = new Map(struct.fields.filter(f => f.present).map(f => [f, names.fresh(f.name)]))
  const statements = plainFields(struct).flatMap(f => readCode(variables.get(f)!, f, names))
  if (struct.flexible) statements.push(...tagsCode(struct, variables, names))
  const entries = struct.fields.map(f => {
    const variable = variables.get(f) ?? defaultCode(f)
    return String(variable) === f.name ? variable : js`${raw(f.name)}: ${variable}`
  })
  return { statements, value: js`{ ${join(entries, ', ')} }` }
}

function tagsCode(struct: StructShape, variables: ReadonlyMap<FieldShape, Js>, names: Names): Js[] {
  const fields = taggedFields(struct)
  if (fields.length === 0) return [js`reader.skipTags()`]
  const [tags, tag, end] = [names.fresh('tags'), names.fresh('tag'), names.fresh('end')]
  return [
    ...fields.map(f => js`let ${variables.get(f)} = ${defaultCode(f)}`),
    js`
      for (let ${tags} = reader.uvarint(); ${tags} > 0; ${tags}--) {
        const ${tag} = reader.uvarint()
        const ${end} = reader.tagEnd()
        switch (${tag}) {
          ${fields.map(
            f => js`
              case ${f.tag}: {
                ${assignCode(variables.get(f)!, f, names)}
                break
              }`,
          )}
          default:
            reader.skip(${end} - reader.position)
        }
        reader.expectTagEnd(${end})
      }`,
  ]
}

/** Declares `variable` and reads the field into it. */
function readCode(variable: Js, { type, nullable, compact, tag }: FieldShape, names: Names): Js[] {
  if (type.kind === 'struct') {
    const { statements, value } = structCode(type.struct, names)
    if (!nullable) return [...statements, js`const ${variable} = ${value}`]
    return [
      js`
        let ${variable} = null
        if (reader.${raw(tag === undefined ? 'structFollows' : 'taggedStructFollows')}()) {
          ${statements}
          ${variable} = ${value}
        }`,
    ]
  }
  if (type.kind !== 'array') return [js`const ${variable} = ${primitiveCode(type.kind, nullable, compact)}`]
  const left = names.fresh('left')
  const length = js`reader.${raw(camel(compact ? 'compact' : '', nullable ? 'nullable' : '', 'arrayLength'))}()`
  const loop = (start: Js): Js => js`
    for (${start}; ${left} > 0; ${left}--) {
      ${elementCode(variable, type.element, compact, names)}
    }`
  if (!nullable) return [js`const ${variable} = []`, loop(js`let ${left} = ${length}`)]
  return [js`let ${left} = ${length}`, js`const ${variable} = ${left} < 0 ? null : []`, loop(raw(''))]
}

/** Reads the field into a variable that is there already. */
function assignCode(variable: Js, field: FieldShape, names: Names): Js[] {
  const { type, nullable, compact } = field
  if (type.kind !== 'array' && type.kind !== 'struct') return [js`${variable} = ${primitiveCode(type.kind, nullable, compact)}`]
  const read = names.fresh('read')
  return [...readCode(read, field, names), js`${variable} = ${read}`]
}

function elementCode(items: Js, type: TypeShape, compact: boolean, names: Names): Js[] {
  if (type.kind === 'struct') {
    const { statements, value } = structCode(type.struct, names)
    return [...statements, js`${items}.push(${value})`]
  }
  if (type.kind !== 'array') return [js`${items}.push(${primitiveCode(type.kind, false, compact)})`]
  throw new TypeError('Kafka has no arrays of arrays')
}

/** The method of Reader: `compactNullableString`. */
function primitiveCode(kind: string, nullable: boolean, compact: boolean): Js {
  if (kind !== 'string' && kind !== 'bytes' && kind !== 'records') return js`reader.${raw(kind)}()`
  const name = kind === 'string' ? 'string' : 'bytes'
  return js`reader.${raw(camel(compact ? 'compact' : '', nullable ? 'nullable' : '', name))}()`
}

/** Words run together: `compactString`. */
export const camel = (...words: string[]): string =>
  words
    .filter(word => word !== '')
    .map((word, i) => (i === 0 ? word : word[0]!.toUpperCase() + word.slice(1)))
    .join('')

function defaultCode(field: FieldShape): Js {
  const value: Default = field.defaultValue
  if (value instanceof Uint8Array) return js`NO_BYTES`
  if (Array.isArray(value)) return js`[]`
  if (value === null || typeof value !== 'object') return js`${value as number}`
  if (field.type.kind !== 'struct') throw new TypeError(`${field.name} has the default of a struct`)
  return js`{ ${join(
    field.type.struct.fields.map(f => js`${raw(f.name)}: ${defaultCode(f)}`),
    ', ',
  )} }`
}
