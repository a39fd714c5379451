/**
 * Requests of every API and version: any values their fields may have, and in some of them the names and numbers of what is
 * there, so that they get further than the first check.
 */
import fc from 'fast-check'
import { type ApiName, type ApiRow, apis } from '#src/kafka/protocol/apis.ts'
import { codecOf } from '#src/kafka/protocol/codec.ts'
import { encodeRequestHeader } from '#src/kafka/protocol/request-header.ts'
import { type FieldShape, type StructShape, type TypeShape, shapeOf } from '#src/kafka/protocol/shape.ts'
import { Writer } from '#src/kafka/protocol/writer.ts'
import { type Value, arbitraryMessage, sampleMessage } from '#src/testing/kafka-messages.ts'
import { someBatch } from './batches.ts'
import type { Chance } from './chance.ts'

/** What there is at the broker. */
export interface Surroundings {
  readonly topics: readonly string[]
  readonly topicIds: readonly string[]
  readonly nowMs: number
  /** What the broker serves; the rest is seldom worth asking for. */
  readonly served: ReadonlySet<ApiName>
}

export interface RequestKind {
  readonly api: ApiName
  readonly version: number
}

export const requestKinds: readonly RequestKind[] = (Object.keys(apis) as ApiName[]).flatMap(api => {
  const { min, max } = apis[api].accepted
  return Array.from({ length: max - min + 1 }, (_, i) => ({ api, version: min + i }))
})

export const kindName = ({ api, version }: RequestKind): string => `${api} ${version}`

const LONGEST_REQUEST = 4 << 20

/** A request, without the length before it. */
export function requestOf(kind: RequestKind, correlationId: number, chance: Chance, surroundings: Surroundings): Uint8Array {
  for (;;) {
    const request = anyRequest(kind, correlationId, chance, surroundings)
    if (request.length <= LONGEST_REQUEST) return request
  }
}

function anyRequest(
  { api, version }: RequestKind,
  correlationId: number,
  chance: Chance,
  surroundings: Surroundings,
): Uint8Array {
  const row: ApiRow = apis[api]
  const any = chance.is(0.25)
    ? fc.sample(arbitraryOf(api, version), { seed: chance.int(1, 2 ** 30), numRuns: 1 })[0]!
    : sampleMessage(row.request, version, chance.of(['filled', 'nulls', 'mixed']), chance)
  const value = chance.is(0.85) ? new Familiar(chance, surroundings).struct(shapeOf(row.request, version), any) : any
  const writer = new Writer()
  const clientId = chance.is(0.1) ? null : 'fuzz'
  encodeRequestHeader({ apiKey: row.key, apiVersion: version, correlationId, clientId }, writer)
  codecOf(row.request, version).encode(value as never, writer)
  return writer.take().slice()
}

const arbitraries = new Map<string, fc.Arbitrary<Value>>()

function arbitraryOf(api: ApiName, version: number): fc.Arbitrary<Value> {
  const name = kindName({ api, version })
  let found = arbitraries.get(name)
  if (found === undefined) arbitraries.set(name, (found = arbitraryMessage(apis[api].request, version)))
  return found
}

/** Puts what is known there in place of what was made up. */
class Familiar {
  readonly #chance: Chance
  readonly #surroundings: Surroundings

  constructor(chance: Chance, surroundings: Surroundings) {
    this.#chance = chance
    this.#surroundings = surroundings
  }

  struct(shape: StructShape, value: Value): Value {
    return Object.fromEntries(
      shape.fields.map(field => [field.name, field.present ? this.#field(field, value[field.name]) : value[field.name]]),
    )
  }

  #field(field: FieldShape, value: unknown): unknown {
    if (value === null || value === undefined) return value
    return this.#value(field.type, field.name, value)
  }

  #value(type: TypeShape, name: string, value: unknown): unknown {
    const chance = this.#chance
    if (type.kind === 'struct') return this.struct(type.struct, value as Value)
    if (type.kind === 'array') {
      const elements = (value as readonly unknown[]).map(element => this.#value(type.element, name, element))
      // Twice the same, and many of it.
      if (elements.length > 0 && chance.is(0.05))
        elements.push(...Array.from({ length: chance.of([1, 10, 500]) }, () => elements[0]))
      return elements
    }
    if (chance.is(0.2)) return value
    switch (type.kind) {
      case 'string':
        return this.#text(name, value as string)
      case 'records':
        return someBatch(chance, this.#surroundings.nowMs)
      case 'uuid':
        return chance.is(0.8) ? chance.of(this.#surroundings.topicIds) : value
      case 'bool':
        return value
      case 'int8':
      case 'int16':
      case 'int32':
        return this.#small(name, value as number)
      case 'int64':
        return chance.is(0.7) ? chance.int(-2, 40) : value
      default:
        return value
    }
  }

  #text(name: string, value: string): string {
    const chance = this.#chance
    if (/group/i.test(name) && !/instance/i.test(name)) return chance.of(['fuzz-group-1', 'fuzz-group-2', 'fuzz-group-3', ''])
    if (/transactionalId/i.test(name)) return chance.of(['fuzz-txn-1', 'fuzz-txn-2', ''])
    if (/^key$|coordinatorKeys/.test(name)) return chance.of(['fuzz-group-1', 'fuzz-txn-1'])
    if (/topic|^name$|resourceName/i.test(name))
      return chance.of([...this.#surroundings.topics, `fuzz-new-${chance.int(1, 6)}`, 'range', 'SCRAM-SHA-256'])
    if (/protocolType/.test(name)) return 'consumer'
    if (/memberId/i.test(name)) return chance.of(['', 'fuzz-member-1', 'fuzz-member-2'])
    if (/mechanism/.test(name)) return chance.of(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'])
    if (/subscribedTopicRegex/i.test(name)) return chance.of(['fuzz.*', '(a+)+$', '[', 'x{1000}{1000}', value])
    return value
  }

  #small(name: string, value: number): number {
    const chance = this.#chance
    if (/timeout|wait/i.test(name)) return chance.is(0.9) ? chance.int(0, 20) : chance.int(0, 300)
    if (/acks/.test(name)) return chance.int(-1, 1)
    if (/numPartitions|count/i.test(name)) return chance.of([1, 2, 4, -1, 0, value])
    if (/replicationFactor|brokerId|replica/i.test(name)) return chance.of([1, -1, 0])
    if (/maxBytes|minBytes/i.test(name)) return chance.of([0, 1, 1000, 2 ** 20, 2 ** 31 - 1, value])
    if (/epoch/i.test(name)) return chance.int(-1, 2)
    return chance.int(-1, 4)
  }
}
