/**
 * What goes out on one connection, in order: bytes as they are, and records that are read from their files as the socket
 * drains. A client that reads slowly holds no more than two pieces in memory.
 */
import type { Duplex } from 'node:stream'
import { LogRecords } from './log-records.ts'

/** Pieces of files on their way to sockets, all connections together; each is as long as there is room. */
export class PieceBuffers {
  static readonly #LARGEST = 256 * 1024
  static readonly #SMALLEST = 16 * 1024
  static readonly #ALL = 32 * 1024 * 1024
  static readonly #KEPT = 32
  readonly #free: Uint8Array[] = []
  #lent = 0

  take(wanted: number): Uint8Array {
    const fair = PieceBuffers.#ALL / (this.#lent + 1)
    const size = Math.min(wanted, Math.max(PieceBuffers.#SMALLEST, Math.min(PieceBuffers.#LARGEST, fair)))
    this.#lent++
    if (size < PieceBuffers.#LARGEST / 2) return Buffer.allocUnsafeSlow(size)
    return (this.#free.pop() ?? Buffer.allocUnsafeSlow(PieceBuffers.#LARGEST)).subarray(0, size)
  }

  give(piece: Uint8Array): void {
    this.#lent--
    if (piece.buffer.byteLength !== PieceBuffers.#LARGEST || this.#free.length >= PieceBuffers.#KEPT) return
    this.#free.push(Buffer.from(piece.buffer))
  }
}

/** Pieces that may wait in a socket at once. */
const MOST_WAITING = 2

export class SendQueue {
  readonly #stream: Duplex
  readonly #pieces: PieceBuffers
  #queue: (Uint8Array | LogRecords)[] = []
  #waiting = 0
  #blocked = false
  #reading = false
  #closed = false
  #queuedBytes = 0
  readonly #onError: (error: Error) => void

  constructor(stream: Duplex, pieces: PieceBuffers, onError: (error: Error) => void) {
    this.#stream = stream
    this.#pieces = pieces
    this.#onError = onError
    stream.on('drain', () => {
      this.#blocked = false
      this.#pump()
    })
  }

  /** Bytes that wait here, those still in files included. */
  get queuedBytes(): number {
    return this.#queuedBytes + this.#stream.writableLength
  }

  push(item: Uint8Array | LogRecords): void {
    if (this.#closed) {
      if (item instanceof LogRecords) item.release()
      return
    }
    this.#queue.push(item)
    this.#queuedBytes += item.byteLength
  }

  flush(): void {
    this.#pump()
  }

  close(): void {
    this.#closed = true
    // What is being read is released by its reader.
    for (const [i, item] of this.#queue.entries()) if (item instanceof LogRecords && !(this.#reading && i === 0)) item.release()
    if (!this.#reading) this.#queue = []
    this.#queuedBytes = 0
  }

  #pump(): void {
    while (this.#queue.length > 0 && !this.#blocked && !this.#reading && !this.#closed) {
      const item = this.#queue[0]!
      if (item instanceof LogRecords) {
        if (this.#waiting >= MOST_WAITING) return
        this.#readPiece(item)
      } else {
        this.#queue.shift()
        this.#queuedBytes -= item.byteLength
        this.#blocked = !this.#stream.write(item)
      }
    }
  }

  #readPiece(records: LogRecords): void {
    const piece = this.#pieces.take(records.left)
    let count: Promise<number> | number
    try {
      count = records.read(piece)
    } catch (error) {
      this.#failed(records, piece, error as Error)
      return
    }
    if (typeof count === 'number') {
      this.#send(records, piece, count)
      return
    }
    this.#reading = true
    count.then(
      read => {
        this.#reading = false
        this.#send(records, piece, read)
        this.#pump()
      },
      error => {
        this.#reading = false
        this.#failed(records, piece, error)
      },
    )
  }

  #send(records: LogRecords, piece: Uint8Array, count: number): void {
    if (this.#closed) {
      this.#pieces.give(piece)
      records.release()
      this.#queue = []
      return
    }
    this.#queuedBytes -= count
    if (records.left === 0) {
      this.#queue.shift()
      records.release()
    }
    this.#waiting++
    this.#blocked = !this.#stream.write(piece.subarray(0, count), () => {
      this.#waiting--
      this.#pieces.give(piece)
      this.#pump()
    })
  }

  #failed(records: LogRecords, piece: Uint8Array, error: Error): void {
    this.#pieces.give(piece)
    this.#queue.shift()
    records.release()
    this.#onError(error)
  }
}
