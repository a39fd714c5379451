/** What protoc would refuse: numbers and names used twice, numbers out of range, labels where they may not stand. */
import { type EnumType, type Field, MAX_TAG, type Message, type ProtoFile, type ProtoType, SCALARS, mapOf } from './file.ts'
import { ProtoError } from './tokens.ts'

const RESERVED_FIRST = 19_000
const RESERVED_LAST = 19_999

export function checkProto(file: ProtoFile): void {
  checkTypes(file.types, file.syntax, file.package ?? '')
}

function checkTypes(types: readonly ProtoType[], syntax: string | undefined, scope: string): void {
  unique(
    types.map(({ name }) => name),
    name => `${name} is already defined${scope === '' ? '' : ` in ${scope}`}`,
  )
  for (const type of types) {
    if (type.kind === 'enum') checkEnum(type)
    else {
      checkMessage(type, syntax)
      checkTypes(type.types, syntax, type.name)
    }
  }
}

function checkMessage(message: Message, syntax: string | undefined): void {
  const groups = [...message.groups, ...message.oneofs.flatMap(oneof => oneof.groups)]
  const members = message.oneofs.flatMap(oneof => oneof.fields)
  const numbered = [...message.fields, ...members, ...groups]
  unique(
    numbered.map(({ tag }) => tag),
    tag => `field number ${tag} is used twice in ${message.name}`,
  )
  unique(
    [...message.fields, ...members].map(({ name }) => name),
    name => `field ${name} is declared twice in ${message.name}`,
  )
  for (const { tag, name } of numbered) {
    if (tag < 1 || tag > MAX_TAG || (tag >= RESERVED_FIRST && tag <= RESERVED_LAST)) {
      throw new ProtoError(`field ${message.name}.${name} has the number ${tag}, which is out of range`)
    }
    for (const value of message.reserved.flatMap(({ values }) => values)) {
      const hit =
        typeof value === 'string'
          ? value === name
          : typeof value === 'number'
            ? value === tag
            : value.start <= tag && tag <= value.end
      if (hit) throw new ProtoError(`field ${message.name}.${name} uses what is reserved`)
    }
  }
  for (const field of message.fields) checkLabel(field, syntax, message.name)
  for (const field of [...message.fields, ...members]) checkMap(field)
}

function checkLabel({ label, type, name }: Field, syntax: string | undefined, message: string): void {
  const isMap = mapOf(type) !== undefined
  if (isMap && label !== undefined) throw new ProtoError(`'map' type cannot have label: ${message}.${name}`)
  if (syntax === 'proto3' && label === 'required') {
    throw new ProtoError(`'required' label forbidden in proto3 field declarations: ${message}.${name}`)
  }
  if ((syntax === undefined || syntax === 'proto2') && label === undefined && !isMap) {
    throw new ProtoError(`unexpected label: ${type} ${name} needs 'optional', 'required' or 'repeated' in proto2`)
  }
}

function checkMap({ type }: Field): void {
  const map = mapOf(type)
  if (map === undefined) return
  if (!SCALARS.has(map.key) || map.key === 'double' || map.key === 'float' || map.key === 'bytes') {
    throw new ProtoError(`map key must be non-byte, non-floating point scalar: ${map.key}`)
  }
  if (map.value.startsWith('map<')) throw new ProtoError(`a map's values can't be maps: ${type}`)
}

function checkEnum({ name, constants, options }: EnumType): void {
  unique(
    constants.map(constant => constant.name),
    constant => `${constant} is declared twice in ${name}`,
  )
  const aliases = options.some(option => option.name === 'allow_alias' && 'text' in option.value && option.value.text === 'true')
  if (!aliases)
    unique(
      constants.map(({ tag }) => tag),
      tag => `number ${tag} is used twice in ${name}, which has no allow_alias`,
    )
}

function unique<T>(values: readonly T[], sentence: (value: T) => string): void {
  const seen = new Set<T>()
  for (const value of values) {
    if (seen.has(value)) throw new ProtoError(sentence(value))
    seen.add(value)
  }
}
