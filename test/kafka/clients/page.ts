/** docs/clients.md: the table client × feature, as a run found it. */
import { type Answer, areas } from './features.ts'

export interface Column {
  readonly title: string
  readonly version: string
  readonly answers: ReadonlyMap<string, Answer>
  /** Why the answer may be `no`. */
  exceptionFor(feature: string): string | undefined
}

export function clientsPage(columns: readonly Column[]): string {
  const notes: string[] = []
  const noteOf = (reason: string): string => {
    const text = reason.replace(/\.?$/, '.')
    if (!notes.includes(text)) notes.push(text)
    return `[${notes.indexOf(text) + 1}](#notes)`
  }
  const cell = (column: Column, feature: string): string => {
    const answer = column.answers.get(feature)
    if (answer?.kind === 'yes') return 'yes'
    if (answer?.kind === 'none') return answer.why === undefined ? '–' : `– ${noteOf(answer.why)}`
    return `no ${noteOf(column.exceptionFor(feature)!)}`
  }
  const rows = areas.flatMap(area =>
    Object.entries(area.features).map(([feature, meaning]) => [
      `**${feature}**: ${meaning}`,
      ...columns.map(column => cell(column, feature)),
    ]),
  )
  const header = ['', ...columns.map(({ title, version }) => `${title} ${version}`)]
  return [
    '# Clients',
    '',
    'What clients of Kafka did with this broker: written by `npm run clients`, which fails where one of them does not get what it asked for.',
    '**yes**: it did, and what came back was looked at. **–**: the client has no such thing. **no**: the note says why.',
    '',
    ...[header, header.map(() => '---'), ...rows].map(cells => `| ${cells.join(' | ')} |`),
    '',
    '## Programs',
    '',
    '`npm run kafka-programs` runs what is made of these clients:',
    '',
    "- **Kafka's own tools** (topics, configs, groups, offsets, ACLs, transactions, console, performance and verifiable producers and consumers): 150 commands are asked of this broker and of a real Kafka 4.3, and have to print the same and end with the same code.",
    '- **A Kafka Streams application** with `exactly_once_v2`, a repartition and a changelog topic, is killed twice, once losing its state, and so is the broker, again and again: every count it committed is there once.',
    '- **Kafka Connect**: two workers copy a file exactly once to a topic and the topic to a file, while the broker is killed, and then a worker.',
    '- **MirrorMaker** between this broker and a real Kafka, both ways and exactly once: records, and how far groups have read.',
    "- **A real Flink 2.3**: `kafka` (at least once and exactly once, all startup and bounded modes, topics by pattern, headers, keys and timestamps), `upsert-kafka` with deletions, and `avro-confluent` with this broker's schema registry.",
    "- **franz-go's own tests**, its chains of groups and of transactions among them, these also over connections that die within a second or so; left out are two that look for the topic `__consumer_offsets`.",
    ...(notes.length === 0 ? [] : ['', '## Notes', '', ...notes.map((text, at) => `${at + 1}. ${text}`)]),
    '',
  ].join('\n')
}
