/** After a failure: which connection it takes, and which of its frames. */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Transcript } from './attack.ts'
import { BrokerProcess } from './broker-process.ts'
import { prepare } from './surroundings.ts'

/** The frames of one connection that fail a broker that has just started; undefined if none of them does alone. */
export async function shrunk(
  transcripts: readonly Transcript[],
  saslPort: number,
  guarded: boolean,
): Promise<Transcript | undefined> {
  const again = (some: readonly Transcript[]) => fail(some, saslPort, guarded)
  const latest = transcripts.toReversed()
  for (let at = 0; at < latest.length; at += AT_A_TIME) {
    const some = latest.slice(at, at + AT_A_TIME)
    if (!(await again(some))) continue
    for (const transcript of some) if (await again([transcript])) return fewestFrames(transcript, again)
  }
  return undefined
}

async function fewestFrames(
  transcript: Transcript,
  again: (some: readonly Transcript[]) => Promise<boolean>,
): Promise<Transcript> {
  let least = transcript
  for (let i = least.frames.length - 1; i >= 0 && least.frames.length > 1; i--) {
    const shorter = { ...least, frames: least.frames.toSpliced(i, 1), what: least.what.toSpliced(i, 1) }
    if (await again([shorter])) least = shorter
  }
  return least
}

async function fail(transcripts: readonly Transcript[], saslPort: number, guarded: boolean): Promise<boolean> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-fuzz-'))
  const broker = await BrokerProcess.start(join(directory, 'data'), { guarded })
  try {
    await prepare(broker, guarded)
    await Promise.all(transcripts.map(transcript => replayed(transcript, broker, saslPort)))
    await new Promise(resolve => setTimeout(resolve, 100))
    await broker.look()
    return broker.failed
  } finally {
    await broker.stop(2000)
    rmSync(directory, { recursive: true })
  }
}

function replayed({ frames, port }: Transcript, broker: BrokerProcess, saslPort: number): Promise<void> {
  return new Promise(resolve => {
    const socket = connect({ host: broker.host, port: port === saslPort ? broker.sasl : broker.open, allowHalfOpen: true })
    const done = setTimeout(() => socket.destroy(), ANSWER_MS)
    socket.on('error', () => socket.destroy())
    socket.on('data', () => undefined)
    socket.once('close', () => {
      clearTimeout(done)
      resolve()
    })
    socket.write(Buffer.concat(frames))
  })
}

const AT_A_TIME = 10
const ANSWER_MS = 800
