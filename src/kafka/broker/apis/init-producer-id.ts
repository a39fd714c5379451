/** InitProducerId: a number for a producer, so that what it sends again is known. */
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

export const initProducerId = (broker: Broker) =>
  handler('InitProducerId', () => ({ producerId: broker.producerIds.next(), producerEpoch: 0 }))
