/**
 * The state of a comparison: where it is, what it found, which pairs of schemas it knows already.
 *
 * A pair of schemas is compared once; its differences are kept relative to the pair and moved to wherever it stands. A pair
 * that comes up again while it is open (a recursive schema) is taken to be readable. Where that turns out wrong, everything is
 * compared again with the pairs that were found unreadable taken so from the start, until nothing more is found: the greatest
 * fixed point. Their number grows and is bounded by the number of pairs, so it ends.
 */
import type { Difference, DifferenceKind, Policy } from './difference.ts'
import { breaks } from './difference.ts'
import type { SchemaNode } from './model.ts'

type Pairs<T> = Map<SchemaNode, Map<SchemaNode, T>>
type ComparePair = (comparison: Comparison, original: SchemaNode, update: SchemaNode) => void

/** What one pass over both schemas shares. */
class Pass {
  readonly policy: Policy
  readonly compare: ComparePair
  readonly unreadable: Pairs<readonly Difference[]>
  readonly known: Pairs<readonly Difference[] | 'open'> = new Map()
  /** Whether an open pair was taken to be readable. */
  assumed = false

  constructor(policy: Policy, compare: ComparePair, unreadable: Pairs<readonly Difference[]>) {
    this.policy = policy
    this.compare = compare
    this.unreadable = unreadable
  }

  pair(original: SchemaNode, update: SchemaNode): readonly Difference[] {
    const known = get(this.known, original, update)
    if (known === 'open') {
      const sure = get(this.unreadable, original, update)
      if (sure === undefined) this.assumed = true
      return sure ?? []
    }
    if (known !== undefined) return known
    set(this.known, original, update, 'open')
    const inner = new Comparison(this, [])
    this.compare(inner, original, update)
    set(this.known, original, update, inner.differences)
    return inner.differences
  }

  found(): Pairs<readonly Difference[]> {
    const result: Pairs<readonly Difference[]> = new Map()
    for (const [original, updates] of this.known) {
      for (const [update, differences] of updates) {
        if (differences !== 'open' && differences.some(each => breaks(each, this.policy)))
          set(result, original, update, differences)
      }
    }
    return result
  }
}

export function differencesOf(
  original: SchemaNode,
  update: SchemaNode,
  policy: Policy,
  compare: ComparePair,
): readonly Difference[] {
  let unreadable: Pairs<readonly Difference[]> = new Map()
  for (;;) {
    const pass = new Pass(policy, compare, unreadable)
    const comparison = new Comparison(pass, [])
    comparison.compare(original, update)
    const found = pass.found()
    if (!pass.assumed || sizeOf(found) === sizeOf(unreadable)) return comparison.differences
    unreadable = found
  }
}

export class Comparison {
  readonly differences: Difference[] = []
  readonly #pass: Pass
  readonly #path: string[]

  constructor(pass: Pass, path: readonly string[]) {
    this.#pass = pass
    this.#path = [...path]
  }

  get isReadable(): boolean {
    return !this.differences.some(each => breaks(each, this.#pass.policy))
  }

  /** Another comparison at the same place, whose findings are its own. */
  aside(): Comparison {
    return new Comparison(this.#pass, this.#path)
  }

  add(kind: DifferenceKind, ...at: readonly string[]): void {
    this.differences.push({ kind, path: `#/${[...this.#path, ...at].join('/')}` })
  }

  at(step: string, then: () => void): void {
    this.#path.push(step)
    then()
    this.#path.pop()
  }

  /** Compares what stands here; one that is missing differs too. */
  compare(original: SchemaNode | undefined, update: SchemaNode | undefined): void {
    if (original === undefined && update === undefined) return
    if (original === undefined) return this.add('SCHEMA_ADDED')
    if (update === undefined) return this.add('SCHEMA_REMOVED')
    const prefix = this.#path.join('/')
    for (const { kind, path } of this.#pass.pair(meant(original), meant(update))) {
      const rest = path.slice('#/'.length)
      this.differences.push({ kind, path: `#/${[prefix, rest].filter(part => part !== '').join('/')}` })
    }
  }
}

function meant(node: SchemaNode): SchemaNode {
  let target: SchemaNode = node
  for (let steps = 0; target.kind === 'reference' && target.target !== undefined; steps++) {
    // A $ref to itself, by whatever way, says nothing.
    if (steps > MAX_REFERENCES) return { kind: 'empty' }
    target = target.target
  }
  return target
}
const MAX_REFERENCES = 100

const get = <T>(pairs: Pairs<T>, original: SchemaNode, update: SchemaNode): T | undefined => pairs.get(original)?.get(update)

function set<T>(pairs: Pairs<T>, original: SchemaNode, update: SchemaNode, value: T): void {
  const updates = pairs.get(original) ?? new Map<SchemaNode, T>()
  pairs.set(original, updates)
  updates.set(update, value)
}

const sizeOf = (pairs: Pairs<unknown>): number => Array.from(pairs.values(), updates => updates.size).reduce((a, b) => a + b, 0)
