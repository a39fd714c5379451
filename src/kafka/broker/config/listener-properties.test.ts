import { expect, test } from 'vitest'
import { BrokerConfig } from './broker-settings.ts'
import { ListenerProperties } from './listener-properties.ts'

const properties = (given: Readonly<Record<string, string>>) => new ListenerProperties('EXTERNAL', new BrokerConfig(given))

test('the nearest that was said', () => {
  const given = {
    'connections.max.reauth.ms': '1',
    'listener.name.external.connections.max.reauth.ms': '2',
    'listener.name.external.plain.connections.max.reauth.ms': '3',
    'listener.name.internal.connections.max.reauth.ms': '4',
  }
  const name = 'connections.max.reauth.ms'
  expect(properties(given).number(name, 'PLAIN')).toBe(3)
  expect(properties(given).number(name, 'SCRAM-SHA-256')).toBe(2)
  expect(properties({ [name]: '1' }).number(name, 'PLAIN')).toBe(1)
  expect(properties({}).number(name)).toBe(0)
})

test('what is empty is not said', () => {
  expect(properties({ 'ssl.keystore.location': '' }).get('ssl.keystore.location')).toBeUndefined()
})

test.each([
  [{ 'listener.name.external.num.partitions': '1' }, "there is no property 'listener.name.external.num.partitions'"],
  [{ 'listener.name.external.ssl.client.auth': 'maybe' }, 'ssl.client.auth is one of none, requested, required'],
])('%j', (given, message) => {
  expect(() => properties(given)).toThrow(message)
})
