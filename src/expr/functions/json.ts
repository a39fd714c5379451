/**
 * JSON functions. Their clauses arrive as literals:
 *
 *     JSON_EXISTS(json, path[, onError])                              'TRUE' 'FALSE' 'UNKNOWN' 'ERROR'
 *     JSON_VALUE(json, path[, type, onEmpty, default, onError, default])   'NULL' 'ERROR' 'DEFAULT'; `type` is a NULL of it
 *     JSON_QUERY(json, path[, type, wrapper, onEmpty, onError])       'WITHOUT' 'WITH CONDITIONAL' 'WITH UNCONDITIONAL';
 *                                                                     'NULL' 'ERROR' 'EMPTY ARRAY' 'EMPTY OBJECT'
 *     JSON_OBJECT(onNull, key, value, form, …)                        'NULL ON NULL' 'ABSENT ON NULL'
 *     JSON_ARRAY(onNull, value, form, …)                              `form`: 'VALUE', or 'JSON' for text that is JSON already
 *
 * `form` is 'JSON' for a nested JSON_OBJECT, JSON_ARRAY or JSON: elsewhere their results are text like any other.
 *
 * In `lax` mode what is missing, and what has the wrong shape, is empty; in `strict` mode, the default, it is an error.
 */
import { EvaluationError, SqlError } from '../../base/errors.ts'
import { type DataType, isText, printType, types, withNullable } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { ArgShape, CallSite, Resolution, ScalarFunction } from '../function.ts'
import { type JsonPath, jsonPath } from '../json-path.ts'
import { isJsonable, jsonObject, toJson } from '../json-text.ts'
import {
  type Json,
  JsonFault,
  JsonNumber,
  PathFault,
  firstJson,
  isArray,
  isObject,
  isScalar,
  parseJson,
  printJson,
} from '../json-value.ts'
import { cached } from './cached.ts'
import { anyNullable, define, returns } from './define.ts'
import { variantFunctions } from './variant.ts'

/** What a path found, or why it found nothing. */
type Found = { readonly mode: JsonPath['mode']; readonly value: Json } | { readonly fault: EvaluationError }

/** The path is the second argument; a literal one is read once. */
function finder(site: CallSite): (text: string, path: string) => Found {
  const paths = cached((source: string): JsonPath | EvaluationError => {
    try {
      return jsonPath(source)
    } catch (fault) {
      if (fault instanceof PathFault) return fault
      throw fault
    }
  })
  const literal = site.args[1]?.literal
  if (typeof literal === 'string') paths(literal)
  return (text, source) => {
    const path = paths(source)
    return path instanceof EvaluationError ? { fault: path } : follow(path, text)
  }
}

function follow(path: JsonPath, text: string): Found {
  const { mode } = path
  try {
    const root = parseJson(text)
    if (root === null) return { fault: new PathFault('json object can not be null') }
    return { mode, value: path.find(root) }
  } catch (fault) {
    if (!(fault instanceof PathFault || fault instanceof JsonFault)) throw fault
    if (mode === 'strict') return { fault }
    return { mode, value: fault instanceof JsonFault || path.isDefinite ? null : [] }
  }
}

const isTextOrNull = (type: DataType | undefined): boolean => type !== undefined && (isText(type) || type.kind === 'NULL')
const asText = (type: DataType): DataType => (isText(type) ? type : types.string())

function exists(site: CallSite) {
  const find = finder(site)
  const onError = site.args[2]?.literal ?? 'FALSE'
  return (text: string, path: string): boolean | null => {
    const found = find(text, path)
    if (!('fault' in found)) return found.value !== null
    if (onError === 'ERROR') throw found.fault
    return onError === 'UNKNOWN' ? null : onError === 'TRUE'
  }
}

const valueKinds: ReadonlySet<DataType['kind']> = new Set(['CHAR', 'VARCHAR', 'BOOLEAN', 'INT', 'DOUBLE'])

function resolveValue(shapes: readonly ArgShape[]): Resolution | undefined {
  const [json, path, returning = { type: types.string() }, ...rest] = shapes.map(shape => ({ type: shape.type }))
  if (!isTextOrNull(json?.type) || !isTextOrNull(path?.type)) return undefined
  const type = withNullable(returning.type, true)
  if (!valueKinds.has(type.kind))
    throw new SqlError('TYPE_MISMATCH', `Unsupported type '${printType(type)}' for RETURNING in JSON_VALUE().`)
  const defaults = rest.map((arg, i) => (i % 2 === 1 ? type : arg.type))
  return { args: [asText(json!.type), asText(path!.type), ...(shapes.length > 2 ? [type] : []), ...defaults], returns: type }
}

/** `null` for a clause that is not there is the NULL action. */
function jsonValue(site: CallSite) {
  const find = finder(site)
  const convert = scalarTo(site.returns)
  const onEmpty = site.args[3]?.literal ?? 'NULL'
  const onError = site.args[5]?.literal ?? 'NULL'
  return (
    text: string | null,
    path: string | null,
    _type: null,
    _e: string,
    ifEmpty: Value,
    _r: string,
    ifError: Value,
  ): Value => {
    if (text === null || path === null) return null
    const found = find(text, path)
    if ('fault' in found) return instead(onError, found.fault, ifError)
    if (found.value === null || (found.mode === 'lax' && !isScalar(found.value))) {
      return instead(onEmpty, new EvaluationError('JSON_EMPTY', 'Empty result of JSON_VALUE function is not allowed'), ifEmpty)
    }
    if (!isScalar(found.value)) return instead(onError, notScalar(found.value), ifError)
    return convert(found.value)
  }
}

function instead(action: Value, error: EvaluationError, value: Value): Value {
  if (action === 'ERROR') throw error
  return action === 'DEFAULT' ? (value ?? null) : null
}

const notScalar = (value: Json): EvaluationError =>
  new EvaluationError(
    'JSON_NOT_SCALAR',
    `Strict jsonpath mode requires scalar value, and the actual value is: '${printJson(value)}'`,
  )

/** JSON's own types are not converted: the text "5" is no INT. */
function scalarTo(type: DataType): (value: Json) => Value {
  const refuse = (value: Json): never => {
    throw new EvaluationError('JSON_TYPE', `JSON_VALUE found ${printJson(value)}, which is no ${printType(type)}`)
  }
  switch (type.kind) {
    case 'BOOLEAN':
      return value => (typeof value === 'boolean' ? value : refuse(value))
    case 'INT':
      return value =>
        value instanceof JsonNumber && value.form === 'integer' && Number(value.text) === (Number(value.text) | 0)
          ? Number(value.text)
          : refuse(value)
    case 'DOUBLE':
      return value => (value instanceof JsonNumber ? Number(value.text) : refuse(value))
    default:
      return scalarText
  }
}

const scalarText = (value: Json): string => (value instanceof JsonNumber ? value.text : String(value))

function resolveQuery(shapes: readonly ArgShape[]): Resolution | undefined {
  const [json, path, returning = { type: types.string() }] = shapes
  if (!isTextOrNull(json?.type) || !isTextOrNull(path?.type)) return undefined
  const type = withNullable(returning.type, true)
  if (!isText(type) && !(type.kind === 'ARRAY' && isText(type.element))) {
    throw new SqlError('TYPE_MISMATCH', `Unsupported type '${printType(type)}' for RETURNING in JSON_QUERY().`)
  }
  for (const [i, what] of [
    [4, 'empty'],
    [5, 'error'],
  ] as const) {
    if (type.kind !== 'ARRAY' || shapes[i]?.literal !== 'EMPTY OBJECT') continue
    throw new SqlError('TYPE_MISMATCH', `Illegal on ${what} behavior 'EMPTY OBJECT' for return type: ${printType(type)}`)
  }
  const [, , , ...words] = shapes.map(shape => shape.type)
  return { args: [asText(json!.type), asText(path!.type), ...(shapes.length > 2 ? [type] : []), ...words], returns: type }
}

function jsonQuery(site: CallSite) {
  const find = finder(site)
  const isList = site.returns.kind === 'ARRAY'
  const wrapper = site.args[3]?.literal ?? 'WITHOUT'
  const onEmpty = site.args[4]?.literal ?? 'NULL'
  const onError = site.args[5]?.literal ?? 'NULL'
  const fallback = (action: Value, error: EvaluationError): Value => {
    if (action === 'ERROR') throw error
    if (action === 'EMPTY ARRAY') return isList ? [] : '[]'
    return action === 'EMPTY OBJECT' ? '{}' : null
  }
  return (text: string | null, path: string | null): Value => {
    if (text === null || path === null) return null
    const found = find(text, path)
    if ('fault' in found) return fallback(onError, found.fault)
    const value = wrap(found.value, wrapper)
    if (value === null || (found.mode === 'lax' && isScalar(value))) {
      return fallback(onEmpty, new EvaluationError('JSON_EMPTY', 'Empty result of JSON_QUERY function is not allowed'))
    }
    if (isScalar(value)) return fallback(onError, notNested(value))
    if (!isList) return printJson(value)
    return isArray(value) ? value.map(listElement) : fallback(onError, notList(value))
  }
}

function wrap(value: Json, wrapper: Value): Json {
  if (value === null || wrapper === 'WITHOUT') return value
  return wrapper === 'WITH CONDITIONAL' && isArray(value) ? value : [value]
}

const listElement = (value: Json): string | null =>
  value === null ? null : isScalar(value) ? scalarText(value) : printJson(value)

const notNested = (value: Json): EvaluationError =>
  new EvaluationError(
    'JSON_SCALAR',
    `Strict jsonpath mode requires array or object value, and the actual value is: '${scalarText(value)}'`,
  )
const notList = (value: Json): EvaluationError =>
  new EvaluationError('JSON_TYPE', `JSON_QUERY found ${printJson(value)}, which is no array`)

const isKinds: Readonly<Record<string, (value: Json) => boolean>> = {
  VALUE: () => true,
  SCALAR: isScalar,
  ARRAY: isArray,
  OBJECT: isObject,
}

const isJson = (kind: string, negated: boolean): ScalarFunction =>
  define({
    name: `IS ${negated ? 'NOT ' : ''}JSON ${kind}`,
    signatures: [`<CHARACTER> IS ${negated ? 'NOT ' : ''}JSON ${kind}`],
    doc: `Whether text is ${negated ? 'not ' : ''}JSON${kind === 'VALUE' ? '' : `, and that an ${kind.toLowerCase()}`}; NULL is none.`,
    params: ['text'],
    nulls: 'sees',
    returns: () => types.boolean(false),
    implement: () => (text: string | null) => {
      const found = text === null ? undefined : firstJson(text)
      return (found !== undefined && isKinds[kind]!(found.value)) !== negated
    },
  })

const notJsonable = (type: DataType): SqlError =>
  new SqlError('TYPE_MISMATCH', `Type '${printType(type)}' is not scalar or cannot be converted into JSON.`)

const checkJsonable = (type: DataType): DataType => {
  if (!isJsonable(type)) throw notJsonable(type)
  return type
}

function resolveObject(shapes: readonly ArgShape[]): Resolution | undefined {
  const [, ...parts] = shapes
  if (parts.length % 3 !== 0) return undefined
  parts.forEach(({ type, literal }, i) => {
    if (i % 3 === 0 && literal === null) throw new SqlError('TYPE_MISMATCH', 'The key of a JSON object must not be NULL')
    if (i % 3 === 0 && !isText(type)) throw new SqlError('TYPE_MISMATCH', 'Expected a character type')
    if (i % 3 === 1) checkJsonable(type)
  })
  return { args: shapes.map(shape => shape.type), returns: types.string(false) }
}

function resolveArray(shapes: readonly ArgShape[]): Resolution | undefined {
  const [, ...parts] = shapes
  if (parts.length % 2 !== 0) return undefined
  parts.forEach(({ type }, i) => i % 2 === 0 && checkJsonable(type))
  return { args: shapes.map(shape => shape.type), returns: types.string(false) }
}

/** Text that is JSON already stands as it is. */
const partWriter = (value: ArgShape, form: ArgShape): ((value: Value) => string) =>
  form.literal === 'JSON' ? text => (text === null ? 'null' : (text as string)) : toJson(value.type)

function implementObject({ args }: CallSite): (...values: Value[]) => Value {
  const skipsNull = args[0]?.literal === 'ABSENT ON NULL'
  const writers = args.map((arg, i) => (i > 0 && i % 3 === 2 ? partWriter(arg, args[i + 1]!) : undefined))
  return (...values) => {
    const members: [string, string][] = []
    for (let i = 1; i < values.length; i += 3) {
      const value = values[i + 1]!
      if (values[i] === null) throw new EvaluationError('JSON_KEY', 'The key of a JSON object must not be NULL')
      if (value !== null || !skipsNull) members.push([values[i] as string, writers[i + 1]!(value)])
    }
    return jsonObject(members)
  }
}

function implementArray({ args }: CallSite): (...values: Value[]) => Value {
  const skipsNull = args[0]?.literal !== 'NULL ON NULL'
  const writers = args.map((arg, i) => (i % 2 === 1 ? partWriter(arg, args[i + 1]!) : undefined))
  return (...values) => {
    const elements = values.map((value, i) => (i % 2 === 0 || (value === null && skipsNull) ? undefined : writers[i]!(value)))
    return `[${elements.filter(element => element !== undefined).join(',')}]`
  }
}

/** Blank text is NULL. */
function json(text: string): string | null {
  if (text.trim() === '') return null
  try {
    return printJson(parseJson(text))
  } catch (fault) {
    if (!(fault instanceof JsonFault)) throw fault
    throw new EvaluationError('INVALID_JSON', `Invalid JSON string in JSON(value) function: "${text}". Error: ${fault.message}`)
  }
}

const plain = { deterministic: true } as const

export const jsonFunctions: readonly ScalarFunction[] = [
  ...Object.keys(isKinds).flatMap(kind => [isJson(kind, false), isJson(kind, true)]),
  define({
    name: 'JSON_EXISTS',
    signatures: ['JSON_EXISTS(<CHARACTER>, <CHARACTER> [<TRUE | FALSE | UNKNOWN | ERROR> ON ERROR])'],
    doc: 'Whether a path leads to something other than null.',
    params: ['text', 'text', 'text'],
    optional: 1,
    partial: true,
    returns: returns.nullable(types.boolean()),
    implement: exists,
  }),
  {
    ...plain,
    name: 'JSON_VALUE',
    signatures: ['JSON_VALUE(<CHARACTER>, <CHARACTER> [RETURNING <type>] [… ON EMPTY] [… ON ERROR])'],
    doc: 'The scalar that a path leads to.',
    resolve: resolveValue,
    nulls: 'sees',
    partial: true,
    implement: jsonValue,
  },
  {
    ...plain,
    name: 'JSON_QUERY',
    signatures: ['JSON_QUERY(<CHARACTER>, <CHARACTER> [RETURNING <type>] [… WRAPPER] [… ON EMPTY] [… ON ERROR])'],
    doc: 'The array or object that a path leads to, as JSON text or as an array of texts.',
    resolve: resolveQuery,
    nulls: 'sees',
    partial: true,
    implement: jsonQuery,
  },
  {
    ...plain,
    name: 'JSON_STRING',
    signatures: ['JSON_STRING(<ANY>)'],
    doc: 'A value as JSON.',
    nulls: 'propagate',
    resolve: ([value, ...more]) => {
      if (value === undefined || more.length > 0) return undefined
      return { args: [checkJsonable(value.type)], returns: types.string(anyNullable([value.type])) }
    },
    implement: ({ args }) => toJson(args[0]!.type),
  },
  {
    ...plain,
    name: 'JSON_OBJECT',
    signatures: ['JSON_OBJECT([[KEY] <CHARACTER> VALUE <ANY>]* [<NULL | ABSENT> ON NULL])'],
    doc: 'A JSON object of names and values.',
    resolve: resolveObject,
    nulls: 'sees',
    implement: implementObject,
  },
  {
    ...plain,
    name: 'JSON_ARRAY',
    signatures: ['JSON_ARRAY([<ANY>]* [<NULL | ABSENT> ON NULL])'],
    doc: 'A JSON array of values.',
    resolve: resolveArray,
    nulls: 'sees',
    implement: implementArray,
  },
  define({
    name: 'JSON',
    signatures: ['JSON(<CHARACTER>)'],
    doc: 'Text as JSON, inside JSON_OBJECT and JSON_ARRAY.',
    params: ['text'],
    partial: true,
    returns: returns.nullable(types.string()),
    implement: () => json,
  }),
  ...variantFunctions,
]
