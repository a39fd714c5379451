/**
 * Sockets that read into one buffer of the process. Node gives each read memory of its own, which at hundreds of megabytes a
 * second is most of a broker's garbage; what arrives is looked at at once here, and only copied where it must stay.
 *
 * Node offers this (`onread`) for sockets that connect, not for those a server accepts. An accepted one is therefore taken over by
 * its handle; where Node has none to give, the socket is read as usual.
 */
import { Socket, type SocketConstructorOpts } from 'node:net'

const READ_BYTES = 256 * 1024
/** Where Node keeps what a socket is of the system. */
const HANDLE = '_handle'
let shared: Uint8Array | undefined

/** Bytes as they arrive. They are good until the call returns. */
export interface BytesReader {
  received(bytes: Uint8Array): void
}

/** The socket to use instead of `accepted`, which must be paused; undefined where it has to be read as usual. */
export function takeOver(accepted: Socket, reader: () => BytesReader | undefined): Socket | undefined {
  const holder = accepted as unknown as Record<typeof HANDLE, { readonly useUserBuffer?: unknown } | null>
  const handle = holder[HANDLE]
  if (typeof handle?.useUserBuffer !== 'function') return undefined
  holder[HANDLE] = null
  const buffer = (shared ??= new Uint8Array(READ_BYTES))
  const options = {
    handle,
    onread: {
      buffer,
      callback(count: number, bytes: Uint8Array): boolean {
        reader()?.received(bytes.subarray(0, count))
        return true
      },
    },
  }
  const socket = new Socket(options as unknown as SocketConstructorOpts)
  // The server counts its sockets by the first one.
  socket.once('close', () => accepted.destroy())
  return socket
}
