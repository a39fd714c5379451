/** Properties of topics, brokers and groups, with where each comes from. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { KafkaClient } from '../client.ts'
import { check, unknownTopic } from './topics.ts'

export type ResourceKind = 'topic' | 'broker' | 'group'

const types: Readonly<Record<ResourceKind, number>> = { topic: 2, broker: 4, group: 32 }

const sources: Readonly<Record<number, string>> = {
  1: 'topic',
  2: 'broker',
  3: 'brokers',
  4: 'file',
  5: 'default',
  6: 'logger',
  7: 'client',
  8: 'group',
}

export interface ConfigEntry {
  readonly name: string
  /** Null where it is secret. */
  readonly value: string | null
  /** `topic` for what was set on the topic itself, `default` for what Kafka ships with. */
  readonly source: string
  readonly readOnly: boolean
  readonly sensitive: boolean
  readonly documentation: string | undefined
}

export function describeConfigs(client: KafkaClient, kind: ResourceKind, name: string): Promise<ConfigEntry[]> {
  return client.retry(async () => {
    const request = (version: number) => ({
      resources: [{ resourceType: types[kind], resourceName: name, configurationKeys: null }],
      ...(version >= 3 ? { includeDocumentation: true } : {}),
    })
    const answer = await (kind === 'broker'
      ? client.linkTo(Number(name)).ask('DescribeConfigs', request)
      : client.askAny('DescribeConfigs', request))
    return answer.results.flatMap(result => {
      if (result.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION && kind === 'topic') throw unknownTopic(name)
      check(result.errorCode, 'DescribeConfigs', `${kind} ${name}`, result.errorMessage)
      return result.configs.map(c => ({
        name: c.name,
        value: c.value,
        source: sources[c.configSource] ?? 'unknown',
        readOnly: c.readOnly,
        sensitive: c.isSensitive,
        documentation: c.documentation ?? undefined,
      }))
    })
  })
}

/** Sets properties, or with `null` takes back what was set. Others stay as they are. */
export async function alterConfigs(
  client: KafkaClient,
  kind: ResourceKind,
  name: string,
  changes: Readonly<Record<string, string | null>>,
): Promise<void> {
  const SET = 0
  const DELETE = 1
  await client.retry(async () => {
    const answer = await client.askController('IncrementalAlterConfigs', {
      resources: [
        {
          resourceType: types[kind],
          resourceName: name,
          configs: Object.entries(changes).map(([key, value]) => ({
            name: key,
            configOperation: value === null ? DELETE : SET,
            value,
          })),
        },
      ],
    })
    for (const { errorCode, errorMessage } of answer.responses) {
      if (errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION && kind === 'topic') throw unknownTopic(name)
      check(errorCode, 'IncrementalAlterConfigs', `${kind} ${name}`, errorMessage)
    }
  })
}
