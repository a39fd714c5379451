/**
 * One process per directory: whoever holds it listens on a socket in it. The system closes that with the process, however it
 * ends, so that nothing is left to be cleaned up by hand, and another container that shares the directory sees it, too.
 */
import { existsSync, openSync, closeSync, unlinkSync } from 'node:fs'
import { type Server, connect, createServer } from 'node:net'
import { join } from 'node:path'

const NAME = '.lock.sock'
/** Systems take no longer path for a socket. */
const MAX_PATH = 100

export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const place = socketPath(directory)
  try {
    const server = (await listening(place.path)) ?? (await takeOver(place.path, directory))
    server.unref()
    return async () => {
      await new Promise<void>(resolve => server.close(() => resolve()))
      place.done()
    }
  } catch (error) {
    place.done()
    throw error
  }
}

/** The process that holds a directory, undefined when none does. */
export async function lockHolder(directory: string): Promise<string | undefined> {
  if (!existsSync(directory)) return undefined
  const place = socketPath(directory)
  try {
    return await ask(place.path)
  } finally {
    place.done()
  }
}

/** A long directory is named by an open descriptor of it, where the system has such names. */
function socketPath(directory: string): { readonly path: string; done(): void } {
  const path = join(directory, NAME)
  if (Buffer.byteLength(path) <= MAX_PATH || !existsSync('/proc/self/fd')) return { path, done() {} }
  const descriptor = openSync(directory, 'r')
  return { path: `/proc/self/fd/${descriptor}/${NAME}`, done: () => closeSync(descriptor) }
}

/** Undefined when there is such a socket already. */
function listening(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer(socket => socket.end(`${process.pid}\n`))
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
    server.listen(path, () => resolve(server))
  })
}

/** The socket is somebody's, or was left by a process that was killed. */
async function takeOver(path: string, directory: string): Promise<Server> {
  const holder = await ask(path)
  if (holder !== undefined) throw busy(directory, holder)
  unlinkSync(path)
  const server = await listening(path)
  if (server === undefined) throw busy(directory, 'another')
  return server
}

/** The process that listens there, undefined when none does. */
function ask(path: string): Promise<string | undefined> {
  return new Promise(resolve => {
    let answer = ''
    const socket = connect(path)
    socket.on('data', bytes => (answer += bytes.toString()))
    socket.on('error', () => resolve(undefined))
    socket.on('end', () => resolve(answer.trim() || 'another'))
  })
}

const busy = (directory: string, holder: string): Error =>
  Object.assign(new Error(`EBUSY: ${directory} is in use by process ${holder}`), { code: 'EBUSY' })
