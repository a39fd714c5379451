/**
 * Which topics a pattern means. The pattern becomes a machine whose states are all followed at once, so that a name costs at
 * most its length times the length of the machine, whatever a client writes (Thompson's way; RE2's syntax).
 *
 *     a(b|c)*      0 a → 1    1 split 2 6    2 split 3 4    3 b → 5    4 c → 5    5 → 1    6 match
 *
 *     compilePattern('orders-.*').matches('orders-eu')    true: the whole name has to match
 */
import { unreachable } from '../../../../base/assert.ts'
import type { CharacterSet } from './character-set.ts'
import { type Assertion, PatternError, type PatternNode, parsePattern } from './syntax.ts'

const CHARACTER = 0
const SPLIT = 1
const ASSERTION = 2
const MATCH = 3

const LARGEST = 50_000
/** Steps of the machine that all names together may take: some tenths of a second. */
const STEPS = 10_000_000

const assertions: readonly Assertion[] = ['text-start', 'text-end', 'line-start', 'line-end', 'word-boundary', 'no-word-boundary']

/** Fails with a PatternError. */
export function compilePattern(text: string): TopicPattern {
  return new TopicPattern(new Assembler().machine(parsePattern(text)))
}

/** Instructions by number. A split goes on at both, anything else at `next`. */
interface Machine {
  readonly operations: Uint8Array
  readonly next: Int32Array
  /** Of a split the other way, of a character its set, of an assertion which one. */
  readonly others: Int32Array
  readonly sets: readonly CharacterSet[]
  readonly start: number
}

export class TopicPattern {
  readonly #machine: Machine
  #states: StateList
  #nextStates: StateList
  readonly #pending: number[] = []
  #stepsLeft = STEPS

  constructor(machine: Machine) {
    this.#machine = machine
    this.#states = new StateList(machine.next.length)
    this.#nextStates = new StateList(machine.next.length)
  }

  /** Fails with a PatternError once all names together have taken too long. */
  matches(name: string): boolean {
    const { operations, next, others, sets, start } = this.#machine
    this.#states.clear()
    this.#follow(this.#states, start, name, 0)
    for (let at = 0; at < name.length; at++) {
      const states = this.#states
      const nextStates = this.#nextStates
      const code = name.charCodeAt(at)
      nextStates.clear()
      for (let i = 0; i < states.count; i++) {
        const state = states.list[i]!
        if (operations[state] === CHARACTER && sets[others[state]!]!.has(code))
          this.#follow(nextStates, next[state]!, name, at + 1)
      }
      if (nextStates.count === 0) return false
      this.#states = nextStates
      this.#nextStates = states
    }
    for (let i = 0; i < this.#states.count; i++) if (operations[this.#states.list[i]!] === MATCH) return true
    return false
  }

  /** Adds the state, and all that it leads to without a character. */
  #follow(states: StateList, from: number, name: string, at: number): void {
    const { operations, next, others } = this.#machine
    const pending = this.#pending
    pending.push(from)
    while (pending.length > 0) {
      const state = pending.pop()!
      if (!states.add(state)) continue
      if (--this.#stepsLeft < 0) throw new PatternError('the pattern takes too long for the topics there are')
      if (operations[state] === SPLIT) pending.push(others[state]!, next[state]!)
      else if (operations[state] === ASSERTION && holds(assertions[others[state]!]!, name, at)) pending.push(next[state]!)
    }
  }
}

/** States in the order they were added, each once. What it held before is forgotten without touching it. */
class StateList {
  readonly list: Int32Array
  readonly #places: Int32Array
  count = 0

  constructor(size: number) {
    this.list = new Int32Array(size)
    this.#places = new Int32Array(size)
  }

  clear(): void {
    this.count = 0
  }

  add(state: number): boolean {
    const place = this.#places[state]!
    if (place < this.count && this.list[place] === state) return false
    this.#places[state] = this.count
    this.list[this.count++] = state
    return true
  }
}

function holds(assertion: Assertion, name: string, at: number): boolean {
  switch (assertion) {
    case 'text-start':
      return at === 0
    case 'text-end':
      return at === name.length
    case 'line-start':
      return at === 0 || name[at - 1] === '\n'
    case 'line-end':
      return at === name.length || name[at] === '\n'
    case 'word-boundary':
      return isWord(name, at - 1) !== isWord(name, at)
    case 'no-word-boundary':
      return isWord(name, at - 1) === isWord(name, at)
  }
}

const isWord = (name: string, at: number): boolean => /^\w$/.test(name[at] ?? '')

/** Writes a machine from its end, so that everything knows what comes behind it. */
class Assembler {
  readonly #operations: number[] = []
  readonly #next: number[] = []
  readonly #others: number[] = []
  readonly #sets: CharacterSet[] = []

  machine(node: PatternNode): Machine {
    const start = this.#write(node, this.#instruction(MATCH, -1, -1))
    return {
      operations: Uint8Array.from(this.#operations),
      next: Int32Array.from(this.#next),
      others: Int32Array.from(this.#others),
      sets: this.#sets,
      start,
    }
  }

  #instruction(operation: number, next: number, other: number): number {
    if (this.#operations.length === LARGEST) throw new PatternError('expression too large')
    this.#next.push(next)
    this.#others.push(other)
    return this.#operations.push(operation) - 1
  }

  /** Answers where the node begins, given what comes behind it. */
  #write(node: PatternNode, then: number): number {
    switch (node.kind) {
      case 'empty':
        return then
      case 'character':
        return this.#instruction(CHARACTER, then, this.#sets.push(node.set) - 1)
      case 'assertion':
        return this.#instruction(ASSERTION, then, assertions.indexOf(node.what))
      case 'sequence':
        return node.parts.reduceRight((next, part) => this.#write(part, next), then)
      case 'either':
        return node.options
          .map(option => this.#write(option, then))
          .reduceRight((others, option) => this.#instruction(SPLIT, option, others))
      case 'repeat':
        return this.#repeat(node.of, node.min, node.max, then)
      default:
        return unreachable(node)
    }
  }

  /** `x{2,4}` is x x (x (x)?)?, and `x{2,}` is x x x*. */
  #repeat(node: PatternNode, min: number, max: number, then: number): number {
    let next = then
    if (max === Number.POSITIVE_INFINITY) {
      const loop = this.#instruction(SPLIT, -1, then)
      this.#next[loop] = this.#write(node, loop)
      next = loop
    } else for (let i = min; i < max; i++) next = this.#instruction(SPLIT, this.#write(node, next), then)
    for (let i = 0; i < min; i++) next = this.#write(node, next)
    return next
  }
}
