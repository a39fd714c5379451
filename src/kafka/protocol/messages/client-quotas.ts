/**
 * Limits by user, client id and address.
 *
 *     match types    0 exact, 1 the default, 2 any
 */
import { type MessageOf, api, array, bool, float64, int16, int32, int8, request, response, string } from '../schema.ts'

const DescribeClientQuotas = api('DescribeClientQuotas', { key: 48, versions: '0-1', flexible: '1+' })
const AlterClientQuotas = api('AlterClientQuotas', { key: 49, versions: '0-1', flexible: '1+' })

export const DescribeClientQuotasRequest = request(DescribeClientQuotas, {
  components: array({ entityType: string(), matchType: int8(), match: string().nullable() }),
  strict: bool(),
})
export type DescribeClientQuotasRequest = MessageOf<typeof DescribeClientQuotasRequest>

export const DescribeClientQuotasResponse = response(DescribeClientQuotas, {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string().nullable(),
  entries: array({
    entity: array({ entityType: string(), entityName: string().nullable() }),
    values: array({ key: string(), value: float64() }),
  }).nullable(),
})
export type DescribeClientQuotasResponse = MessageOf<typeof DescribeClientQuotasResponse>

export const AlterClientQuotasRequest = request(AlterClientQuotas, {
  entries: array({
    entity: array({ entityType: string(), entityName: string().nullable() }),
    ops: array({ key: string(), value: float64(), remove: bool() }),
  }),
  validateOnly: bool(),
})
export type AlterClientQuotasRequest = MessageOf<typeof AlterClientQuotasRequest>

export const AlterClientQuotasResponse = response(AlterClientQuotas, {
  throttleTimeMs: int32(),
  entries: array({
    errorCode: int16(),
    errorMessage: string().nullable(),
    entity: array({ entityType: string(), entityName: string().nullable() }),
  }),
})
export type AlterClientQuotasResponse = MessageOf<typeof AlterClientQuotasResponse>
