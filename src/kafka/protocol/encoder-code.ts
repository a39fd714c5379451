/**
 * The generated half that writes. Fields that were left out have their defaults; tagged ones that have them are not written.
 *
 *     function encodeFetchRequest(value, writer) {
 *       if (value.replicaId !== undefined && value.replicaId !== -1) cannotCarry('replicaId')       of other versions, and not ignorable
 *       writer.int32(value.maxWaitMs ?? 0)
 *       const topics = value.topics ?? NONE
 *       writer.compactArrayLength(topics.length)
 *       for (let i = 0; i < topics.length; i++) {
 *         const topic = topics[i]
 *         writer.uuid(topic.topicId ?? 'AAAAAAAAAAAAAAAAAAAAAA')
 *         writer.uvarint(0)
 *       }
 *       const clusterId = value.clusterId ?? null
 *       const hasClusterId = clusterId !== null
 *       writer.uvarint((hasClusterId ? 1 : 0))
 *       if (hasClusterId) {
 *         const begin = writer.beginTag(0)
 *         writer.compactNullableString(clusterId)
 *         writer.endTag(begin)
 *       }
 *     }
 */
import { type Js, Names, join, js, raw } from '../../codegen/js.ts'
import { camel } from './decoder-code.ts'
import { ProtocolError } from './protocol-error.ts'
import { type Message, bytes } from './schema.ts'
import { type FieldShape, type StructShape, type TypeShape, plainFields, shapeOf, taggedFields } from './shape.ts'

/** Free variables of the code for one message and version. */
export const encoderScope = (message: Message, version: number) => ({
  NONE: [] as const,
  NO_BYTES: bytes().defaultValue,
  DEFAULTS: {},
  cannotCarry(field: string): never {
    throw new ProtocolError('MESSAGE_UNENCODABLE', `version ${version} of ${message.name} can't carry a value for ${field}`)
  },
  cannotBeNull(field: string): never {
    throw new ProtocolError('MESSAGE_UNENCODABLE', `${field} can't be null in version ${version} of ${message.name}`)
  },
})

export function encoderCode(message: Message, version: number): Js {
  const names = new Names(['value', 'writer', 'NONE', 'NO_BYTES', 'DEFAULTS', 'cannotCarry', 'cannotBeNull'])
  return js`
    function ${raw(`encode${message.name}`)}(value, writer) {
      ${structCode(raw('value'), shapeOf(message, version), names)}
    }`
}

function structCode(value: Js, struct: StructShape, names: Names): Js[] {
  const lost = struct.fields.filter(f => !f.present && !f.ignorable)
  return [
    ...lost.map(f => js`if (${isSaid(f, member(value, f))}) cannotCarry(${f.name})`),
    ...plainFields(struct).flatMap(f => fieldCode(value, f, names)),
    ...(struct.flexible ? tagsCode(value, struct, names) : []),
  ]
}

const member = (value: Js, field: FieldShape): Js => js`${value}.${raw(field.name)}`

function fieldCode(value: Js, field: FieldShape, names: Names): Js[] {
  const { type } = field
  if (type.kind !== 'struct' && type.kind !== 'array' && !(field.everNullable && !field.nullable)) {
    return [primitiveCode(type.kind, field, valueOrDefault(field, member(value, field)))]
  }
  const variable = names.fresh(field.name)
  return [js`const ${variable} = ${valueOrDefault(field, member(value, field))}`, ...variableCode(variable, field, names)]
}

/** Writes a value that is in a variable, and no longer undefined. */
function variableCode(variable: Js, field: FieldShape, names: Names): Js[] {
  const { type, nullable, everNullable, compact } = field
  if (type.kind !== 'struct' && type.kind !== 'array') {
    const write = primitiveCode(type.kind, field, variable)
    return everNullable && !nullable ? [notNull(variable, field), write] : [write]
  }
  const body = type.kind === 'struct' ? structCode(variable, type.struct, names) : arrayCode(variable, field, type.element, names)
  if (!everNullable) return body
  if (!nullable) return [notNull(variable, field), ...body]
  const [none, some] =
    type.kind === 'struct'
      ? field.tag === undefined
        ? [js`writer.int8(-1)`, [js`writer.int8(1)`]]
        : [js`writer.uvarint(0)`, [js`writer.uvarint(1)`]]
      : [js`writer.${raw(camel(compact ? 'compact' : '', 'arrayLength'))}(-1)`, []]
  return [
    js`
      if (${variable} === null) {
        ${none}
      } else {
        ${[...some, ...body]}
      }`,
  ]
}

const notNull = (variable: Js, field: FieldShape): Js => js`if (${variable} === null) cannotBeNull(${field.name})`

function arrayCode(items: Js, { name, compact }: FieldShape, element: TypeShape, names: Names): Js[] {
  const i = names.fresh('i')
  const item = names.fresh(singular(name))
  return [
    js`writer.${raw(camel(compact ? 'compact' : '', 'arrayLength'))}(${items}.length)`,
    js`
      for (let ${i} = 0; ${i} < ${items}.length; ${i}++) {
        const ${item} = ${items}[${i}]
        ${elementCode(item, element, compact, names)}
      }`,
  ]
}

const singular = (name: string): string => (/[^s]s$/.test(name) ? name.replace(/ies$/, 'ys').slice(0, -1) : 'item')

function elementCode(item: Js, type: TypeShape, compact: boolean, names: Names): Js[] {
  if (type.kind === 'struct') return structCode(item, type.struct, names)
  if (type.kind !== 'array') return [primitiveCode(type.kind, { nullable: false, compact }, item)]
  throw new TypeError('Kafka has no arrays of arrays')
}

function tagsCode(value: Js, struct: StructShape, names: Names): Js[] {
  const fields = taggedFields(struct)
  if (fields.length === 0) return [js`writer.uvarint(0)`]
  const variables = fields.map(f => names.fresh(f.name))
  const said = fields.map(f => names.fresh(camel('has', f.name)))
  return [
    ...fields.map((f, i) => js`const ${variables[i]} = ${valueOrDefault(f, member(value, f))}`),
    ...fields.map((f, i) => js`const ${said[i]} = ${isSaid(f, variables[i]!, 'defined')}`),
    js`writer.uvarint(${join(
      said.map(has => js`(${has} ? 1 : 0)`),
      ' + ',
    )})`,
    ...fields.map((f, i) => {
      const begin = names.fresh('begin')
      return js`
        if (${said[i]}) {
          const ${begin} = writer.beginTag(${f.tag})
          ${variableCode(variables[i]!, f, names)}
          writer.endTag(${begin})
        }`
    }),
  ]
}

/** Only undefined means the default: null is a value, wherever some version has it. */
function valueOrDefault(field: FieldShape, value: Js): Js {
  const { defaultValue, everNullable } = field
  if (everNullable && defaultValue !== null) return js`${value} === undefined ? ${defaultCode(field)} : ${value}`
  return js`${value} ?? ${defaultCode(field)}`
}

function defaultCode({ defaultValue }: FieldShape): Js {
  if (defaultValue instanceof Uint8Array) return js`NO_BYTES`
  if (Array.isArray(defaultValue)) return js`NONE`
  if (defaultValue === null || typeof defaultValue !== 'object') return js`${defaultValue as number}`
  return js`DEFAULTS`
}

/** A condition: the value is another than nobody needs to say. */
function isSaid(field: FieldShape, value: Js, certainly?: 'defined'): Js {
  const { type, defaultValue, everNullable } = field
  const defined = certainly === 'defined' ? [] : [js`${value} !== undefined`]
  if (defaultValue === null) return certainly === 'defined' ? js`${value} !== null` : js`${value} != null`
  const isNull = everNullable ? [js`${value} === null`] : []
  if (type.kind === 'struct') {
    const inner = type.struct.fields.map(f => js`(${isSaid(f, member(value, f))})`)
    return all([...defined, some([...isNull, ...inner])])
  }
  if (type.kind === 'array' || defaultValue instanceof Uint8Array) {
    return all([...defined, some([...isNull, js`${value}.length !== 0`])])
  }
  return all([...defined, js`${value} !== ${defaultValue as number}`])
}

const all = (conditions: readonly Js[]): Js => join(conditions, ' && ')

const some = (conditions: readonly Js[]): Js => (conditions.length === 1 ? conditions[0]! : js`(${join(conditions, ' || ')})`)

function primitiveCode(kind: string, { nullable, compact }: Pick<FieldShape, 'nullable' | 'compact'>, value: Js): Js {
  if (kind !== 'string' && kind !== 'bytes' && kind !== 'records') return js`writer.${raw(kind)}(${value})`
  const name = kind === 'bytes' && !compact ? 'bytes32' : kind
  return js`writer.${raw(camel(compact ? 'compact' : '', nullable ? 'nullable' : '', name))}(${value})`
}
