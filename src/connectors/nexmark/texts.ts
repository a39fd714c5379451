/**
 * The texts of Nexmark as one buffer that columns look into: a pool of random text, names, cities, channels and their
 * addresses. A row's text is a view, so that making one costs two integers.
 */
import { textBytes } from '../../data/text.ts'
import { below, draw } from './model.ts'

/** Texts side by side: text i is `bytes[starts[i], ends[i])`. */
export interface TextTable {
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly count: number
}

const FIRST_NAMES = 'Peter Paul Luke John Saul Vicky Kate Julie Sarah Deiter Walter'.split(' ')
const LAST_NAMES = 'Shultz Abrams Spencer White Bartels Walton Smith Jones Noris'.split(' ')
const CITIES = 'Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne'.split(',')
const STATES = 'AZ CA ID OR WA WY'.split(' ')
const HOT_CHANNELS = 'Google Facebook Baidu Apple'.split(' ')
export const CHANNELS = 10_000

const RANDOM_BYTES = 1 << 18
/** The longest random text that can be asked for; offsets stay so far from the end. */
export const MAX_RANDOM_TEXT = 4096

export class NexmarkTexts {
  readonly bytes: Uint8Array
  readonly names: TextTable
  readonly cities: TextTable
  readonly states: TextTable
  /** First the four hot ones, then `channel-0` up. */
  readonly channels: TextTable
  readonly urls: TextTable

  constructor(seed: number) {
    const parts: Uint8Array[] = [randomText(seed)]
    let at = RANDOM_BYTES
    const table = (texts: readonly string[]): TextTable => {
      const starts = new Int32Array(texts.length)
      const ends = new Int32Array(texts.length)
      texts.forEach((text, i) => {
        const bytes = textBytes(text)
        starts[i] = at
        ends[i] = at += bytes.length
        parts.push(bytes)
      })
      return { starts, ends, count: texts.length }
    }
    this.names = table(FIRST_NAMES.flatMap(first => LAST_NAMES.map(last => `${first} ${last}`)))
    this.cities = table(CITIES)
    this.states = table(STATES)
    const cold = Array.from({ length: CHANNELS }, (_, i) => i)
    this.channels = table([...HOT_CHANNELS, ...cold.map(i => `channel-${i}`)])
    this.urls = table([...HOT_CHANNELS.map((_, i) => address(seed, -1 - i)), ...cold.map(i => channelAddress(seed, i))])
    this.bytes = new Uint8Array(at)
    let to = 0
    for (const part of parts) {
      this.bytes.set(part, to)
      to += part.length
    }
  }
}

/** Where in the pool of random text a text begins: never at a space, so that nothing is to be trimmed in front. */
export function randomStart(bytes: Uint8Array, random: number): number {
  let start = below(random, RANDOM_BYTES - MAX_RANDOM_TEXT)
  while (bytes[start] === SPACE) start += 1
  return start
}

/** Where a text of `length` that begins at `start` ends: spaces behind are trimmed. */
export function trimmedEnd(bytes: Uint8Array, start: number, length: number): number {
  let end = start + length
  while (end > start + 1 && bytes[end - 1] === SPACE) end -= 1
  return end
}

const SPACE = 32

/** Letters, and a space for one in 13. */
function randomText(seed: number): Uint8Array {
  const bytes = new Uint8Array(RANDOM_BYTES)
  for (let i = 0; i < RANDOM_BYTES; i++) {
    const random = draw(seed, i, 1)
    bytes[i] = below(random, 13) === 0 ? SPACE : 97 + (random % 26)
  }
  return bytes
}

function word(seed: number, id: number, column: number): string {
  const length = 3 + below(draw(seed, id, column), 2)
  return Array.from({ length }, (_, i) => {
    const random = draw(seed, id * 8 + i, column + 1)
    return below(random, 13) === 0 ? '_' : String.fromCharCode(97 + (random % 26))
  }).join('')
}

const address = (seed: number, id: number): string =>
  `https://www.nexmark.com/${word(seed, id, 101)}/${word(seed, id, 103)}/${word(seed, id, 105)}/item.htm?query=1`

/** Nine in ten say which channel it is. */
function channelAddress(seed: number, channel: number): string {
  const tagged = below(draw(seed, channel, 107), 10) > 0
  return tagged ? `${address(seed, channel)}&channel_id=${Math.abs(reversed(channel))}` : address(seed, channel)
}

/** The bits of a 32-bit integer in reverse order, as a signed one. */
function reversed(value: number): number {
  let result = 0
  for (let bit = 0; bit < 32; bit++) result |= ((value >>> bit) & 1) << (31 - bit)
  return result | 0
}
