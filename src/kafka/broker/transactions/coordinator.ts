/**
 * Transactions: who may write under a transactional id, what belongs to the open transaction, and how it ends. A section of the
 * journal. Rules and error codes: Kafka's TransactionCoordinator, held to it by conversations with a real one (test/kafka/transactions).
 *
 *     initialize('t', …)                      A/0             fences whoever used 't' before
 *     add('t', A/0, [a-0], …)                                 journalled: the transaction is open
 *     end('t', A/0, 'commit', 2)              A/1             1. the decision is journalled, and durable
 *                                                             2. markers go to a-0, offsets to their groups
 *                                                             3. once they are durable, the next may begin
 *
 * After a crash what was decided is finished again, which does no harm, and what was open stays open until it is ended, takes too
 * long, or is fenced. Whatever a partition has open that no transaction here accounts for was never acknowledged and is aborted.
 */
import type { Clock, Timers } from '../../../base/clock.ts'
import type { LogDirectory } from '../../log/log-directory.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import type { JournalSection, StateJournal } from '../../log/state-journal.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import type { ProducerIds } from '../producer-ids.ts'
import { type MarkerContext, abortUnacknowledged, writeMarkers } from './markers.ts'
import { TransactionState, isOver, isPrepared } from './states.ts'
import { type Outcome, Transaction, type TransactionVersion, isLastEpoch } from './transaction.ts'
import { EntryKind, type TransactionEntry, decodeEntry, forgottenEntry, joinedEntry, wholeEntry } from './transaction-entries.ts'
import type { TransactionalOffsets } from './transactional-offsets.ts'

export interface ProducerEpoch {
  readonly producerId: number
  readonly epoch: number
}

export interface TransactionSettings {
  readonly transactionMaxTimeoutMs: number
  readonly transactionalIdExpirationMs: number
  readonly transactionScanMs: number
  readonly transactionExpiryScanMs: number
}

export interface CoordinatorContext {
  readonly clock: Clock
  readonly timers: Timers
  readonly directory: LogDirectory
  readonly producerIds: ProducerIds
  /** Who keeps the offsets of groups. */
  readonly offsets: TransactionalOffsets
  settings(): TransactionSettings
  log(level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>): void
}

/** An answer without a producer. */
const refused = (errorCode: number) => ({ errorCode, producerId: -1, epoch: -1 })

export interface EndedTransaction extends ProducerEpoch {
  readonly errorCode: number
  /** Resolves when the next transaction may begin. */
  readonly over?: Promise<void>
}

/** What the journal says of an id, before there are logs. */
interface ReplayedTransaction {
  entry: TransactionEntry
  readonly joined: TransactionEntry[]
}

export class TransactionCoordinator implements JournalSection, MarkerContext {
  readonly id = 5
  readonly name = 'transactions'
  readonly #context: CoordinatorContext
  readonly #transactions = new Map<string, Transaction>()
  #replayed: Map<string, ReplayedTransaction> | undefined = new Map()
  #journal: StateJournal | undefined
  /** Over in memory, and not yet in the journal: of use to the next start only, and put in behind the answers of this turn. */
  readonly #unsaved = new Set<Transaction>()
  /** Decided, with markers under way, and who waits for the end. */
  readonly #ending = new Map<Transaction, () => void>()
  running = true

  constructor(context: CoordinatorContext) {
    this.#context = context
  }

  get clock(): Clock {
    return this.#context.clock
  }

  get offsets(): TransactionalOffsets {
    return this.#context.offsets
  }

  get timers(): Timers {
    return this.#context.timers
  }

  get coordinatorEpoch(): number {
    return this.#context.directory.leaderEpoch
  }

  isThere(log: PartitionLog): boolean {
    return this.#context.directory.log(log.id.topicId, log.id.partition) === log
  }

  // ── the journal ───────────────────────────────────────────────────────────────────────────────────

  replay(bytes: Uint8Array): void {
    const entry = decodeEntry(bytes)
    const known = this.#replayed!.get(entry.transactionalId)
    if (entry.kind === EntryKind.Whole) this.#replayed!.set(entry.transactionalId, { entry, joined: [] })
    else if (entry.kind === EntryKind.Forgotten) this.#replayed!.delete(entry.transactionalId)
    else if (known?.entry.state === TransactionState.Ongoing) known.joined.push(entry)
  }

  *snapshot(): Iterable<Uint8Array> {
    for (const transaction of this.#transactions.values()) yield wholeEntry(transaction)
  }

  /** Takes up what the journal told, once there are logs and groups. */
  open(journal: StateJournal): void {
    this.#journal = journal
    for (const { entry, joined } of this.#replayed!.values()) {
      const transaction = new Transaction(entry.transactionalId, entry.producerId, entry.timeoutMs)
      transaction.previousProducerId = entry.previousProducerId
      transaction.nextProducerId = entry.nextProducerId
      transaction.epoch = entry.producerEpoch
      transaction.lastEpoch = entry.lastProducerEpoch
      transaction.state = entry.state as TransactionState
      transaction.version = entry.version === 2 ? 2 : 0
      transaction.startedMs = entry.startedMs
      transaction.updatedMs = entry.updatedMs
      for (const { topics, groups } of [entry, ...joined]) {
        for (const { topicId, partitions } of topics) {
          for (const partition of partitions) {
            const log = this.#context.directory.log(topicId, partition)
            if (log !== undefined) transaction.partitions.set(log, true)
          }
        }
        for (const group of groups) transaction.groups.add(group)
      }
      this.#transactions.set(entry.transactionalId, transaction)
    }
    this.#replayed = undefined
    this.#start()
  }

  /** Finishes what was decided before the last stop, and looks after transactions from now on. */
  #start(): void {
    for (const transaction of this.#transactions.values()) {
      if (!isPrepared(transaction.state)) continue
      this.#ending.set(transaction, () => {})
      this.#finish(transaction)
    }
    this.abortUnaccounted()
    this.#scanLater()
    this.#expireLater()
  }

  /** What is decided is finished, unless the disk does not let it; nothing is begun any more. */
  async close(): Promise<void> {
    const { committer } = this.#context.directory
    // A round for the decision, one for the markers.
    for (let rounds = 0; rounds < 3 && this.#ending.size > 0; rounds++) await committer.idle()
    this.running = false
    for (const transaction of this.#unsaved) this.#save(transaction)
  }

  // ── looking up ────────────────────────────────────────────────────────────────────────────────────

  get(transactionalId: string): Transaction | undefined {
    return this.#transactions.get(transactionalId)
  }

  get all(): Iterable<Transaction> {
    return this.#transactions.values()
  }

  // ── requests ──────────────────────────────────────────────────────────────────────────────────────

  /** `expected`: who the producer says it is, to go on after an error. */
  initialize(
    transactionalId: string,
    timeoutMs: number,
    expected: ProducerEpoch | undefined,
  ): ProducerEpoch & { readonly errorCode: number } {
    if (transactionalId === '') return refused(ErrorCode.INVALID_REQUEST)
    if (timeoutMs <= 0 || timeoutMs > this.#context.settings().transactionMaxTimeoutMs)
      return refused(ErrorCode.INVALID_TRANSACTION_TIMEOUT)
    let transaction = this.#transactions.get(transactionalId)
    if (transaction === undefined) {
      transaction = new Transaction(transactionalId, this.#context.producerIds.next(), timeoutMs)
      this.#transactions.set(transactionalId, transaction)
    }
    if (isPrepared(transaction.state)) return refused(ErrorCode.CONCURRENT_TRANSACTIONS)
    if (expected !== undefined && !mayBe(expected, transaction)) return refused(ErrorCode.PRODUCER_FENCED)
    if (transaction.state === TransactionState.Ongoing) {
      // The instance before is fenced at once; this one asks again when its transaction is over.
      this.#abort(transaction)
      return refused(ErrorCode.CONCURRENT_TRANSACTIONS)
    }
    const errorCode = this.#nextInstance(transaction, timeoutMs, expected?.epoch)
    if (errorCode !== ErrorCode.NONE) return refused(errorCode)
    this.#save(transaction)
    return { errorCode, producerId: transaction.producerId, epoch: transaction.epoch }
  }

  #nextInstance(transaction: Transaction, timeoutMs: number, expectedEpoch: number | undefined): number {
    const now = this.clock.nowMs()
    const { epoch, lastEpoch } = transaction
    if (expectedEpoch === undefined || expectedEpoch === epoch || epoch < 0) {
      if (transaction.epochsAreOver)
        transaction.rotate(this.#context.producerIds.next(), expectedEpoch !== undefined, timeoutMs, now)
      else transaction.bump(expectedEpoch === undefined ? -1 : epoch, timeoutMs, now)
      return ErrorCode.NONE
    }
    // It did not hear the answer, and asks again.
    if (expectedEpoch !== lastEpoch) return ErrorCode.PRODUCER_FENCED
    transaction.reset(timeoutMs, now)
    return ErrorCode.NONE
  }

  /** Partitions and groups become part of the transaction, which begins if none is open. */
  add(
    transactionalId: string,
    { producerId, epoch }: ProducerEpoch,
    logs: readonly PartitionLog[],
    groups: readonly string[],
    version: TransactionVersion,
  ): number {
    if (transactionalId === '') return ErrorCode.INVALID_REQUEST
    const transaction = this.#transactions.get(transactionalId)
    if (transaction === undefined) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
    if (isPrepared(transaction.state)) return ErrorCode.CONCURRENT_TRANSACTIONS
    if (transaction.producerId !== producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
    if (transaction.epoch !== epoch) return ErrorCode.PRODUCER_FENCED
    const begins = transaction.state !== TransactionState.Ongoing
    const freshLogs = logs.filter(log => !transaction.partitions.has(log))
    const freshGroups = groups.filter(group => !transaction.groups.has(group))
    // A batch of version 2 stands or falls with this entry: one without the other is aborted by the next start.
    for (const log of version === 2 ? logs : freshLogs) transaction.partitions.set(log, version === 2)
    for (const group of freshGroups) transaction.groups.add(group)
    if (!begins && freshLogs.length === 0 && freshGroups.length === 0) return ErrorCode.NONE
    const whole = begins || transaction.version !== version
    transaction.join(version, this.clock.nowMs())
    if (whole) this.#save(transaction)
    else this.#journal!.append(this.id, joinedEntry(transactionalId, freshLogs, freshGroups))
    if (version < 2) this.#usableOnceDurable(transaction.partitions, freshLogs)
    return ErrorCode.NONE
  }

  /** A client of version 0 writes once it is told; one that does not wait must not have records where the journal knows of no transaction. */
  #usableOnceDurable(partitions: Map<PartitionLog, boolean>, logs: readonly PartitionLog[]): void {
    const usable = () => {
      for (const log of logs) partitions.set(log, true)
    }
    const durable = this.#journal!.durable()
    if (durable === undefined) usable()
    else this.#after(durable, usable)
  }

  /** Is this partition part of the producer's open transaction? */
  verify(transactionalId: string, producer: ProducerEpoch, log: PartitionLog): number {
    const found = this.#find(transactionalId, producer)
    if (typeof found === 'number') return found
    return found.partitions.get(log) === true ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE
  }

  /** Are the group's offsets? */
  verifyGroup(transactionalId: string, producer: ProducerEpoch, groupId: string): number {
    const found = this.#find(transactionalId, producer)
    if (typeof found === 'number') return found
    return found.groups.has(groupId) ? ErrorCode.NONE : ErrorCode.TRANSACTION_ABORTABLE
  }

  #find(transactionalId: string, { producerId, epoch }: ProducerEpoch): Transaction | number {
    if (transactionalId === '') return ErrorCode.INVALID_REQUEST
    const transaction = this.#transactions.get(transactionalId)
    if (transaction === undefined || transaction.producerId !== producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
    if (transaction.epoch !== epoch) return ErrorCode.PRODUCER_FENCED
    return isPrepared(transaction.state) ? ErrorCode.CONCURRENT_TRANSACTIONS : transaction
  }

  end(transactionalId: string, producer: ProducerEpoch, outcome: Outcome, version: TransactionVersion): EndedTransaction {
    if (transactionalId === '') return refused(ErrorCode.INVALID_REQUEST)
    const transaction = this.#transactions.get(transactionalId)
    if (transaction === undefined) return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
    const errorCode = version < 2 ? endRefusal(transaction, producer) : endRefusal2(transaction, producer)
    if (errorCode !== ErrorCode.NONE) return refused(errorCode)
    const ended = (): EndedTransaction => ({
      errorCode: ErrorCode.NONE,
      producerId: transaction.producerId,
      epoch: transaction.epoch,
    })
    if (isOver(transaction.state)) {
      const repeated = version < 2 ? transaction.state !== TransactionState.Empty : isRetry(transaction, producer)
      if (repeated) return outcome === transaction.outcome ? ended() : refused(ErrorCode.INVALID_TXN_STATE)
      // Nothing is open. By version 2 it may be aborted all the same: who lost track of it gets a clean start.
      if (version < 2 || outcome === 'commit') return refused(ErrorCode.INVALID_TXN_STATE)
    }
    const nextProducerId = version === 2 && transaction.epochsAreOver ? this.#context.producerIds.next() : -1
    transaction.prepare(outcome, version, nextProducerId, this.clock.nowMs())
    const over = this.#decided(transaction)
    if (nextProducerId < 0) return { ...ended(), over }
    return { errorCode: ErrorCode.NONE, producerId: nextProducerId, epoch: 0, over }
  }

  // ── endings ───────────────────────────────────────────────────────────────────────────────────────

  /** Ends an open transaction in place of its producer, which is fenced. */
  #abort(transaction: Transaction): void {
    const nextProducerId = transaction.epochsAreOver ? this.#context.producerIds.next() : -1
    transaction.prepare('abort', 2, nextProducerId, this.clock.nowMs())
    void this.#decided(transaction)
  }

  #decided(transaction: Transaction): Promise<void> {
    const over = new Promise<void>(resolve => this.#ending.set(transaction, resolve))
    this.#save(transaction)
    const durable = this.#journal!.durable()
    if (durable === undefined) this.#finish(transaction)
    else this.#after(durable, () => this.#finish(transaction))
    return over
  }

  /** Markers and offsets of a decision that is durable. */
  #finish(transaction: Transaction): void {
    if (!this.running) return
    if (transaction.groups.size > 0)
      this.offsets.completeTransaction(transaction.producerId, [...transaction.groups], transaction.outcome)
    writeMarkers(transaction, this, () => {
      if (!this.running) return
      transaction.complete(this.clock.nowMs())
      this.#saveLater(transaction)
      const tell = this.#ending.get(transaction)
      this.#ending.delete(transaction)
      tell?.()
    })
  }

  #save(transaction: Transaction): void {
    this.#unsaved.delete(transaction)
    this.#journal!.append(this.id, wholeEntry(transaction))
  }

  /** Who waits for the end of a transaction need not wait for the note that it is over. */
  #saveLater(transaction: Transaction): void {
    this.#unsaved.add(transaction)
    setImmediate(() => {
      if (this.running && this.#unsaved.has(transaction)) this.#save(transaction)
    })
  }

  /** A journal that fails ends the directory, which is told elsewhere; nothing follows from what it lost. */
  #after(durable: Promise<void>, then: () => void): void {
    durable.then(then, error => this.#context.log('warn', 'transactions stand still', { error: (error as Error).message }))
  }

  // ── upkeep ────────────────────────────────────────────────────────────────────────────────────────

  #scanLater(): void {
    this.timers.after(this.#context.settings().transactionScanMs, () => {
      if (!this.running) return
      this.abortTimedOut()
      this.abortUnaccounted()
      this.#scanLater()
    })
  }

  /** Aborts what is open for longer than its producer said it would be. */
  abortTimedOut(): void {
    const now = this.clock.nowMs()
    for (const transaction of this.#transactions.values()) {
      if (transaction.state !== TransactionState.Ongoing || transaction.startedMs + transaction.timeoutMs >= now) continue
      const { transactionalId, producerId, epoch, timeoutMs } = transaction
      this.#context.log('info', 'a transaction took too long and is aborted', { transactionalId, producerId, epoch, timeoutMs })
      this.#abort(transaction)
    }
  }

  /** Aborts what partitions have open that is part of no transaction, so that it holds nobody up. */
  abortUnaccounted(): void {
    let busy: Map<number, Transaction> | undefined
    for (const log of this.#context.directory.logs) {
      if (log.producers.openTransactions === 0) continue
      busy ??= new Map(Array.from(this.#transactions.values(), transaction => [transaction.producerId, transaction]))
      for (const { producerId, epoch, transactionFirstOffset } of Array.from(log.producers.open())) {
        const transaction = busy.get(producerId)
        if (transaction !== undefined && !isOver(transaction.state) && transaction.partitions.has(log)) continue
        const { topic, partition } = log.id
        const fields = { topic, partition, producerId, epoch, firstOffset: transactionFirstOffset }
        this.#context.log('info', 'an unacknowledged transaction is aborted', fields)
        abortUnacknowledged(log, producerId, epoch, this)
      }
    }
  }

  #expireLater(): void {
    this.timers.after(this.#context.settings().transactionExpiryScanMs, () => {
      if (!this.running) return
      this.forgetUnused()
      this.#expireLater()
    })
  }

  /** Forgets ids that nobody used for long. */
  forgetUnused(): void {
    const before = this.clock.nowMs() - this.#context.settings().transactionalIdExpirationMs
    for (const transaction of this.#transactions.values()) {
      if (!isOver(transaction.state) || transaction.updatedMs > before) continue
      this.#transactions.delete(transaction.transactionalId)
      this.#unsaved.delete(transaction)
      this.#journal!.append(this.id, forgottenEntry(transaction.transactionalId))
    }
  }
}

/** May a producer that calls itself so go on as this one? Whether its epoch is right is another question. */
const mayBe = (expected: ProducerEpoch, { producerId, previousProducerId, epoch }: Transaction): boolean =>
  epoch < 0 || expected.producerId === producerId || (expected.producerId === previousProducerId && isLastEpoch(expected.epoch))

/** Up to version 1 the epoch stays the same, so the state says whether a request comes again. */
function endRefusal(transaction: Transaction, { producerId, epoch }: ProducerEpoch): number {
  if (transaction.producerId !== producerId) return ErrorCode.INVALID_PRODUCER_ID_MAPPING
  if (transaction.epoch !== epoch) return ErrorCode.PRODUCER_FENCED
  return isPrepared(transaction.state) ? ErrorCode.CONCURRENT_TRANSACTIONS : ErrorCode.NONE
}

/** With version 2 a request that comes again has the epoch before. */
function endRefusal2(transaction: Transaction, producer: ProducerEpoch): number {
  if (isPrepared(transaction.state)) return ErrorCode.CONCURRENT_TRANSACTIONS
  if (transaction.producerId !== producer.producerId && !isRetryOfLastEpoch(transaction, producer))
    return ErrorCode.INVALID_PRODUCER_ID_MAPPING
  if (transaction.epoch === producer.epoch) return ErrorCode.NONE
  const mayRepeat = transaction.state === TransactionState.CompleteCommit || transaction.state === TransactionState.CompleteAbort
  return mayRepeat && isRetry(transaction, producer) ? ErrorCode.NONE : ErrorCode.PRODUCER_FENCED
}

const isRetry = (transaction: Transaction, producer: ProducerEpoch): boolean =>
  (transaction.version === 2 && transaction.epoch === producer.epoch + 1) || isRetryOfLastEpoch(transaction, producer)

/** Its transaction ended with the last epoch, and brought a new producer id. */
const isRetryOfLastEpoch = ({ previousProducerId, epoch }: Transaction, producer: ProducerEpoch): boolean =>
  previousProducerId === producer.producerId && isLastEpoch(producer.epoch) && epoch === 0
