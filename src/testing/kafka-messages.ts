/**
 * Every Kafka message there is, and values of it: random ones for properties, and the few that are compared with Kafka's codec.
 * Values are whole: a field that a version lacks has its default, so that what is decoded has to be equal to what was encoded.
 */
import fc from 'fast-check'
import type { Random } from '../base/random.ts'
import { apis } from '../kafka/protocol/apis.ts'
import { groupLog, transactionLog } from '../kafka/protocol/coordinator-records.ts'
import * as consumerProtocol from '../kafka/protocol/messages/consumer-protocol.ts'
import * as headers from '../kafka/protocol/messages/headers.ts'
import * as control from '../kafka/protocol/messages/logs/control-records.ts'
import * as snapshot from '../kafka/protocol/messages/logs/producer-snapshot.ts'
import { metadataLog } from '../kafka/protocol/metadata-records.ts'
import { type FieldShape, type StructShape, type TypeShape, shapeOf } from '../kafka/protocol/shape.ts'
import type { Message, Primitive } from '../kafka/protocol/schema.ts'
import { rangeOf } from '../kafka/protocol/versions.ts'

/** By name. */
export const allMessages: readonly Message[] = [
  ...Object.values(apis).flatMap(api => [api.request, api.response]),
  ...[...Object.values(groupLog), ...Object.values(transactionLog)].flatMap(pair => [pair.key, pair.value]),
  ...Object.values<Message>(metadataLog),
  ...[headers, control, snapshot, consumerProtocol].flatMap(family => Object.values<Message>(family)),
].toSorted((a, b) => (a.name < b.name ? -1 : 1))

export function versionsOf(message: Message): number[] {
  const { min, max } = rangeOf(message.versions)
  return Array.from({ length: max - min + 1 }, (_, i) => min + i)
}

export type Value = { readonly [field: string]: unknown }

// ── random ones ─────────────────────────────────────────────────────────────────────────────────────

export const arbitraryMessage = (message: Message, version: number): fc.Arbitrary<Value> =>
  arbitraryStruct(shapeOf(message, version))

const arbitraryStruct = (struct: StructShape): fc.Arbitrary<Value> =>
  fc.record(Object.fromEntries(struct.fields.map(field => [field.name, arbitraryField(field)])))

function arbitraryField(field: FieldShape): fc.Arbitrary<unknown> {
  if (!field.present) return fc.constant(defaultOf(field))
  const value = arbitraryValue(field.type)
  const choices: fc.MaybeWeightedArbitrary<unknown>[] = [{ weight: 6, arbitrary: value }]
  if (field.nullable) choices.push({ weight: 2, arbitrary: fc.constant(null) })
  if (field.nullable || defaultOf(field) !== null) choices.push({ weight: 2, arbitrary: fc.constant(defaultOf(field)) })
  return fc.oneof(...choices)
}

function arbitraryValue(type: TypeShape): fc.Arbitrary<unknown> {
  if (type.kind === 'struct') return arbitraryStruct(type.struct)
  if (type.kind === 'array') return fc.array(arbitraryValue(type.element), { maxLength: 3 })
  return primitives[type.kind]
}

const bits = (min: number, max: number) => fc.integer({ min, max })
const someBytes = fc.oneof(
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  fc.uint8Array({ minLength: 120, maxLength: 140 }),
)

const primitives: { readonly [K in Primitive]: fc.Arbitrary<unknown> } = {
  bool: fc.boolean(),
  int8: bits(-128, 127),
  int16: bits(-32_768, 32_767),
  uint16: bits(0, 65_535),
  int32: bits(-(2 ** 31), 2 ** 31 - 1),
  uint32: bits(0, 2 ** 32 - 1),
  int64: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(2 ** 63, -(2 ** 63), -1, 2 ** 32, -(2 ** 32))),
  float64: fc.double(),
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => Buffer.from(bytes).toString('base64url')),
  string: fc.oneof(
    { weight: 5, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
    fc.string({ unit: 'grapheme-ascii', minLength: 30, maxLength: 140 }),
  ),
  bytes: someBytes,
  records: someBytes,
}

// ── the few ─────────────────────────────────────────────────────────────────────────────────────────

/**
 *     defaults     nothing is said
 *     filled       every field has a value of its own, arrays two elements
 *     nulls        null where it may be, elsewhere defaults, arrays one element
 *     mixed        one or another, arrays up to two elements
 */
export const samples = ['defaults', 'filled', 'nulls', 'mixed'] as const
export type Sample = (typeof samples)[number]

export const sampleMessage = (message: Message, version: number, sample: Sample, random: Random): Value =>
  sampleStruct(shapeOf(message, version), sample, random)

const sampleStruct = (struct: StructShape, sample: Sample, random: Random): Value =>
  Object.fromEntries(struct.fields.map(field => [field.name, sampleField(field, sample, random)]))

function sampleField(field: FieldShape, sample: Sample, random: Random): unknown {
  if (!field.present || sample === 'defaults') return unsaid(field)
  const chance = sample === 'mixed' ? random.next() : 1
  if (chance < 0.2) return unsaid(field)
  if (field.nullable && (sample === 'nulls' || chance < 0.4)) return null
  const { type } = field
  if (type.kind === 'struct') return sampleStruct(type.struct, sample, random)
  if (type.kind === 'array') {
    const length = sample === 'filled' ? 2 : sample === 'nulls' ? 1 : Math.floor(random.next() * 3)
    return Array.from({ length }, () => sampleElement(type.element, sample, random))
  }
  return sample === 'nulls' ? unsaid(field) : samplePrimitive(type.kind, random)
}

function sampleElement(type: TypeShape, sample: Sample, random: Random): unknown {
  if (type.kind === 'struct') return sampleStruct(type.struct, sample, random)
  if (type.kind === 'array') throw new TypeError('Kafka has no arrays of arrays')
  return samplePrimitive(type.kind, random)
}

const LETTERS = [...'abcXYZ09.-_äλ→𝄞']

function samplePrimitive(kind: Primitive, random: Random): unknown {
  const between = (min: number, max: number): number => min + Math.floor(random.next() * (max - min + 1))
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => between(0, 255))
  switch (kind) {
    case 'bool':
      return random.next() < 0.5
    case 'int8':
      return between(-128, 127)
    case 'int16':
      return between(-32_768, 32_767)
    case 'uint16':
      return between(0, 65_535)
    case 'int32':
      return between(-(2 ** 31), 2 ** 31 - 1)
    case 'uint32':
      return between(0, 2 ** 32 - 1)
    case 'int64':
      return random.next() < 0.1
        ? 2 ** 63
        : random.next() < 0.1
          ? -(2 ** 63)
          : between(-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    case 'float64':
      return random.next() * 1e6 - 5e5
    case 'uuid':
      return Buffer.from(bytes(16)).toString('base64url')
    case 'string':
      return random.next() < 0.05
        ? 'long '.repeat(26)
        : Array.from({ length: between(1, 6) }, () => LETTERS[between(0, LETTERS.length - 1)]).join('')
    case 'bytes':
    case 'records':
      return bytes(between(1, 6))
  }
}

// ── defaults ────────────────────────────────────────────────────────────────────────────────────────

export function defaultOf({ type, defaultValue }: Pick<FieldShape, 'type' | 'defaultValue'>): unknown {
  if (defaultValue === null || type.kind !== 'struct') return defaultValue
  return Object.fromEntries(type.struct.fields.map(field => [field.name, defaultOf(field)]))
}

/** The default, or what is nearest to it where that is null and this version may not have null. */
function unsaid(field: FieldShape): unknown {
  const value = defaultOf(field)
  if (value !== null || field.nullable || !field.present) return value
  const { type } = field
  return type.kind === 'struct'
    ? defaultOf({ type, defaultValue: {} })
    : type.kind === 'array'
      ? []
      : type.kind === 'string'
        ? ''
        : new Uint8Array(0)
}
