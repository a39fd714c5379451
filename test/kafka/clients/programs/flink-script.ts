/** What a real Flink is asked to do with its connectors, and what has to come of it. `BROKER` and `REGISTRY` are addresses. */

export interface FlinkStatement {
  readonly sql: string
  /** Rows of the answer, in any order, as Flink prints them without its kinds of change; where rows are updated, those that are left. */
  readonly rows?: readonly string[]
  /** Rows are updated by their first column. */
  readonly keyed?: true
}

const kafka = (options: Readonly<Record<string, string>>): string =>
  Object.entries({ 'properties.bootstrap.servers': 'BROKER', ...options })
    .map(([key, value]) => `'${key}'='${value}'`)
    .join(', ')

const orders = {
  'connector': 'kafka',
  'topic': 'flink-orders',
  'properties.group.id': 'flink-orders',
  'scan.startup.mode': 'earliest-offset',
  'scan.bounded.mode': 'latest-offset',
  'format': 'json',
  'key.format': 'raw',
  'key.fields': 'name',
  'value.fields-include': 'ALL',
}

const once = {
  'connector': 'kafka',
  'topic': 'flink-once',
  'scan.startup.mode': 'earliest-offset',
  'scan.bounded.mode': 'latest-offset',
  'format': 'csv',
  'sink.delivery-guarantee': 'exactly-once',
  'sink.transactional-id-prefix': 'flink-once',
  'properties.transaction.timeout.ms': '60000',
  'properties.isolation.level': 'read_committed',
}

const upsert = (topic: string): string =>
  kafka({
    'connector': 'upsert-kafka',
    topic,
    'key.format': 'json',
    'value.format': 'json',
    'scan.bounded.mode': 'latest-offset',
  })

/** What is there before Flink comes: a topic, and groups that have read its first two orders, though no order has come. */
export const before = { topic: 'flink-orders', groups: ['begins-here', 'ends-here'], offset: 2 } as const

/**
 * Where a scan of the three orders begins or ends, and which it reads. Each has a group of its own: scans commit, at a checkpoint within
 * the three too, and their last commit may be lost when the job ends.
 */
const scans: readonly { readonly options: Readonly<Record<string, string>>; readonly ids: readonly number[] }[] = [
  { options: { 'scan.startup.mode': 'earliest-offset' }, ids: [1, 2, 3] },
  { options: { 'scan.startup.mode': 'latest-offset' }, ids: [] },
  { options: { 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '2000' }, ids: [2, 3] },
  { options: { 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': 'partition:0,offset:2' }, ids: [3] },
  {
    options: { 'scan.startup.mode': 'group-offsets', 'properties.group.id': 'new', 'properties.auto.offset.reset': 'earliest' },
    ids: [1, 2, 3],
  },
  { options: { 'scan.startup.mode': 'group-offsets', 'properties.group.id': before.groups[0] }, ids: [3] },
  { options: { 'scan.bounded.mode': 'timestamp', 'scan.bounded.timestamp-millis': '2500' }, ids: [1, 2] },
  { options: { 'scan.bounded.mode': 'specific-offsets', 'scan.bounded.specific-offsets': 'partition:0,offset:1' }, ids: [1] },
  { options: { 'scan.bounded.mode': 'group-offsets', 'properties.group.id': before.groups[1] }, ids: [1, 2] },
]

/** That nobody but Flink commits for. */
export const flinkGroups: readonly string[] = [orders['properties.group.id'], ...scans.map((_, at) => scanGroup(at))]

function scanGroup(at: number): string {
  return `scan-${at}`
}

const hint = (options: Readonly<Record<string, string>>): string =>
  `/*+ OPTIONS(${Object.entries(options)
    .map(([key, value]) => `'${key}'='${value}'`)
    .join(', ')}) */`

export const flinkScript: readonly FlinkStatement[] = [
  { sql: "SET 'execution.checkpointing.interval'='300ms'" },

  // Values, key, timestamp and headers there and back; the sink is at least once.
  {
    sql: `CREATE TABLE orders (id BIGINT, name STRING, price DOUBLE, off BIGINT METADATA FROM 'offset' VIRTUAL,
      ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', h MAP<STRING, BYTES> METADATA FROM 'headers') WITH (${kafka(orders)})`,
  },
  {
    sql: `INSERT INTO orders VALUES (1, 'a', 1.5, TO_TIMESTAMP_LTZ(1000, 3), MAP['k', X'0102']),
      (2, 'b', 2.5, TO_TIMESTAMP_LTZ(2000, 3), MAP['k', X'0102']), (3, 'a', 3.5, TO_TIMESTAMP_LTZ(3000, 3), MAP['k', X'FF'])`,
  },
  {
    sql: 'SELECT id, name, price, off, ts, h FROM orders',
    rows: [
      '1, a, 1.5, 0, 1970-01-01T00:00:01Z, {k=[1, 2]}',
      '2, b, 2.5, 1, 1970-01-01T00:00:02Z, {k=[1, 2]}',
      '3, a, 3.5, 2, 1970-01-01T00:00:03Z, {k=[-1]}',
    ],
  },

  // Exactly once: a transaction for each checkpoint. It commits its group's offsets, too.
  { sql: `CREATE TABLE once (id BIGINT) WITH (${kafka(once)})` },
  {
    sql: `CREATE TABLE numbers (id BIGINT) WITH ('connector'='datagen', 'fields.id.kind'='sequence', 'fields.id.start'='1',
      'fields.id.end'='2100', 'rows-per-second'='1000')`,
  },
  { sql: 'INSERT INTO once SELECT id FROM numbers' },
  { sql: `INSERT INTO once SELECT 10000 + id FROM orders` },

  // Updates and deletions by key.
  {
    sql: `CREATE TABLE counts (k BIGINT, c BIGINT, different BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH (${upsert('flink-counts')})`,
  },
  { sql: 'INSERT INTO counts SELECT id / 1000, COUNT(*), COUNT(DISTINCT id) FROM once GROUP BY id / 1000' },
  { sql: 'SELECT * FROM counts', keyed: true, rows: ['0, 999, 999', '1, 1000, 1000', '2, 101, 101', '10, 3, 3'] },
  { sql: `CREATE TABLE few (k BIGINT, c BIGINT, PRIMARY KEY (k) NOT ENFORCED) WITH (${upsert('flink-few')})` },
  { sql: 'INSERT INTO few SELECT k, c FROM counts WHERE c < 100' },
  { sql: 'SELECT * FROM few', keyed: true, rows: ['10, 3'] },

  // Where scans begin and end.
  {
    sql: scans
      .map(({ options }, at) => `SELECT ${at}, id FROM orders ${hint({ 'properties.group.id': scanGroup(at), ...options })}`)
      .join(' UNION ALL '),
    rows: scans.flatMap(({ ids }, at) => ids.map(id => `${at}, ${id}`)),
  },
  {
    sql: `CREATE TABLE matching (id BIGINT) WITH (${kafka({ 'connector': 'kafka', 'topic-pattern': 'flink-or.*', 'scan.startup.mode': 'earliest-offset', 'scan.bounded.mode': 'latest-offset', 'format': 'json' })})`,
  },
  { sql: 'SELECT id FROM matching', rows: ['1', '2', '3'] },

  // Avro with schemas in the registry.
  {
    sql: `CREATE TABLE avro (id BIGINT, name STRING, tags ARRAY<STRING>) WITH (${kafka({
      'connector': 'kafka',
      'topic': 'flink-avro',
      'scan.startup.mode': 'earliest-offset',
      'scan.bounded.mode': 'latest-offset',
      'format': 'avro-confluent',
      'avro-confluent.url': 'REGISTRY',
    })})`,
  },
  { sql: "INSERT INTO avro VALUES (1, 'a', ARRAY['x', 'y']), (2, CAST(NULL AS STRING), ARRAY['z'])" },
  { sql: 'SELECT * FROM avro', rows: ['1, a, [x, y]', '2, null, [z]'] },
]
