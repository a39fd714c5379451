/**
 * What programs in JavaScript share: the request is read, features are run one after the other, each is answered in a line.
 *
 *     await program({ gzip: async request => { … } })        a feature that returns holds; one that throws does not
 *     throw new None('kafkajs knows no zstd')                 the client has no such thing
 */
import { deepStrictEqual } from 'node:assert'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** The client has no such thing. */
export class None extends Error {}

export async function program(features) {
  const request = JSON.parse(await text(process.stdin))
  for (const feature of request.features) {
    const run = features[feature]
    const answer = run === undefined ? { answer: 'no', why: 'the program knows no such feature' } : await answered(run, request)
    process.stdout.write(`${JSON.stringify({ feature, ...answer })}\n`)
  }
  // What a client leaves open is not waited for.
  process.exit(0)
}

async function answered(run, request) {
  try {
    await within(25_000, 'the feature', run(request))
    return { answer: 'yes' }
  } catch (error) {
    if (error instanceof None) return { answer: 'none', why: error.message || undefined }
    process.stderr.write(`${error.stack}\n`)
    return { answer: 'no', why: `${error.message}`.replace(/\s+/g, ' ').slice(0, 300) }
  }
}

/** A package of the client, from the folder that it was installed into. */
export const load = ({ home }, name) => createRequire(join(home, 'package.json'))(name)

export const same = (actual, expected, what) =>
  deepStrictEqual(actual, expected, `${what}: ${brief(actual)} in place of ${brief(expected)}`)
export const holds = (condition, what) => {
  if (!condition) throw new Error(what)
}

/** Resolves with the error that it was refused with. */
export async function refused(promise, what) {
  let answer
  try {
    answer = await promise
  } catch (error) {
    return error
  }
  throw new Error(`${what} was not refused: ${brief(answer)}`)
}

/** Asks until it holds. */
export async function eventually(what, condition, timeoutMs = 15_000) {
  const end = Date.now() + timeoutMs
  for (;;) {
    const answer = await condition()
    if (answer) return answer
    if (Date.now() > end) throw new Error(`${what}: not within ${timeoutMs / 1000} s`)
    await sleep(20)
  }
}

export const sleep = ms => new Promise(resolve => setTimeout(resolve, ms))

export async function within(ms, what, promise) {
  let timer
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`${what}: not within ${ms / 1000} s`)), ms)))
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

export const range = count => Array.from({ length: count }, (_, at) => at)

/** Keys and values that come back as they went: nothing, and nothing in it. */
export const nulls = [
  [null, null],
  ['k', null],
  [null, 'v'],
]
export const empties = [
  ['', ''],
  ['k', ''],
  ['', 'v'],
]

/** Of 200 messages with the values 0 to 199, each has one of twenty keys: the keys' messages lie together, and in order. */
export const keyOf = at => `key ${at % 20}`

export function inOrderByKey(messages) {
  const places = new Map()
  for (const { key, partition, value } of messages) {
    const place = places.get(key.toString()) ?? { partition, values: [] }
    same(partition, place.partition, `partition of ${key}`)
    place.values.push(Number(value))
    places.set(key.toString(), place)
  }
  same(places.size, 20, 'keys')
  for (const [key, { values }] of places)
    same(
      values,
      range(10).map(at => at * 20 + Number(key.slice(4))),
      `values of ${key}`,
    )
  holds(new Set([...places.values()].map(place => place.partition)).size > 1, 'all keys are in one partition')
}

/** Of librdkafka's clients. */
export const saslUser = (mechanism, { username, password }) => ({
  'sasl.mechanisms': mechanism,
  'sasl.username': username,
  'sasl.password': password,
})

const brief = value => (JSON.stringify(value) ?? `${value}`).slice(0, 120)

async function text(stream) {
  let all = ''
  for await (const chunk of stream.setEncoding('utf8')) all += chunk
  return all
}
