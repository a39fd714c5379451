/**
 * Rounds of compaction in a thread of their own: unpacking and packing take milliseconds a batch, which the broker's thread does
 * not have. A thread for each round, so that what it took goes with it. The broker's thread swaps files and nothing else.
 */
import { Worker } from 'node:worker_threads'
import type { CleaningStats } from './clean.ts'
import type { CleanedSegment } from './cleaned-segment.ts'
import { CompactionStopped, type Compactor } from './compactor.ts'

/** What the thread says. It goes on behind a segment when it is told so. */
export type ThreadMessage =
  | { readonly segment: CleanedSegment }
  | { readonly done: CleaningStats }
  | { readonly failure: { readonly message: string; readonly code: string | undefined } }

export function compactionThread(): Compactor {
  const running = new Set<() => void>()
  let closed = false
  return {
    clean(job, replace) {
      return new Promise((resolve, reject) => {
        if (closed) return reject(new CompactionStopped())
        const worker = new Worker(new URL('./compaction-worker.js', import.meta.url), { workerData: job })
        worker.unref()
        let ended = false
        const end = (settle: () => void) => {
          if (ended) return
          ended = true
          running.delete(stop)
          // Nobody writes any more when the caller goes on.
          void worker.terminate().then(settle)
        }
        const stop = () => end(() => reject(new CompactionStopped()))
        running.add(stop)
        worker.on('error', error => end(() => reject(error)))
        worker.on('exit', code => end(() => reject(new Error(`the compaction thread ended by itself, with code ${code}`))))
        worker.on('message', (message: ThreadMessage) => {
          if ('done' in message) end(() => resolve(message.done))
          else if ('failure' in message)
            end(() => reject(Object.assign(new Error(message.failure.message), { code: message.failure.code })))
          else
            replace(message.segment).then(
              going => worker.postMessage(going),
              error => end(() => reject(error)),
            )
        })
      })
    },
    close() {
      closed = true
      for (const stop of Array.from(running)) stop()
    },
  }
}
