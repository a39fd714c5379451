/**
 * Properties of resources.
 *
 *     resource types     2 topic, 4 broker, 8 broker logger, 16 client metrics, 32 group
 *     sources            1 topic, 2 broker, 3 all brokers, 4 the broker's file, 5 default, 6 broker logger, 7 client metrics, 8 group
 *     types              1 boolean, 2 string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password
 *     operations         0 set, 1 delete, 2 append, 3 subtract
 */
import { type MessageOf, api, array, bool, int16, int32, int8, request, response, string } from '../schema.ts'

const DescribeConfigs = api('DescribeConfigs', { key: 32, versions: '1-4', flexible: '4+' })
const AlterConfigs = api('AlterConfigs', { key: 33, versions: '0-2', flexible: '2+' })
const IncrementalAlterConfigs = api('IncrementalAlterConfigs', { key: 44, versions: '0-1', flexible: '1+' })
const ListConfigResources = api('ListConfigResources', { key: 74, versions: '0-1', flexible: '0+' })

export const DescribeConfigsRequest = request(DescribeConfigs, {
  resources: array({
    resourceType: int8(),
    resourceName: string(),
    configurationKeys: array(string()).nullable(),
  }),
  includeSynonyms: bool(),
  includeDocumentation: bool('3+'),
})
export type DescribeConfigsRequest = MessageOf<typeof DescribeConfigsRequest>

export const DescribeConfigsResponse = response(DescribeConfigs, {
  throttleTimeMs: int32(),
  results: array({
    errorCode: int16(),
    errorMessage: string().nullable(),
    resourceType: int8(),
    resourceName: string(),
    configs: array({
      name: string(),
      value: string().nullable(),
      readOnly: bool(),
      configSource: int8().default(-1).ignorable(),
      isSensitive: bool(),
      synonyms: array({ name: string(), value: string().nullable(), source: int8() }).ignorable(),
      configType: int8('3+').ignorable(),
      documentation: string('3+').nullable().ignorable(),
    }),
  }),
})
export type DescribeConfigsResponse = MessageOf<typeof DescribeConfigsResponse>

export const AlterConfigsRequest = request(AlterConfigs, {
  resources: array({
    resourceType: int8(),
    resourceName: string(),
    configs: array({ name: string(), value: string().nullable() }),
  }),
  validateOnly: bool(),
})
export type AlterConfigsRequest = MessageOf<typeof AlterConfigsRequest>

export const AlterConfigsResponse = response(AlterConfigs, {
  throttleTimeMs: int32(),
  responses: array({
    errorCode: int16(),
    errorMessage: string().nullable(),
    resourceType: int8(),
    resourceName: string(),
  }),
})
export type AlterConfigsResponse = MessageOf<typeof AlterConfigsResponse>

export const IncrementalAlterConfigsRequest = request(IncrementalAlterConfigs, {
  resources: array({
    resourceType: int8(),
    resourceName: string(),
    configs: array({ name: string(), configOperation: int8(), value: string().nullable() }),
  }),
  validateOnly: bool(),
})
export type IncrementalAlterConfigsRequest = MessageOf<typeof IncrementalAlterConfigsRequest>

export const IncrementalAlterConfigsResponse = response(IncrementalAlterConfigs, {
  throttleTimeMs: int32(),
  responses: array({
    errorCode: int16(),
    errorMessage: string().nullable(),
    resourceType: int8(),
    resourceName: string(),
  }),
})
export type IncrementalAlterConfigsResponse = MessageOf<typeof IncrementalAlterConfigsResponse>

export const ListConfigResourcesRequest = request(ListConfigResources, { resourceTypes: array('1+', int8()) })
export type ListConfigResourcesRequest = MessageOf<typeof ListConfigResourcesRequest>

export const ListConfigResourcesResponse = response(ListConfigResources, {
  throttleTimeMs: int32(),
  errorCode: int16(),
  configResources: array({ resourceName: string(), resourceType: int8('1+').default(16).ignorable() }),
})
export type ListConfigResourcesResponse = MessageOf<typeof ListConfigResourcesResponse>
