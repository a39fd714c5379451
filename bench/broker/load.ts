/** `kafka-load`, a client on librdkafka, run once: what it measured. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { type Peer, load } from './peers.ts'

export interface LoadRun {
  readonly messagesPerSecond: number
  readonly megabytesPerSecond: number
  readonly p99Ms: number
  readonly clientCpuSeconds: number
  readonly brokerCpuSeconds: number
  readonly brokerPeakMB: number
}

export interface LoadArguments {
  readonly what: 'produce' | 'consume'
  readonly topic: string
  readonly count: number
  readonly size: number
  /** `linger.ms=0`, `rate=50000`. */
  readonly settings?: readonly string[]
}

const run = promisify(execFile)

export async function runLoad(
  peer: Peer,
  { what, topic, count, size, settings = [] }: LoadArguments,
  signal?: AbortSignal,
): Promise<LoadRun> {
  const { stdout } = await run(load, [what, peer.address, topic, String(count), String(size), `pid=${peer.pid}`, ...settings], {
    timeout: 300_000,
    ...(signal === undefined ? {} : { signal }),
  })
  const number = (pattern: RegExp) => Number(pattern.exec(stdout)?.[1] ?? Number.NaN)
  if (stdout.includes('WRONG')) throw new Error(`${peer.name}: ${stdout}`)
  return {
    messagesPerSecond: number(/: (\d+) messages\/s/),
    megabytesPerSecond: number(/, ([\d.]+) MB\/s/),
    p99Ms: number(/([\d.]+) \(p99\)/),
    clientCpuSeconds: number(/client CPU ([\d.]+) s/),
    brokerCpuSeconds: number(/broker CPU ([\d.]+) s/),
    brokerPeakMB: number(/broker peak (\d+) MB/),
  }
}
