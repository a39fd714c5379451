/** A compaction thread's program: one job, a message for each segment it wrote, an answer whether to go on. */
import { parentPort, workerData } from 'node:worker_threads'
import { nodeFiles } from '../../../base/node-files.ts'
import { type CleaningJob, clean } from './clean.ts'
import type { ThreadMessage } from './compaction-thread.ts'
import { newStats } from './compactor.ts'

const port = parentPort!
const say = (message: ThreadMessage): void => port.postMessage(message)

try {
  const stats = newStats()
  const unhurried = { turn: () => undefined }
  for await (const segment of clean(nodeFiles(), workerData as CleaningJob, unhurried, stats)) {
    const answer = new Promise<boolean>(resolve => port.once('message', resolve))
    say({ segment })
    if (!(await answer)) break
  }
  say({ done: stats })
} catch (error) {
  const { message, code } = error as Error & { readonly code?: string }
  say({ failure: { message, code } })
}
