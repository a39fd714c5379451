/** A Kafka Streams application with exactly_once_v2: fed, killed twice, and checked by java/StreamsCount.java. */
import { spawn } from 'node:child_process'
import type { JavaPrograms } from '../toolchains.ts'

const limitMs = 150_000

export function runStreams(java: JavaPrograms, bootstrap: string): Promise<readonly string[]> {
  const [command, ...args] = java.command('StreamsCount', bootstrap)
  const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let [out, err] = ['', '']
  child.stdout.setEncoding('utf8').on('data', text => (out += text))
  child.stderr.setEncoding('utf8').on('data', text => (err = (err + text).slice(-20_000)))
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), limitMs)
    child.once('error', reject)
    child.once('close', code => {
      clearTimeout(timer)
      if (code === 0 && out.startsWith('ok')) resolve([])
      else resolve([`${out.trim()} (exit code ${code}, at most ${limitMs / 1000} s)\n${err}`])
    })
  })
}
