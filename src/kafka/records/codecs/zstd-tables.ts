/**
 * The two entropy codes of Zstandard (RFC 8878), as tables to decode by: FSE for sequences and for the weights of
 * Huffman codes, Huffman for literals.
 *
 * An FSE table takes a state to a symbol and to the next state: a base and so many bits more from the stream.
 * A Huffman table takes the next bits of the stream to a symbol and to how many of them it is.
 */

/** Indexed by state: base of the next state | bits to add << 16 | symbol << 24. */
export interface FseTable {
  readonly log: number
  readonly entries: Int32Array
}

/** Indexed by the next `log` bits: symbol | bits it takes << 8. */
export interface HuffmanTable {
  readonly log: number
  readonly entries: Uint16Array
}

const MAX_WEIGHTS_LOG = 6
const MAX_HUFFMAN_LOG = 11

/** The position of the highest bit: 0 for 1. */
export const highBit = (value: number): number => 31 - Math.clz32(value)

/** What is read from `bytes[at, end)`, and where it ends. */
export interface Read<T> {
  readonly table: T
  readonly at: number
}

// ── FSE ─────────────────────────────────────────────────────────────────────────────────────────────

/** A table for symbols with these probabilities in 1/2^log; −1 is "less than one". */
export function fseTable(probabilities: Int8Array | Int16Array, log: number): FseTable {
  const size = 1 << log
  const symbols = new Uint8Array(size)
  const next = new Uint16Array(256)
  let high = size
  probabilities.forEach((probability, symbol) => {
    next[symbol] = probability < 0 ? 1 : probability
    if (probability < 0) symbols[--high] = symbol
  })
  const step = (size >> 1) + (size >> 3) + 3
  let place = 0
  probabilities.forEach((probability, symbol) => {
    for (let i = 0; i < probability; i++) {
      symbols[place] = symbol
      do place = (place + step) & (size - 1)
      while (place >= high)
    }
  })
  const entries = new Int32Array(size)
  for (let state = 0; state < size; state++) {
    const symbol = symbols[state]!
    const reached = next[symbol]!++
    const bits = log - highBit(reached)
    entries[state] = ((reached << bits) - size) | (bits << 16) | (symbol << 24)
  }
  return { log, entries }
}

/** One symbol for ever, without a bit. */
export function fseOfOne(symbol: number): FseTable {
  return { log: 0, entries: Int32Array.of(symbol << 24) }
}

/** Reads the probabilities, each in as many bits as what is left of 2^log asks for, and makes their table. */
export function readFseTable(bytes: Uint8Array, at: number, end: number, maxLog: number, maxSymbol: number): Read<FseTable> {
  let position = at * 8
  const read = (bits: number): number => {
    const i = position >> 3
    const value = ((bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16)) >>> (position & 7)) & ((1 << bits) - 1)
    position += bits
    if (position > end * 8) throw new RangeError('a table ends too early')
    return value
  }
  const log = read(4) + 5
  if (log > maxLog) throw new RangeError('a table is too large')
  const probabilities = new Int16Array(maxSymbol + 1)
  let left = 1 << log
  let symbol = 0
  while (left > 0) {
    if (symbol > maxSymbol) throw new RangeError('a table has too many symbols')
    // Values up to left + 1 are told in `bits` bits, the lower ones in one less.
    const bits = highBit(left + 1) + 1
    const half = 1 << (bits - 1)
    const short = (1 << bits) - 2 - left
    let value = read(bits - 1)
    if (value >= short) {
      value += read(1) * half
      if (value >= half) value -= short
    }
    const probability = value - 1
    probabilities[symbol++] = probability
    left -= Math.abs(probability)
    if (probability === 0) {
      let more: number
      do {
        more = read(2)
        symbol += more
      } while (more === 3)
    }
  }
  if (left < 0 || symbol > maxSymbol + 1) throw new RangeError('the probabilities of a table do not add up')
  return { table: fseTable(probabilities.subarray(0, symbol), log), at: Math.ceil(position / 8) }
}

// ── Huffman ─────────────────────────────────────────────────────────────────────────────────────────

/** Reads the weights of the symbols 0, 1, …, four bits each or FSE, and makes the table of their codes. */
export function readHuffmanTable(bytes: Uint8Array, at: number, end: number): Read<HuffmanTable> {
  if (at >= end) throw new RangeError('a table ends too early')
  const header = bytes[at++]!
  const weights = new Uint8Array(256)
  let count: number
  let tableEnd: number
  if (header < 128) {
    tableEnd = at + header
    if (tableEnd > end) throw new RangeError('a table ends too early')
    count = readFseWeights(bytes, at, tableEnd, weights)
  } else {
    count = header - 127
    tableEnd = at + ((count + 1) >> 1)
    if (tableEnd > end) throw new RangeError('a table ends too early')
    for (let i = 0; i < count; i++) weights[i] = (i & 1) === 0 ? bytes[at + (i >> 1)]! >> 4 : bytes[at + (i >> 1)]! & 15
  }
  return { table: huffmanTable(weights, count), at: tableEnd }
}

/** Two states take turns until the bits run out; answers how many weights there are. */
function readFseWeights(bytes: Uint8Array, at: number, end: number, weights: Uint8Array): number {
  const { table, at: start } = readFseTable(bytes, at, end, MAX_WEIGHTS_LOG, 255)
  if (start >= end || bytes[end - 1] === 0) throw new RangeError('the weights of a table end too early')
  const { log, entries } = table
  let left = (end - start - 1) * 8 + highBit(bytes[end - 1]!)
  const read = (bits: number): number => {
    left -= bits
    const i = start + (left >> 3)
    return ((bytes[i]! | (bytes[i + 1]! << 8)) >>> (left & 7)) & ((1 << bits) - 1)
  }
  if (left < 2 * log) throw new RangeError('the weights of a table end too early')
  let state = entries[read(log)]!
  let other = entries[read(log)]!
  for (let count = 0; count < 254;) {
    weights[count++] = state >> 24
    const bits = (state >> 16) & 255
    if (bits > left) {
      weights[count++] = other >> 24
      return count
    }
    const next = entries[(state & 0xffff) + read(bits)]!
    state = other
    other = next
  }
  throw new RangeError('a table has too many weights')
}

/**
 * A symbol of weight w > 0 has a share of 2^(w−1); what is missing to the next power of two is the share of one symbol more.
 * Codes go to the lowest weights first, among equals in the order of the symbols.
 */
function huffmanTable(weights: Uint8Array, count: number): HuffmanTable {
  let sum = 0
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!
    if (weight > MAX_HUFFMAN_LOG) throw new RangeError('a weight of a table is too great')
    if (weight > 0) sum += 1 << (weight - 1)
  }
  if (sum === 0) throw new RangeError('a table has no weights')
  const log = highBit(sum) + 1
  if (log > MAX_HUFFMAN_LOG) throw new RangeError('a table is too large')
  const rest = (1 << log) - sum
  if ((rest & (rest - 1)) !== 0) throw new RangeError('the weights of a table do not add up')
  weights[count] = highBit(rest) + 1
  const entries = new Uint16Array(1 << log)
  let place = 0
  for (let weight = 1; weight <= log; weight++) {
    for (let symbol = 0; symbol <= count; symbol++) {
      if (weights[symbol] !== weight) continue
      const share = 1 << (weight - 1)
      entries.fill(symbol | ((log + 1 - weight) << 8), place, place + share)
      place += share
    }
  }
  return { log, entries }
}
