/** The program of the thread that packs batches anew: an answer for each request. */
import { parentPort } from 'node:worker_threads'
import { repack } from './repack-job.ts'
import type { RepackAnswer, RepackRequest } from './repack-thread.ts'

const port = parentPort!

port.on('message', ({ id, job }: RepackRequest) => {
  port.postMessage(answerTo(id, job))
})

function answerTo(id: number, job: RepackRequest['job']): RepackAnswer {
  try {
    return { id, done: repack(job) }
  } catch (error) {
    return { id, failure: (error as Error).message }
  }
}
