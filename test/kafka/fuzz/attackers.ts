/** A thread of attackers: so many connections at a time, one number after the other, until it is told to stop. */
import { parentPort, workerData } from 'node:worker_threads'
import { Attack, type Target, type Transcript } from './attack.ts'
import type { Surroundings } from './messages.ts'

export interface AttackersData {
  readonly seed: number
  readonly from: number
  readonly atOnce: number
  readonly target: Target
  readonly surroundings: Surroundings
}

export interface AttackersReport {
  readonly connections: number
  readonly frames: number
  readonly bytes: number
  readonly answeredBytes: number
  /** By API and version, and how often it was spoilt. */
  readonly kinds: ReadonlyMap<string, number>
  /** Those under way at the end, and the last ones before. */
  readonly last: readonly Transcript[]
}

const KEPT = 60

if (parentPort !== null) {
  const port = parentPort
  const stopped = new AbortController()
  port.on('message', () => stopped.abort())
  const { seed, from, atOnce, target, surroundings } = workerData as AttackersData
  const kinds = new Map<string, number>()
  const last: Transcript[] = []
  let [next, frames, bytes, answeredBytes] = [from, 0, 0, 0]

  const one = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      const attack = new Attack(seed, next++, target, surroundings)
      last.push(attack.transcript)
      if (last.length > KEPT + atOnce) last.shift()
      await attack.run()
      answeredBytes += attack.answers
      bytes += attack.transcript.bytes
      frames += attack.transcript.what.length
      for (const what of attack.transcript.what) kinds.set(what, (kinds.get(what) ?? 0) + 1)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, one))
  port.postMessage({ connections: next - from, frames, bytes, answeredBytes, kinds, last } satisfies AttackersReport)
  port.close()
}
