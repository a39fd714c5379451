import { LatencyHistogram } from '../../base/latency-histogram.ts'

/** What a broker counts. Plain numbers, added to where things happen and read by who wants to know. */
export class BrokerStats {
  bytesIn = 0
  bytesOut = 0
  connectionsOpened = 0
  recordsIn = 0
  recordBytesIn = 0
  batchesIn = 0
  recordBytesOut = 0
  /** By API key: how many, and how long from the whole request to its answer. */
  readonly requests: number[] = []
  readonly latencies: LatencyHistogram[] = []

  answered(key: number, ms: number): void {
    ;(this.latencies[key] ??= new LatencyHistogram()).add(ms)
  }
}
