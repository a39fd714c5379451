/**
 * A Kafka Streams application with exactly_once_v2: fed, killed twice, and checked by java/StreamsCount.java. The broker is killed,
 * too, again and again.
 */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningTarget } from '../target.ts'
import type { JavaPrograms } from '../toolchains.ts'

const limitMs = 150_000
const [crashes, betweenMs] = [4, 5_000]

export async function runStreams(java: JavaPrograms, broker: RunningTarget): Promise<readonly string[]> {
  const [command, ...args] = java.command('StreamsCount', broker.bootstrap)
  const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', text => (out += text))
  child.stderr.setEncoding('utf8').on('data', text => (err = (err + text).slice(-20_000)))
  const ending = new AbortController()
  const finished = new Promise<readonly string[]>((resolve, reject) => {
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), limitMs)
    child.once('error', reject)
    child.once('close', code => {
      ending.abort()
      clearTimeout(timer)
      if (code === 0 && out.startsWith('ok')) resolve([])
      else resolve([`${out.trim()} (exit code ${code}, at most ${limitMs / 1000} s)\n${err}`])
    })
  })
  let crashed = 0
  for (; crashed < crashes; crashed++) {
    await Promise.race([finished, sleep(betweenMs)])
    if (ending.signal.aborted) break
    await broker.crash()
  }
  const failures = await finished
  return crashed > 0 || failures.length > 0 ? failures : ['it was over before the broker was killed']
}
