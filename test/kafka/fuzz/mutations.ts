/** What is done to bytes that were right. */
import type { Chance } from './chance.ts'

/** Numbers that lengths and counts are claimed to be. */
const claims: readonly (readonly number[])[] = [
  [0x7f, 0xff, 0xff, 0xff],
  [0x80, 0x00, 0x00, 0x00],
  [0xff, 0xff, 0xff, 0xff],
  [0x00, 0xff, 0xff, 0xff],
  [0x7f, 0xff],
  [0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff, 0x07],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
  [0x80, 0x80, 0x04],
  [0x00],
]

const kinds: readonly ((bytes: Uint8Array, chance: Chance) => Uint8Array)[] = [
  function flip(bytes, chance) {
    const copy = bytes.slice()
    for (let i = chance.int(1, 8); i > 0; i--) copy[chance.int(0, copy.length - 1)]! ^= 1 << chance.int(0, 7)
    return copy
  },
  function cut(bytes, chance) {
    return bytes.slice(0, chance.int(0, bytes.length - 1))
  },
  function claim(bytes, chance) {
    const copy = bytes.slice()
    const at = chance.int(0, copy.length - 1)
    copy.set(chance.of(claims).slice(0, copy.length - at), at)
    return copy
  },
  function claimBetween(bytes, chance) {
    const at = chance.int(0, bytes.length)
    return Buffer.concat([bytes.subarray(0, at), Uint8Array.from(chance.of(claims)), bytes.subarray(at)])
  },
  function twice(bytes, chance) {
    const [from, to] = slice(bytes, chance)
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to)])
  },
  function many(bytes, chance) {
    const [from, to] = slice(bytes, chance)
    const times = Math.min(2000, Math.ceil(60_000 / Math.max(1, to - from)))
    return Buffer.concat([
      bytes.subarray(0, to),
      ...Array.from({ length: times }, () => bytes.subarray(from, to)),
      bytes.subarray(to),
    ])
  },
  function without(bytes, chance) {
    const [from, to] = slice(bytes, chance)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)])
  },
  function turned(bytes, chance) {
    const [from, to] = slice(bytes, chance)
    const middle = chance.int(from, to)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(middle, to), bytes.subarray(from, middle), bytes.subarray(to)])
  },
  function tagged(bytes, chance) {
    return Buffer.concat([bytes.subarray(0, Math.max(0, bytes.length - 1)), someTags(chance)])
  },
  function longer(bytes, chance) {
    return Buffer.concat([bytes, chance.bytes(chance.int(1, 40))])
  },
]

export function mutated(bytes: Uint8Array, chance: Chance): Uint8Array {
  let changed = bytes
  for (let i = chance.is(0.7) ? 1 : chance.int(2, 4); i > 0; i--)
    if (changed.length > 0) changed = chance.of(kinds)(changed, chance)
  return changed
}

function slice(bytes: Uint8Array, chance: Chance): readonly [from: number, to: number] {
  const from = chance.int(0, bytes.length - 1)
  return [from, Math.min(bytes.length, from + chance.int(1, 40))]
}

/** Tagged fields in any order, again, too long, and a count that is not theirs. */
function someTags(chance: Chance): Uint8Array {
  const tags = Array.from({ length: chance.int(0, 6) }, () => {
    const data = chance.bytes(chance.int(0, 9))
    return [chance.int(0, 5), chance.is(0.2) ? 0x7f : data.length, ...data]
  })
  const count = chance.is(0.3) ? chance.of([0x7f, 0, 1]) : tags.length
  const claimed = chance.is(0.1) ? [0xff, 0xff, 0xff, 0xff, 0x0f] : [count]
  return Uint8Array.from([...claimed, ...tags.flat()])
}
