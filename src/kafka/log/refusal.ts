/** Why a log does not take a batch. Kafka's error numbers, so that a broker passes them on. */
export const Refusal = {
  None: 0,
  OffsetOutOfRange: 1,
  MessageTooLarge: 10,
  OutOfOrderSequence: 45,
  InvalidProducerEpoch: 47,
  InvalidTransactionState: 48,
  TransactionCoordinatorFenced: 52,
  Storage: 56,
} as const

/** Not a refusal: the batch is there already. */
export const DUPLICATE = -1
