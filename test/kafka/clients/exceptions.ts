/**
 * Cells that may be `no`, each with its reason: what a client can't do with any broker, or what this broker does not do (and
 * docs/differences-kafka.md says). A cell that is listed and holds after all is reported, too: the list has to be true.
 */

export interface Exception {
  readonly client: string
  readonly feature: string
  readonly reason: string
}

export const exceptions: readonly Exception[] = []
