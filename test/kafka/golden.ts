/**
 * The bytes that Kafka's own codec gave for sample values of every message and version: `golden-messages.txt`, a line each.
 *
 *     FetchRequest 12 filled AAAB9…        message, version, sample, bytes in base64
 *
 * The values are not kept: they are made again from the name.
 */
import { readFileSync } from 'node:fs'
import { seededRandom } from '#src/base/random.ts'
import type { Message } from '#src/kafka/protocol/schema.ts'
import { type Sample, type Value, allMessages, sampleMessage, samples, versionsOf } from '#src/testing/kafka-messages.ts'

export interface Golden {
  readonly message: Message
  readonly version: number
  readonly sample: Sample
  readonly value: Value
}

export const goldenName = ({ message, version, sample }: Golden): string => `${message.name} ${version} ${sample}`

/** All that the file should have, in its order. */
export const goldens = (): readonly Golden[] => samples.flatMap(sample => goldensOf(sample, 0)).toSorted(byPlace)

/** One for each message and version; other rounds have other values. */
export const goldensOf = (sample: Sample, round: number): readonly Golden[] =>
  allMessages.flatMap(message =>
    versionsOf(message).map(version => {
      const random = seededRandom(hash(`${message.name} ${version} ${sample} ${round}`))
      return { message, version, sample, value: sampleMessage(message, version, sample, random) }
    }),
  )

const place = new Map(allMessages.map((message, i) => [message, i]))

const byPlace = (a: Golden, b: Golden): number => place.get(a.message)! - place.get(b.message)! || a.version - b.version

/** By name. */
export const readGolden = (file: string): ReadonlyMap<string, Uint8Array> =>
  new Map(
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => line !== '')
      .map(line => {
        const blank = line.lastIndexOf(' ')
        return [line.slice(0, blank), new Uint8Array(Buffer.from(line.slice(blank + 1), 'base64'))]
      }),
  )

export const printGolden = (golden: Golden, bytes: Uint8Array): string =>
  `${goldenName(golden)} ${Buffer.from(bytes).toString('base64')}\n`

const hash = (text: string): number => [...text].reduce((sum, char) => (Math.imul(sum, 31) + char.codePointAt(0)!) | 0, 7)
