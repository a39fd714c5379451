/**
 * Produce: one batch per partition is checked, appended, and answered once it is durable. Batches stay closed, unless their
 * topic asks for something that shows only inside: keys, or another codec.
 */
import {
  BATCH_HEADER_BYTES,
  batchBytesAt,
  baseOffsetAt,
  baseSequenceAt,
  checkBatch,
  codecAt,
  hasLogAppendTime,
  isControl,
  isDense,
  isTransactional,
  magicAt,
  maxTimestampAt,
  producerIdAt,
  recordCountAt,
  setLogAppendTime,
} from '../../records/batch.ts'
import { RecordReader } from '../../records/record-reader.ts'
import { type BatchFault, type RecordRules, validateRecords } from '../../records/validate.ts'
import type { Acknowledgement } from '../../log/acknowledgements.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import type { Lender } from '../../log/segment-writes.ts'
import { codecs } from '../../records/compression.ts'
import { type RepackJob, type Repacked, isQuick, repack } from '../../records/repack-job.ts'
import type { RequestOf, ResponseOf } from '../../protocol/apis.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import type { Topic } from '../topics.ts'
import { FIRST_PRODUCE_OF_VERSION_2, isKnown, refusalOfBatch } from '../transactions/admission.ts'

type ProduceAnswer = ResponseOf<'Produce'>

const ZSTD = 4
const FIRST_VERSION_WITH_ZSTD = 7
const FIRST_VERSION_WITH_IDS = 13

export const produce = (broker: Broker) =>
  handler('Produce', (request, context) => {
    const operation = new ProduceOperation()
    const transactional = mayBeTransactional(request, context)
    const responses = request.topicData.map(({ name, topicId, partitionData }) => {
      const byId = context.version >= FIRST_VERSION_WITH_IDS
      const topic = byId ? broker.topics.withId(topicId) : broker.topics.named(name)
      const unknown = byId && topicId !== ZERO_UUID ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      const denied = (!byId || topic !== undefined) && !context.may('WRITE', 'TOPIC', topic?.name ?? name)
      return {
        name,
        topicId,
        partitionResponses: partitionData.map(({ index, records }) => {
          const answer = new PartitionAnswer(index, operation)
          if (!transactional) answer.errorCode = answer.refuse(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, NOT_TRANSACTIONAL)
          else if (denied) answer.errorCode = answer.refuse(ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'not authorized to write here')
          else answer.errorCode = refusalOf(broker, request, context, topic, unknown, index, records, answer)
          return answer
        }),
      }
    })
    if (request.acks === 0) {
      if (operation.failed) context.connection.closeAfterAnswers()
      return undefined
    }
    const response: ProduceAnswer = { responses }
    return operation.finish(response)
  })

const NOT_TRANSACTIONAL = 'not authorized to write under this transactional id'

/** Transactional records are refused all together when they name no transactional id, or one that the client may not use. */
function mayBeTransactional({ transactionalId, topicData }: RequestOf<'Produce'>, context: RequestContext): boolean {
  if (transactionalId !== null && context.may('WRITE', 'TRANSACTIONAL_ID', transactionalId)) return true
  for (const { partitionData } of topicData)
    for (const { records } of partitionData)
      if (records !== null && records.length >= BATCH_HEADER_BYTES && isTransactional(records, 0)) return false
  return true
}

/** Waits for the partitions of one request. */
class ProduceOperation {
  #pending = 0
  #resolve: ((answer: ProduceAnswer) => void) | undefined
  #answer: ProduceAnswer | undefined
  failed = false

  begin(): void {
    this.#pending++
  }

  done(): void {
    if (--this.#pending === 0 && this.#resolve !== undefined) this.#resolve(this.#answer!)
  }

  finish(answer: ProduceAnswer): ProduceAnswer | Promise<ProduceAnswer> {
    if (this.#pending === 0) return answer
    this.#answer = answer
    return new Promise(resolve => (this.#resolve = resolve))
  }
}

/** A partition's part of the answer; it is told when its batch is durable. */
class PartitionAnswer implements Acknowledgement {
  readonly index: number
  errorCode = 0
  errorMessage: string | null = null
  recordErrors: { batchIndex: number; batchIndexErrorMessage: string }[] = []
  baseOffset = -1
  logAppendTimeMs = -1
  logStartOffset = -1
  readonly #operation: ProduceOperation

  constructor(index: number, operation: ProduceOperation) {
    this.index = index
    this.#operation = operation
  }

  appended(log: PartitionLog, baseOffset: number, endOffset: number): void {
    this.baseOffset = baseOffset
    this.logStartOffset = log.startOffset
    this.#operation.begin()
    log.whenDurable(endOffset, this)
  }

  /** The answer rests on what the journal has to remember, too. */
  after(durable: Promise<void>): void {
    this.#operation.begin()
    durable.then(
      () => this.settled(0),
      () => this.settled(ErrorCode.KAFKA_STORAGE_ERROR),
    )
  }

  /** Behind what is under way of the partition. The batch's frame is held until then. */
  appendLater(to: Append, batch: Uint8Array, job: RepackJob | undefined): void {
    const { broker, context, log, request } = to
    const { frame } = context
    frame.retain()
    this.#operation.begin()
    broker.order.behind(log, async () => {
      try {
        this.errorCode = job === undefined ? append(to, batch) : appendRepacked(to, await broker.repacker.repack(job))
      } catch (error) {
        this.errorCode = this.refuse(ErrorCode.UNKNOWN_SERVER_ERROR, 'the batch could not be stored')
        broker.log('warn', 'append failed', { topic: log.id.topic, partition: log.id.partition, error: (error as Error).message })
      }
      frame.release()
      if (request.acks === 0 && this.#operation.failed) context.connection.closeAfterAnswers()
      this.#operation.done()
    })
  }

  settled(refusal: number): void {
    if (refusal !== 0) {
      this.errorCode = refusal
      this.baseOffset = -1
      this.#operation.failed = true
    }
    this.#operation.done()
  }

  refuse(errorCode: number, message: string): number {
    this.errorMessage = message
    this.#operation.failed = true
    return errorCode
  }

  /** Records of a sound batch: each is named, and the client is told where the partition begins. */
  refuseRecords(log: PartitionLog, { message, records }: BatchFault): number {
    this.recordErrors = records.map(({ index, message }) => ({ batchIndex: index, batchIndexErrorMessage: message }))
    this.logStartOffset = log.startOffset
    const untimely = records.some(({ reason }) => reason === 'timestamp')
    return this.refuse(untimely ? ErrorCode.INVALID_TIMESTAMP : ErrorCode.INVALID_RECORD, message)
  }
}

/** Appends the partition's batch; answers 0, or Kafka's error code. */
function refusalOf(
  broker: Broker,
  request: RequestOf<'Produce'>,
  context: RequestContext,
  topic: Topic | undefined,
  unknown: number,
  index: number,
  records: Uint8Array | null,
  answer: PartitionAnswer,
): number {
  if (request.acks !== -1 && request.acks !== 0 && request.acks !== 1)
    return answer.refuse(ErrorCode.INVALID_REQUIRED_ACKS, `acks is -1, 0 or 1, not ${request.acks}`)
  if (topic === undefined) return answer.refuse(unknown, 'there is no such topic')
  const log = topic.partitions[index]
  if (log === undefined)
    return answer.refuse(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `topic ${topic.name} has no partition ${index}`)
  const malformed = checkProduced(topic, context.version, records, answer)
  if (malformed !== 0) return malformed
  const batch = records!
  const rules = rulesOf(broker, topic)
  const job = repackJob(topic, batch, rules)
  if (job === undefined && !headerSuffices(batch, rules)) {
    const fault = validateRecords(reader, batch, 0, rules)
    if (fault !== undefined) return refuseFault(fault, log, answer)
  }
  const busy = broker.order.isBusy(log)
  if (job === undefined && !busy) return append({ broker, request, context, topic, log, answer }, batch)
  if (job !== undefined && !busy && isQuick(job))
    return appendRepacked({ broker, request, context, topic, log, answer }, repack(job))
  answer.appendLater({ broker, request, context, topic, log, answer }, batch, job)
  return 0
}

interface Append {
  readonly broker: Broker
  readonly request: RequestOf<'Produce'>
  readonly context: RequestContext
  readonly topic: Topic
  readonly log: PartitionLog
  readonly answer: PartitionAnswer
}

/** What each record of a batch has to keep. */
function rulesOf(broker: Broker, { settings }: Topic): RecordRules {
  const requireKeys = settings.compacts
  if (settings.logAppendTime) return { requireKeys }
  const now = broker.clock.nowMs()
  return { requireKeys, minTimestamp: now - settings.timestampBeforeMaxMs, maxTimestamp: now + settings.timestampAfterMaxMs }
}

/** The header has the time of the latest record, and not of the earliest; where there is no limit, there is none that is too early. */
const headerSuffices = (batch: Uint8Array, { requireKeys, minTimestamp = 0, maxTimestamp = Infinity }: RecordRules): boolean =>
  requireKeys !== true && minTimestamp <= 0 && maxTimestampAt(batch, 0) <= maxTimestamp

/** What has to be done where the topic stores batches under another codec than this one's. */
function repackJob({ settings }: Topic, batch: Uint8Array, rules: RecordRules): RepackJob | undefined {
  if (settings.compression === 'producer') return undefined
  const codec = settings.compression === 'uncompressed' ? 'none' : settings.compression
  if (codecs[codecAt(batch, 0)] === codec) return undefined
  return { batch, codec, level: settings.compressionLevel, rules }
}

function appendRepacked(to: Append, repacked: Repacked): number {
  const { answer, log, topic } = to
  if ('fault' in repacked) return refuseFault(repacked.fault, log, answer)
  const { maxMessageBytes } = topic.settings
  if (repacked.batch.length > maxMessageBytes)
    return answer.refuse(
      ErrorCode.MESSAGE_TOO_LARGE,
      `a batch of ${repacked.batch.length} bytes as it is stored; max.message.bytes is ${maxMessageBytes}`,
    )
  return append(to, repacked.batch, OWN_BUFFER)
}

/** Of bytes that are nobody else's. */
const OWN_BUFFER: Lender = { retain() {}, release() {} }

/** Appends a checked batch; answers 0, or Kafka's error code. */
function append(
  { broker, request, context, topic, log, answer }: Append,
  batch: Uint8Array,
  lender: Lender = context.frame,
): number {
  const transactional = isTransactional(batch, 0) && producerIdAt(batch, 0) >= 0
  if (transactional && !isKnown(log, batch)) {
    const refusal = refusalOfBatch(broker.transactions, request.transactionalId!, log, batch, context.version)
    if (refusal !== 0) return answer.refuse(refusal, refusalMessage(refusal))
    const durable = broker.journal.durable()
    if (durable !== undefined) answer.after(durable)
  }
  if (topic.settings.logAppendTime) {
    answer.logAppendTimeMs = broker.clock.nowMs()
    setLogAppendTime(batch, 0, answer.logAppendTimeMs)
  }
  const strict = transactional && context.version >= FIRST_PRODUCE_OF_VERSION_2
  const refusal = log.append(batch, 0, strict, lender)
  if (refusal !== 0) return answer.refuse(refusal, refusalMessage(refusal))
  const count = recordCountAt(batch, 0)
  broker.stats.recordsIn += count
  broker.stats.recordBytesIn += batch.length
  broker.stats.batchesIn++
  answer.appended(log, log.lastBaseOffset, log.lastBaseOffset + count)
  return 0
}

/** What Kafka checks of a batch's header before it is appended. */
function checkProduced(topic: Topic, version: number, batch: Uint8Array | null, answer: PartitionAnswer): number {
  if (batch === null || batch.length < BATCH_HEADER_BYTES)
    return answer.refuse(ErrorCode.INVALID_RECORD, 'a partition of a produce request holds exactly one batch')
  if (magicAt(batch, 0) !== 2) return answer.refuse(ErrorCode.INVALID_RECORD, 'batches are of magic 2')
  const fault = checkBatch(batch, 0, batch.length)
  if (fault !== undefined) return answer.refuse(ErrorCode.CORRUPT_MESSAGE, `the batch is not whole: ${fault}`)
  if (batchBytesAt(batch, 0) !== batch.length)
    return answer.refuse(ErrorCode.INVALID_RECORD, 'a partition of a produce request holds exactly one batch')
  const { settings } = topic
  if (batch.length > settings.maxMessageBytes)
    return answer.refuse(
      ErrorCode.MESSAGE_TOO_LARGE,
      `a batch of ${batch.length} bytes; max.message.bytes is ${settings.maxMessageBytes}`,
    )
  if (codecAt(batch, 0) === ZSTD && version < FIRST_VERSION_WITH_ZSTD)
    return answer.refuse(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, 'zstd needs version 7 of Produce')
  if (isControl(batch, 0)) return answer.refuse(ErrorCode.INVALID_RECORD, 'clients write no control batches')
  if (baseOffsetAt(batch, 0) !== 0 || !isDense(batch, 0) || recordCountAt(batch, 0) === 0)
    return answer.refuse(ErrorCode.INVALID_RECORD, 'the offsets of a batch count from 0, one for each record')
  if (producerIdAt(batch, 0) >= 0 && baseSequenceAt(batch, 0) < 0)
    return answer.refuse(ErrorCode.INVALID_RECORD, 'a batch of an idempotent producer has a sequence')
  if (hasLogAppendTime(batch, 0))
    return answer.refuse(ErrorCode.INVALID_TIMESTAMP, 'a producer does not set the time of appending')
  return 0
}

const reader = new RecordReader()

function refuseFault(fault: BatchFault, log: PartitionLog, answer: PartitionAnswer): number {
  if (fault.reason === 'records') return answer.refuseRecords(log, fault)
  return answer.refuse(fault.reason === 'too-large' ? ErrorCode.MESSAGE_TOO_LARGE : ErrorCode.CORRUPT_MESSAGE, fault.message)
}

function refusalMessage(refusal: number): string {
  switch (refusal) {
    case ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
      return 'records before these are missing: the sequence does not follow'
    case ErrorCode.INVALID_PRODUCER_EPOCH:
      return 'a newer instance of this producer has written here'
    case ErrorCode.INVALID_TXN_STATE:
      return 'a record outside of the transaction that this producer has open, or of one that it has not'
    case ErrorCode.TRANSACTION_ABORTABLE:
      return 'the partition was not added to the transaction'
    case ErrorCode.CONCURRENT_TRANSACTIONS:
    case ErrorCode.NOT_ENOUGH_REPLICAS:
      return 'the transaction before this one is not over yet'
    case ErrorCode.INVALID_PRODUCER_ID_MAPPING:
      return 'the transactional id belongs to another producer id'
    case ErrorCode.KAFKA_STORAGE_ERROR:
      return 'the disk takes nothing at the moment'
    default:
      return 'refused'
  }
}
