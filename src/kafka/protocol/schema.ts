/**
 * The notation in which Kafka's messages are written down. Types are inferred from it, codecs are generated from it.
 *
 *     const Fetch = api('Fetch', { key: 1, versions: '4-18', flexible: '12+' })
 *
 *     export const FetchRequest = request(Fetch, {
 *       maxWaitMs: int32(),                                          in every version
 *       sessionEpoch: int32('7+').default(-1).ignorable(),           from version 7 on
 *       topics: array({ topic: string('0-12'), topicId: uuid('13+'), partitions: array(int32()) }),
 *       clusterId: string('12+').orNull().tagged(0),
 *     })
 *     export type FetchRequest = MessageOf<typeof FetchRequest>      every field is there
 *     InputOf<typeof FetchRequest>                                   every field may be left out
 *
 * The order of the fields is their order on the wire. A field that says no versions is wherever its parent is.
 */
import type { Versions } from './versions.ts'

/** Kafka's primitive types. A uuid is its 22 characters of base64url, an int64 a number (see `Reader.int64`). */
export type Primitive =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'records'

export type FieldType =
  | { readonly kind: Primitive }
  | { readonly kind: 'struct'; readonly fields: Struct }
  | { readonly kind: 'array'; readonly element: FieldType }

/** Fields by name, in the order of the wire. */
export interface Struct {
  readonly [name: string]: Field<any, any>
}

/** What a field is when nobody says: `{}` stands for a struct of defaults. */
export type Default = number | boolean | string | null | Uint8Array | readonly never[] | Readonly<Record<string, never>>

/** Records that stay where they are, in a file say: the encoder writes their length and leaves a gap (`Writer.splices`). */
export interface RecordsSource {
  readonly byteLength: number
}

/** One field. `D` is what decoding it gives, `I` what encoding it takes. */
export class Field<D, I = D> {
  declare readonly decoded: D
  declare readonly input: I
  readonly type: FieldType
  readonly versions: Versions
  readonly nullableVersions: Versions | 'none' = 'none'
  readonly defaultValue: Default
  /** Its value may be lost on the way to a version that lacks it. */
  readonly isIgnorable: boolean = false
  /** Where it stands among the tagged fields of its struct. */
  readonly tag: number | undefined = undefined
  /** Never in the compact form, whatever the version of the message. */
  readonly isRigid: boolean = false

  constructor(type: FieldType, versions: Versions, defaultValue: Default) {
    this.type = type
    this.versions = versions
    this.defaultValue = defaultValue
  }

  /** May be null, in all its versions or in these. */
  nullable(versions: Versions = this.versions): Field<D | null, I | null> {
    return this.#but({ nullableVersions: versions })
  }

  /** May be null, and is when nobody says. */
  orNull(): Field<D | null, I | null> {
    return this.#but({ nullableVersions: this.versions, defaultValue: null })
  }

  default(defaultValue: D & Default): Field<D, I> {
    return this.#but({ defaultValue })
  }

  ignorable(): Field<D, I> {
    return this.#but({ isIgnorable: true })
  }

  tagged(tag: number): Field<D, I> {
    return this.#but({ tag })
  }

  rigid(): Field<D, I> {
    return this.#but({ isRigid: true })
  }

  #but(change: object): Field<any, any> {
    return Object.assign(new Field<any, any>(this.type, this.versions, this.defaultValue), this, change)
  }
}

const primitive =
  <D, I = D>(kind: Primitive, defaultValue: Default) =>
  (versions: Versions = '0+') =>
    new Field<D, I>({ kind }, versions, defaultValue)

export const INT32_MAX = 2 ** 31 - 1
export const INT32_MIN = -(2 ** 31)
/** As near as a number comes. */
export const INT64_MAX = 2 ** 63

export const bool = primitive<boolean>('bool', false)
export const int8 = primitive<number>('int8', 0)
export const int16 = primitive<number>('int16', 0)
export const uint16 = primitive<number>('uint16', 0)
export const int32 = primitive<number>('int32', 0)
export const uint32 = primitive<number>('uint32', 0)
export const int64 = primitive<number>('int64', 0)
export const float64 = primitive<number>('float64', 0)
export const string = primitive<string>('string', '')
export const bytes = primitive<Uint8Array>('bytes', new Uint8Array(0))
export const records = primitive<Uint8Array, Uint8Array | RecordsSource>('records', null)

/** The id that stands for none. */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'
export const uuid = primitive<string>('uuid', ZERO_UUID)

/** `struct('12+', { … })`, or without versions. */
export function struct<S extends Struct>(fields: S): Field<DecodedOf<S>, InputOfStruct<S>>
export function struct<S extends Struct>(versions: Versions, fields: S): Field<DecodedOf<S>, InputOfStruct<S>>
export function struct(...parts: readonly [...Versions[], Struct]): Field<any, any> {
  return new Field({ kind: 'struct', fields: parts.at(-1) as Struct }, versionsIn(parts), {})
}

/** `array('7+', int32())`, or of structs: `array({ topicId: uuid(), … })`. */
export function array<S extends Struct>(fields: S): Field<readonly DecodedOf<S>[], readonly InputOfStruct<S>[]>
export function array<S extends Struct>(
  versions: Versions,
  fields: S,
): Field<readonly DecodedOf<S>[], readonly InputOfStruct<S>[]>
export function array<D, I>(element: Field<D, I>): Field<readonly D[], readonly I[]>
export function array<D, I>(versions: Versions, element: Field<D, I>): Field<readonly D[], readonly I[]>
export function array(...parts: readonly [...Versions[], Struct | Field<any, any>]): Field<any, any> {
  const of = parts.at(-1) as Struct | Field<any, any>
  const element: FieldType = of instanceof Field ? of.type : { kind: 'struct', fields: of }
  return new Field({ kind: 'array', element }, versionsIn(parts), [])
}

const versionsIn = (parts: readonly [...Versions[], unknown]): Versions => (parts.length > 1 ? (parts[0] as Versions) : '0+')

export type DecodedOf<S extends Struct> = { readonly [K in keyof S]: S[K]['decoded'] }
export type InputOfStruct<S extends Struct> = { readonly [K in keyof S]?: S[K]['input'] | undefined }

/** What requests and responses of one API have in common. */
export interface Api {
  readonly name: string
  readonly key: number
  readonly versions: Versions
  /** The versions with compact lengths and tagged fields. */
  readonly flexible: Versions | 'none'
}

/** A message in all its versions. */
export interface Message<S extends Struct = Struct> {
  readonly name: string
  /** The API's key, or the type by which a log tells its records apart. */
  readonly key: number | undefined
  readonly versions: Versions
  readonly flexible: Versions | 'none'
  readonly fields: S
}

/** As decoded: every field is there, with its default where the version lacks it. */
export type MessageOf<M extends Message> = DecodedOf<M['fields']>

/** To be encoded: a field that is left out has its default. */
export type InputOf<M extends Message> = InputOfStruct<M['fields']>

/** `api('Fetch', { key: 1, versions: '4-18', flexible: '12+' })` */
export const api = (name: string, about: Omit<Api, 'name'>): Api => ({ name, ...about })

export const request = <S extends Struct>(api: Api, fields: S): Message<S> => message(`${api.name}Request`, api, fields)

export const response = <S extends Struct>(api: Api, fields: S): Message<S> => message(`${api.name}Response`, api, fields)

/** A record of one of Kafka's own logs, told apart by its type: `record(2, 'TopicRecord', '0', flexible('0+'), { … })`. */
export const record = <S extends Struct>(
  type: number,
  name: string,
  versions: Versions,
  { flexible }: Pick<Api, 'flexible'>,
  fields: S,
): Message<S> => message(name, { key: type, versions, flexible }, fields)

/** Anything else that is laid out like a message. */
export const data = <S extends Struct>(
  name: string,
  versions: Versions,
  { flexible }: Pick<Api, 'flexible'>,
  fields: S,
): Message<S> => message(name, { key: undefined, versions, flexible }, fields)

export const flexible = (versions: Versions | 'none'): Pick<Api, 'flexible'> => ({ flexible: versions })

const message = <S extends Struct>(
  name: string,
  about: Pick<Message, 'key' | 'versions' | 'flexible'>,
  fields: S,
): Message<S> => ({
  name,
  key: about.key,
  versions: about.versions,
  flexible: about.flexible,
  fields,
})
