import { InvariantError } from './errors.ts'

/** States a fact that our own code guarantees. A failure is a bug of ours, never the user's. */
export function assert(fact: unknown, sentence: string): asserts fact {
  if (!fact) throw new InvariantError(sentence)
}

/** Ends a `switch` over a union, so that a missing case does not compile. */
export function unreachable(value: never): never {
  throw new InvariantError(`no case for ${JSON.stringify(value)}`)
}
