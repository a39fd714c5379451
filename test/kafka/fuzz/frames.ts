/** What goes over the wire: requests, right or spoilt, with the length that stands before them or another one. */
import type { Chance } from './chance.ts'
import { type RequestKind, type Surroundings, requestOf } from './messages.ts'
import { mutated } from './mutations.ts'

export function framed(request: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(4 + request.length)
  frame.writeInt32BE(request.length)
  frame.set(request, 4)
  return frame
}

export function rightFrame(kind: RequestKind, correlationId: number, chance: Chance, surroundings: Surroundings): Uint8Array {
  return framed(requestOf(kind, correlationId, chance, surroundings))
}

export function spoiltFrame(kind: RequestKind, correlationId: number, chance: Chance, surroundings: Surroundings): Uint8Array {
  const request = requestOf(kind, correlationId, chance, surroundings)
  const how = chance.next()
  // The body alone: what is spoilt at random is seldom the version.
  if (how < 0.6) {
    const body = Math.min(request.length, 14)
    return framed(Buffer.concat([request.subarray(0, body), mutated(request.subarray(body), chance)]))
  }
  if (how < 0.8) return framed(mutated(request, chance))
  const frame = Buffer.from(framed(request))
  if (how < 0.9)
    frame.writeInt32BE(chance.of([-1, 0, 1, 7, request.length - 1, request.length + 1, 2 ** 31 - 1, -(2 ** 31), 99_000_000]))
  else return mutated(frame, chance)
  return frame
}
