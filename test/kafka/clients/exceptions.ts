/**
 * Cells that may be `no`, each with its reason: what a client can't do with any broker, or what this broker does not do (and
 * docs/differences-kafka.md says). A cell that is listed and holds after all is reported, too: the list has to be true.
 */

export interface Exception {
  readonly clients: readonly string[]
  readonly feature: string
  readonly reason: string
}

export const exceptions: readonly Exception[] = [
  {
    clients: ['platformatic-1', 'platformatic-2'],
    feature: 'timestamps of the broker',
    reason: "The client shows the producer's timestamps all the same, whichever broker it reads from.",
  },
  {
    clients: ['node-rdkafka'],
    feature: 'empty keys and values',
    reason: 'The client takes an empty value for null.',
  },
  {
    clients: ['node-rdkafka'],
    feature: 'headers of bytes',
    reason: 'The client writes headers as text, and ends them at a zero.',
  },
]

export const exceptionFor = (client: string, feature: string): Exception | undefined =>
  exceptions.find(exception => exception.feature === feature && exception.clients.includes(client))
