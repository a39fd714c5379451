/**
 * Batches packed anew in a thread of their own: a megabyte of gzip takes longer than a broker's clients should wait for each other.
 * The thread comes with the first batch, one does it all in turn, and it holds nothing back from ending.
 */
import { Worker } from 'node:worker_threads'
import type { RepackJob, Repacked, Repacker } from './repack-job.ts'

export interface RepackRequest {
  readonly id: number
  readonly job: RepackJob
}

export type RepackAnswer = { readonly id: number } & ({ readonly done: Repacked } | { readonly failure: string })

interface Waiting {
  resolve(repacked: Repacked): void
  reject(error: Error): void
}

export function repackThread(): Repacker {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let ids = 0
  let closed = false

  function fail(error: Error): void {
    worker = undefined
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  function started(): Worker {
    const thread = new Worker(new URL('./repack-worker.js', import.meta.url))
    thread.unref()
    thread.on('error', fail)
    thread.on('exit', code => {
      if (worker === thread) fail(new Error(`the thread that packs batches ended, with code ${code}`))
    })
    thread.on('message', (answer: RepackAnswer) => {
      const asked = waiting.get(answer.id)
      waiting.delete(answer.id)
      if ('done' in answer) asked?.resolve(answer.done)
      else asked?.reject(new Error(answer.failure))
    })
    return thread
  }

  return {
    repack(job) {
      if (closed) return Promise.reject(new Error('the broker stops'))
      worker ??= started()
      const request: RepackRequest = { id: ++ids, job }
      const answer = new Promise<Repacked>((resolve, reject) => waiting.set(request.id, { resolve, reject }))
      worker.postMessage(request)
      return answer
    },
    close() {
      closed = true
      const thread = worker
      fail(new Error('the broker stops'))
      void thread?.terminate()
    },
  }
}
