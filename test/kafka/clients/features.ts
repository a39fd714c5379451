/**
 * What clients are asked to do: rows of the table in docs/clients.md. Features of one area run in one process, one after the other.
 *
 * What a feature asks for is the same for every client; README.md says how a program is told and how it answers.
 */

export interface Area {
  readonly name: string
  /** For one client. A program that takes longer is ended, and what it has not answered has failed. */
  readonly timeoutMs: number
  /** By name: what has to hold for a `yes`. */
  readonly features: Readonly<Record<string, string>>
}

export const areas: readonly Area[] = [
  {
    name: 'codecs',
    timeoutMs: 40_000,
    features: {
      'uncompressed': 'a hundred records come back, in order',
      'gzip': 'the same, compressed',
      'snappy': 'the same',
      'lz4': 'the same',
      'zstd': 'the same',
    },
  },
  {
    name: 'records',
    timeoutMs: 60_000,
    features: {
      'keys': 'records of one key are in one partition of four, in order',
      'null keys and values': 'come back as null',
      'empty keys and values': 'come back as empty',
      'headers': 'come back in order, a name twice',
      'headers of bytes': 'bytes that are no text come back',
      'timestamps': "the producer's own, also backwards",
      'timestamps of the broker': 'where `message.timestamp.type` is `LogAppendTime`',
      'offsets by time': 'the first offset at or after a timestamp; none after the last',
      'acks 0, 1, all': 'records sent with each of them arrive',
      'large records': '5 MB in a topic whose `max.message.bytes` allows it; refused in one that does not',
      'many partitions': 'a record in each of 200 partitions, read by one consumer',
    },
  },
  {
    name: 'groups',
    timeoutMs: 90_000,
    features: {
      'rebalances': 'members join and leave, every record reaches the group, none is left out',
      'static members': 'a member that comes back within its session has its partitions again without a rebalance',
      'cooperative rebalances': 'a member keeps its partitions while another one joins',
      'KIP-848 groups': 'the protocol of `group.protocol=consumer`: two members share the partitions',
      'committed offsets': 'a new member goes on where the last one committed',
      'offset reset': 'earliest, latest, and back to a place of choice',
      'topics by pattern': 'a topic that comes later is found',
    },
  },
  {
    name: 'transactions',
    timeoutMs: 60_000,
    features: {
      'idempotent producer': 'a thousand records, each once and in order',
      'transactions': 'records of a commit appear in two partitions; a reader of committed records sees none before',
      'aborted transactions': 'are not seen by readers of committed records, but by others',
      'offsets in transactions': 'committed with the records, or not at all',
      'fencing': 'a producer is refused once another one has its transactional id',
    },
  },
  {
    name: 'admin',
    timeoutMs: 60_000,
    features: {
      'create topics': 'with partitions and configuration; one that exists is refused; names that are not allowed are refused',
      'list and describe topics': 'with partitions, leader and replicas',
      'delete topics': 'they are gone',
      'add partitions': 'from 1 to 3; fewer are refused',
      'describe configs': 'of a topic and of the broker',
      'alter configs': '`retention.ms` of a topic',
      'delete records': 'the first offset moves',
      'list offsets': 'earliest and latest',
      'list and describe groups': 'with state and members',
      'delete groups': 'an empty one; one with members is refused',
      'alter offsets of groups': 'the next member begins there',
      'describe cluster': 'one broker, which is the controller',
      'ACLs': 'added, listed, deleted',
    },
  },
  {
    name: 'security',
    timeoutMs: 60_000,
    features: {
      'PLAIN': 'SASL_PLAINTEXT',
      'SCRAM-SHA-256': 'SASL_PLAINTEXT',
      'SCRAM-SHA-512': 'SASL_PLAINTEXT',
      'OAUTHBEARER': 'SASL_PLAINTEXT, with a token of its own making',
      'wrong passwords': 'are refused, by PLAIN and SCRAM',
      'TLS': "the broker's certificate is checked; without its authority it is refused",
      'TLS client certificates': 'required by the listener',
      'SASL over TLS': 'SASL_SSL with SCRAM-SHA-512',
    },
  },
]

export type Answer =
  | { readonly kind: 'yes' }
  | { readonly kind: 'none'; readonly why: string | undefined }
  | { readonly kind: 'no'; readonly why: string }

/** Whether `--feature TEXT` asks for it: an area by its name, features by a part of theirs. */
export function isAskedFor(area: Area, feature: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some(text => area.name === text || feature.toLowerCase().includes(text.toLowerCase()))
}
