/**
 * Functions over text and its kin, told by a row of parameters:
 *
 *     define({ name: 'REPEAT', params: ['text', 'integer'], returns: string, … })
 *
 * Arguments keep their own types: no cast stands between a CHAR and a function of text. Integers reach `run` as numbers,
 * a BIGINT too; the few functions that ask for one know that what lies beyond 2^53 is beyond every length.
 */
import { SqlError } from '../../base/errors.ts'
import { type DataType, isBinary, isInteger, isText, types, withNullable } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { ArgShape, CallSite, Resolution, ScalarFunction } from '../function.ts'

export type Param = 'text' | 'integer' | 'binary' | 'text or binary' | 'boolean' | 'any'

export interface Definition extends Pick<ScalarFunction, 'name' | 'signatures' | 'doc'> {
  readonly params: readonly Param[]
  /** How many of `params` may be left out, from the end. */
  readonly optional?: number
  /** What further arguments are. */
  readonly rest?: Param
  /** Flink's older functions refuse the literal NULL; the newer ones take it for a NULL of the parameter's type. */
  readonly literalNull?: 'refused' | 'taken'
  /** The result for arguments of these types; nullable as it says. */
  readonly returns: (args: readonly DataType[], shapes: readonly ArgShape[]) => DataType | undefined
  readonly nulls?: ScalarFunction['nulls']
  readonly partial?: boolean
  readonly total?: boolean
  readonly inline?: ScalarFunction['inline']
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly implement: (site: CallSite) => (...args: any[]) => Value
}

export function define(definition: Definition): ScalarFunction {
  const { name, signatures, doc, params, optional = 0, rest, nulls = 'propagate', partial, total, inline } = definition
  return {
    name,
    signatures,
    doc,
    nulls,
    deterministic: true,
    ...(partial === undefined ? {} : { partial }),
    ...(total === undefined ? {} : { total }),
    ...(inline === undefined
      ? {}
      : { inline: (site, args, helper) => (hasBigint(site) ? undefined : inline(site, args, helper)) }),
    resolve(shapes) {
      if (shapes.length < params.length - optional) return undefined
      if (rest === undefined && shapes.length > params.length) return undefined
      return resolveEach(definition, shapes, i => params[i] ?? rest!)
    },
    implement(site) {
      const run = definition.implement(site)
      return hasBigint(site) ? (...args) => run(...args.map(toNumber)) : run
    },
  }
}

function resolveEach(definition: Definition, shapes: readonly ArgShape[], paramAt: (i: number) => Param): Resolution | undefined {
  const args: DataType[] = []
  for (const [i, { type }] of shapes.entries()) {
    const accepted = accept(paramAt(i), type, definition)
    if (accepted === undefined) return undefined
    args.push(accepted)
  }
  const result = definition.returns(args, shapes)
  return result && { args, returns: result }
}

function accept(param: Param, type: DataType, { literalNull }: Definition): DataType | undefined {
  if (type.kind === 'NULL') {
    if (literalNull !== 'taken') throw illegalNull()
    return ofNull[param]
  }
  switch (param) {
    case 'text':
      return isText(type) ? type : undefined
    case 'binary':
      return isBinary(type) ? type : undefined
    case 'text or binary':
      return isText(type) || isBinary(type) ? type : undefined
    case 'boolean':
      return type.kind === 'BOOLEAN' ? type : undefined
    case 'integer':
      return isInteger(type) ? type : undefined
    case 'any':
      return type
  }
}

const ofNull: Record<Param, DataType> = {
  'text': types.string(),
  'binary': types.bytes(),
  'text or binary': types.string(),
  'boolean': types.boolean(),
  'integer': types.int(),
  'any': types.null(),
}

export const illegalNull = (): SqlError => new SqlError('ILLEGAL_NULL', "Illegal use of 'NULL'")

const hasBigint = (site: CallSite): boolean => site.args.some(arg => arg.type.kind === 'BIGINT')
const toNumber = (value: Value): Value => (typeof value === 'bigint' ? Number(value) : value)

export const anyNullable = (args: readonly DataType[]): boolean => args.some(arg => arg.nullable)

/** Result types by the arguments': nullable if any of them is. */
export const returns = {
  string: (args: readonly DataType[]): DataType => types.string(anyNullable(args)),
  bytes: (args: readonly DataType[]): DataType => types.bytes(anyNullable(args)),
  int: (args: readonly DataType[]): DataType => types.int(anyNullable(args)),
  boolean: (args: readonly DataType[]): DataType => types.boolean(anyNullable(args)),
  strings: (args: readonly DataType[]): DataType => types.array(types.string(), anyNullable(args)),
  /** The type of the first argument. */
  first: (args: readonly DataType[]): DataType => withNullable(args[0]!, anyNullable(args)),
  /** Text as long as the first argument may be, of no fixed length. */
  firstVarchar: (args: readonly DataType[]): DataType => types.varchar(textLength(args[0]!), anyNullable(args)),
  /** Nullable whatever the arguments are. */
  nullable: (type: DataType) => (): DataType => withNullable(type, true),
} as const

export const textLength = (type: DataType): number => ('length' in type ? type.length : 0)
