/**
 * One process per directory: whoever holds it listens on a socket in it. The system closes that with the process, however it
 * ends, so that nothing is left to be cleaned up by hand, and another container that shares the directory sees it, too.
 *
 * The holder says its process id, and takes one request of whoever may write to the socket, which is its own user:
 *
 *     4711                           who it is
 *     {"backup":true}                a request; the connection stays open until who asked closes it
 *     {"staged":"/data/.backup"}     its answer, or {"error":…}
 */
import { existsSync, openSync, closeSync, unlinkSync } from 'node:fs'
import { type Server, type Socket, connect, createServer } from 'node:net'
import { join } from 'node:path'

const NAME = '.lock.sock'
/** Systems take no longer path for a socket. */
const MAX_PATH = 100

/** Answers a request. `gone` is aborted when who asked has what it wants, or went away. */
export type Control = (request: unknown, gone: AbortSignal) => Promise<object>

export async function lockDirectory(directory: string, control?: Control): Promise<() => Promise<void>> {
  const place = socketPath(directory)
  const sockets = new Set<Socket>()
  const answer = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, control)
  }
  try {
    const server = (await listening(place.path, answer)) ?? (await takeOver(place.path, directory, answer))
    server.unref()
    return async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
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
function listening(path: string, answer: (socket: Socket) => void): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, answer)
    server.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error)))
    server.listen(path, () => resolve(server))
  })
}

function serve(socket: Socket, control: Control | undefined): void {
  const gone = new AbortController()
  socket.unref()
  socket.on('error', () => {})
  socket.on('close', () => gone.abort())
  socket.on('end', () => {
    gone.abort()
    socket.end()
  })
  socket.write(`${process.pid}\n`)
  let received = ''
  const take = (bytes: Buffer) => {
    received += bytes.toString()
    if (!received.includes('\n') && received.length < MAX_REQUEST) return
    socket.off('data', take).resume()
    answered(received, control, gone.signal).then(answer => socket.write(`${JSON.stringify(answer)}\n`))
  }
  socket.on('data', take)
}

/** A request is a line of JSON, and short. */
const MAX_REQUEST = 64 * 1024

async function answered(request: string, control: Control | undefined, gone: AbortSignal): Promise<object> {
  try {
    if (control === undefined) return { error: 'this process takes no requests' }
    return await control(JSON.parse(request), gone)
  } catch (error) {
    return { error: (error as Error).message }
  }
}

/** The socket is somebody's, or was left by a process that was killed. */
async function takeOver(path: string, directory: string, answer: (socket: Socket) => void): Promise<Server> {
  const holder = await ask(path)
  if (holder !== undefined) throw busy(directory, holder)
  unlinkSync(path)
  const server = await listening(path, answer)
  if (server === undefined) throw busy(directory, 'another')
  return server
}

/** The process that listens there, undefined when none does. */
function ask(path: string): Promise<string | undefined> {
  return new Promise(resolve => {
    let said = ''
    const socket = connect(path)
    const done = (holder: string | undefined) => {
      socket.destroy()
      resolve(holder)
    }
    socket.on('data', bytes => {
      said += bytes.toString()
      if (said.includes('\n')) done(said.trim())
    })
    socket.on('error', () => done(undefined))
    socket.on('end', () => done(said.trim() || 'another'))
  })
}

/** What the holder of a directory answered; the holder keeps what it did for us until `done`. */
export interface HolderAnswer {
  readonly answer: Readonly<Record<string, unknown>>
  done(): void
}

/** Asks the holder of a directory something. Rejects when there is none, or it goes away. */
export async function askHolder(directory: string, request: object): Promise<HolderAnswer> {
  const place = socketPath(directory)
  try {
    return await new Promise((resolve, reject) => {
      const lines: string[] = ['']
      const socket = connect(place.path, () => socket.write(`${JSON.stringify(request)}\n`))
      socket.on('error', reject)
      socket.on('close', () => reject(new Error(`the process that uses ${directory} went away`)))
      socket.on('data', bytes => {
        const [first, ...more] = bytes.toString().split('\n')
        lines[lines.length - 1] += first!
        lines.push(...more)
        // The first line is the process id; the second one ends with the answer.
        if (lines.length > 2) resolve({ answer: JSON.parse(lines[1]!), done: () => void socket.destroy() })
      })
    })
  } finally {
    place.done()
  }
}

const busy = (directory: string, holder: string): Error =>
  Object.assign(new Error(`EBUSY: ${directory} is in use by process ${holder}`), { code: 'EBUSY' })
