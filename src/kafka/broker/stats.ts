/** What a broker counts. Plain numbers, added to where things happen and read by who wants to know. */
export class BrokerStats {
  bytesIn = 0
  bytesOut = 0
  connectionsOpened = 0
  recordsIn = 0
  recordBytesIn = 0
  batchesIn = 0
  recordBytesOut = 0
  /** By API key. */
  readonly requests: number[] = []
  readonly requestMs: number[] = []

  answered(key: number, ms: number): void {
    this.requestMs[key] = (this.requestMs[key] ?? 0) + ms
  }
}
