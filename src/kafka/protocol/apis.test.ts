import { expect, test } from 'vitest'
import { apiOf, apis, isFlexible, requestHeaderVersion, responseHeaderVersion } from './apis.ts'
import { decodeRequestHeader, encodeRequestHeader } from './request-header.ts'
import { decodeResponseHeader, encodeResponseHeader } from './response-header.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

test('rows stand by key, and their messages belong together', () => {
  const rows = Object.entries(apis)
  expect(rows.map(([, row]) => row.key)).toEqual(rows.map(([, row]) => row.key).toSorted((a, b) => a - b))
  for (const [name, { key, name: own, request, response }] of rows) {
    expect([own, request.name, response.name]).toEqual([name, `${name}Request`, `${name}Response`])
    expect([request.key, request.versions, request.flexible]).toEqual([response.key, response.versions, response.flexible])
    expect(apiOf(key)?.name).toBe(name)
  }
  expect(apiOf(4)).toBeUndefined()
  expect(apiOf(-1)).toBeUndefined()
})

test('Produce is advertised from 0 and accepted from 3 on', () => {
  expect(apis.Produce.advertised).toEqual({ min: 0, max: 13 })
  expect(apis.Produce.accepted).toEqual({ min: 3, max: 13 })
})

test('headers by API and version', () => {
  const { Fetch, ApiVersions, SaslHandshake, OffsetDelete } = apis
  expect(
    [11, 12].map(v => [isFlexible(Fetch.key, v), requestHeaderVersion(Fetch.key, v), responseHeaderVersion(Fetch.key, v)]),
  ).toEqual([
    [false, 1, 0],
    [true, 2, 1],
  ])
  expect([2, 3, 4].map(v => [requestHeaderVersion(ApiVersions.key, v), responseHeaderVersion(ApiVersions.key, v)])).toEqual([
    [1, 0],
    [2, 0],
    [2, 0],
  ])
  expect([SaslHandshake, OffsetDelete].map(row => isFlexible(row.key, 1))).toEqual([false, false])
  expect(isFlexible(999, 9)).toBe(false)
})

test('a request header is read before the rest is known', () => {
  const header = (digits: string) => {
    const reader = new Reader(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
    return { ...decodeRequestHeader(reader), left: reader.remaining }
  }
  expect(header('0001 000b 00000007 0003 666f6f')).toEqual({
    apiKey: 1,
    apiVersion: 11,
    correlationId: 7,
    clientId: 'foo',
    left: 0,
  })
  expect(header('0001 000c 00000007 0003 666f6f 00 aa')).toEqual({
    apiKey: 1,
    apiVersion: 12,
    correlationId: 7,
    clientId: 'foo',
    left: 1,
  })
  expect(header('0012 0063 00000007 ffff 00 aa')).toEqual({
    apiKey: 18,
    apiVersion: 99,
    correlationId: 7,
    clientId: null,
    left: 1,
  })
  expect(header('03e7 0000 00000007 ffff aa')).toEqual({ apiKey: 999, apiVersion: 0, correlationId: 7, clientId: null, left: 1 })
})

test('headers there and back, with and without tags', () => {
  for (const [key, version, tags] of [
    [apis.Fetch.key, 11, 0],
    [apis.Fetch.key, 12, 1],
    [apis.ApiVersions.key, 3, 0],
  ] as const) {
    const writer = new Writer()
    encodeResponseHeader(key, version, 7, writer)
    expect(writer.position).toBe(4 + tags)
    expect(decodeResponseHeader(key, version, new Reader(writer.take()))).toBe(7)
    const head = { apiKey: key, apiVersion: version, correlationId: 7, clientId: 'foo' }
    encodeRequestHeader(head, writer)
    const reader = new Reader(writer.take())
    expect(decodeRequestHeader(reader)).toEqual(head)
    reader.expectEnd()
  }
})

test('the version of DescribeLogDirs by which kafka-python knows a broker of 4.3 is advertised', () => {
  expect(apis.DescribeLogDirs.advertised).toEqual({ min: 1, max: 5 })
})
