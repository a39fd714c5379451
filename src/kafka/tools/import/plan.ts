/**
 * What an import is going to do, and why it can't: everything that a Kafka left is read and checked before anything is written.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { MillraceError } from '../../../base/errors.ts'
import type { Files } from '../../../base/files.ts'
import { topicConfigs } from '../../broker/config/topic-config.ts'
import type { Meta } from '../../log/directory-files.ts'
import { parsePartitionDirectory } from '../../log/names.ts'
import { findingText } from '../finding.ts'
import { partitionFiles } from '../partition-files.ts'
import { placeOf, statusOf } from '../place.ts'
import { offsetsIn, recoveryPoints } from '../recovery-points.ts'
import { type PartitionReport, verifyPartition } from '../verify-partition.ts'
import { BROKER, CLIENT_METRICS, ClusterImage, type ClusterTopic, TOPIC } from './cluster-image.ts'
import { GroupImages } from './group-image.ts'
import { TransactionImages } from './transaction-image.ts'

export interface PartitionPlan {
  readonly name: string
  readonly partition: number
  readonly report: PartitionReport
  /** Segments that are taken, growing; none where the partition never had records. */
  readonly bases: readonly number[]
  readonly startOffset: number
  readonly leaderEpoch: number
}

export interface TopicPlan {
  readonly topic: ClusterTopic
  readonly configs: ReadonlyMap<string, string>
  readonly partitions: readonly PartitionPlan[]
}

export interface ImportPlan {
  readonly from: string
  readonly meta: Meta
  readonly cluster: ClusterImage
  readonly topics: readonly TopicPlan[]
  readonly groups: GroupImages
  readonly transactions: TransactionImages
  readonly clean: boolean
  readonly maxLeaderEpoch: number
  /** What is left behind, each in a sentence. */
  readonly notes: readonly string[]
}

export interface PlanRequest {
  readonly files: Files
  progress(bytes: number, totalBytes: number, at: string): void
}

/** Topics that a Kafka keeps for itself: what they say is taken, not they. */
const ownTopics: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state'])

export async function planImport(from: string, request: PlanRequest): Promise<ImportPlan> {
  const place = await placeOf(from)
  if (place.kind !== 'kafka') {
    throw new MillraceError('IMPORT_NOT_KAFKA', 'user', `${from} is no directory of Apache Kafka`, {
      hint: place.kind === 'millrace' ? 'it is one of Millrace already: start a broker on it' : 'name one of its log.dirs',
    })
  }
  if (place.user !== undefined) {
    throw new MillraceError('DATA_DIRECTORY_IN_USE', 'external', `${from} is in use by ${place.user}`, {
      hint: 'stop that Kafka',
    })
  }
  if ((await statusOf(join(from, '__cluster_metadata-0'))) === undefined) {
    throw refused(from, [
      'it has no __cluster_metadata-0: it is of a Kafka with ZooKeeper, or its metadata lies elsewhere (metadata.log.dir)',
    ])
  }
  return new Planner(from, place.meta, request).plan()
}

class Planner {
  readonly #from: string
  readonly #meta: Meta
  readonly #request: PlanRequest
  readonly #reasons: string[] = []
  readonly #notes: string[] = []
  #maxLeaderEpoch = 0
  #totalBytes = 0
  #doneBytes = 0

  constructor(from: string, meta: Meta, request: PlanRequest) {
    this.#from = from
    this.#meta = meta
    this.#request = request
  }

  async plan(): Promise<ImportPlan> {
    const { files } = this.#request
    const points = await recoveryPoints(files, this.#from, 'kafka')
    await this.#checkMetadata(points.clean)
    const cluster = await ClusterImage.read(files, this.#from)
    const names = new Set(await readdir(this.#from))
    for (const topic of cluster.topics.values()) this.#checkTopic(topic, cluster, names)
    // What is missing or elsewhere need not be read.
    this.#refuseIfAny()
    const starts = await offsetsIn(files, join(this.#from, 'log-start-offset-checkpoint'))
    for (const name of names)
      if (parsePartitionDirectory(name) !== undefined) this.#totalBytes += await bytesIn(join(this.#from, name))
    const topics: TopicPlan[] = []
    for (const topic of cluster.topics.values()) {
      const partitions: PartitionPlan[] = []
      for (const [partition, { leaderEpoch }] of [...topic.partitions].toSorted(([a], [b]) => a - b)) {
        const name = `${topic.name}-${partition}`
        this.#maxLeaderEpoch = Math.max(this.#maxLeaderEpoch, leaderEpoch)
        if (!names.has(name)) continue
        const recoveryPoint = points.clean ? undefined : (points.of(name) ?? 0)
        partitions.push(
          await this.#partition(topic, partition, { recoveryPoint, startOffset: starts.get(name) ?? 0, leaderEpoch }),
        )
      }
      if (!ownTopics.has(topic.name)) topics.push({ topic, configs: cluster.configsOf(TOPIC, topic.name), partitions })
    }
    const groups = new GroupImages()
    const transactions = new TransactionImages()
    for (const name of names) {
      const topic = parsePartitionDirectory(name)?.topic
      if (topic === '__consumer_offsets') await groups.read(files, this.#from, name)
      if (topic === '__transaction_state') await transactions.read(files, this.#from, name)
    }
    this.#reasons.push(...transactions.open, ...groups.open)
    this.#refuseIfAny()
    this.#noteWhatStays(cluster, groups)
    const { clean } = points
    const maxLeaderEpoch = this.#maxLeaderEpoch
    return {
      from: this.#from,
      meta: this.#meta,
      cluster,
      topics,
      groups,
      transactions,
      clean,
      maxLeaderEpoch,
      notes: this.#notes,
    }
  }

  /** Whatever it lacks would be missing without a word. */
  async #checkMetadata(clean: boolean): Promise<void> {
    const { files } = this.#request
    const known = { recoveryPoint: clean ? undefined : 0, startOffset: 0, progress() {} }
    const report = await verifyPartition(join(this.#from, '__cluster_metadata-0'), { files, deep: true, ...known })
    const [problem] = report.problems
    if (problem !== undefined) this.#reasons.push(`its metadata is damaged: ${findingText(problem)}`)
    this.#noteCut(report)
    this.#refuseIfAny()
  }

  /** What a crash left at the end of a log is not taken. */
  #noteCut({ notes }: PartitionReport): void {
    const cut = notes.find(note => note.what.includes('cuts off'))
    if (cut !== undefined) this.#notes.push(findingText(cut).replace('; the next start cuts off', ': left behind are'))
  }

  #checkTopic(topic: ClusterTopic, cluster: ClusterImage, names: ReadonlySet<string>): void {
    const reasons = this.#reasons
    for (const [number, { replicas, directories }] of topic.partitions) {
      const name = `${topic.name}-${number}`
      const others = replicas.filter(node => node !== this.#meta.nodeId)
      if (others.length > 0)
        reasons.push(
          `partition ${name} is on node ${others.join(', ')}: only a cluster of one node, here ${this.#meta.nodeId}, is taken over`,
        )
      else if (!names.has(name) && directories.some(id => !isReserved(id) && id !== this.#meta.directoryId))
        reasons.push(`partition ${name} lies in another one of the log.dirs; move all into one first (kafka-reassign-partitions)`)
    }
    for (let number = 0; number < topic.partitions.size; number++)
      if (!topic.partitions.has(number)) reasons.push(`topic ${topic.name} has no partition ${number}`)
    if (ownTopics.has(topic.name)) return
    for (const [key, value] of cluster.configsOf(TOPIC, topic.name)) {
      if (key === 'remote.storage.enable' && value === 'true') reasons.push(`topic ${topic.name} has segments in remote storage`)
      else if (topicConfigs.get(key) === undefined)
        reasons.push(`topic ${topic.name} has a property ${key} that is not known here`)
    }
  }

  async #partition(
    topic: ClusterTopic,
    partition: number,
    known: { readonly recoveryPoint: number | undefined; readonly startOffset: number; readonly leaderEpoch: number },
  ): Promise<PartitionPlan> {
    const name = `${topic.name}-${partition}`
    const directory = join(this.#from, name)
    const { bases, leftovers } = await partitionFiles(directory)
    const { recoveryPoint, startOffset, leaderEpoch } = known
    const progress = (bytes: number) => this.#request.progress((this.#doneBytes += bytes), this.#totalBytes, name)
    const report = await verifyPartition(directory, {
      files: this.#request.files,
      deep: false,
      recoveryPoint,
      startOffset,
      progress,
    })
    const [problem] = report.problems
    if (problem !== undefined) this.#reasons.push(`partition ${name} is damaged: ${findingText(problem)}`)
    if (report.topicId !== undefined && report.topicId !== topic.id)
      this.#reasons.push(`partition ${name} is of topic id ${report.topicId}, the metadata has ${topic.id}`)
    if (leftovers.some(file => file.endsWith('.swap')))
      this.#reasons.push(`partition ${name} was being compacted (${leftovers[0]}): start that Kafka once, and stop it`)
    if (!ownTopics.has(topic.name))
      for (const [producerId, offset] of report.openTransactions)
        this.#reasons.push(`partition ${name} has an open transaction of producer ${producerId} since offset ${offset}`)
    this.#noteCut(report)
    // A start would drop what stands behind a segment that is not whole.
    const taken = bases.slice(0, report.segments)
    return { name, partition, report, bases: taken, startOffset: Math.max(startOffset, taken[0] ?? 0), leaderEpoch }
  }

  #noteWhatStays(cluster: ClusterImage, groups: GroupImages): void {
    const notes = this.#notes
    for (const [name, configs] of cluster.configs.get(BROKER) ?? [])
      for (const [key, value] of configs)
        if (key !== 'min.insync.replicas')
          notes.push(
            `property ${key} of ${name === '' ? 'all brokers' : `broker ${name}`} (${/pass|key|jaas/.test(key) ? 'secret' : value}): give it to the broker`,
          )
    for (const name of cluster.configs.get(CLIENT_METRICS)?.keys() ?? []) notes.push(`subscription ${name} to metrics of clients`)
    if (cluster.tokens.size > 0) notes.push(`${cluster.tokens.size} delegation tokens`)
    for (const [group, kind] of groups.others) notes.push(`${kind} group ${group}`)
    if (cluster.unknown.size > 0) notes.push(`metadata records of ${[...cluster.unknown].join(', ')}, of a newer Kafka`)
  }

  #refuseIfAny(): void {
    if (this.#reasons.length > 0) throw refused(this.#from, this.#reasons)
  }
}

const SHOWN = 10

const refused = (from: string, reasons: readonly string[]): MillraceError =>
  new MillraceError(
    'IMPORT_REFUSED',
    'external',
    `${from} can't be imported: ${reasons.slice(0, SHOWN).join('; ')}${reasons.length > SHOWN ? `; and ${reasons.length - SHOWN} more` : ''}`,
    { hint: 'nothing was written. Transactions end when that Kafka runs: start it, let them end or abort them, stop it' },
  )

/** Ids that stand for no directory: unassigned, lost, migrating. */
const isReserved = (id: string): boolean => /^A{20}[A-Za-z0-9_-]{2}$/.test(id)

async function bytesIn(directory: string): Promise<number> {
  let sum = 0
  for (const base of (await partitionFiles(directory)).bases)
    sum += (await statusOf(join(directory, `${String(base).padStart(20, '0')}.log`)))?.size ?? 0
  return sum
}
