/** What an operator writes into a checkpoint and reads back: named sections of bytes. */
export interface StateWriter {
  /** Copies the bytes. A name is written once per snapshot. */
  section(name: string, bytes: Uint8Array): void
}

export interface StateReader {
  /** The bytes written under this name, or undefined when there were none. */
  section(name: string): Uint8Array | undefined
}
