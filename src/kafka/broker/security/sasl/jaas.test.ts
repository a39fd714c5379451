import { expect, test } from 'vitest'
import { jaasOptions, jaasUsers } from './jaas.ts'

const MODULE = 'org.apache.kafka.common.security.plain.PlainLoginModule required'

test('users with their passwords', () => {
  const text = `${MODULE} \n username="admin" password=1234 \n user_admin="1234" user_alice="a \\"b\\" ;" ;`
  expect(Object.fromEntries(jaasUsers(text))).toEqual({ admin: '1234', alice: 'a "b" ;' })
  expect(jaasOptions(text).get('username')).toBe('admin')
})

test.each([
  ['', 'it begins with the name of a login module, and "required"'],
  ['user_alice="secret";', 'it begins with the name of a login module, and "required"'],
  [`${MODULE} user_alice="secret" ; more`, 'after 1 options something else follows than name="value"'],
  [`${MODULE} user_alice="secret`, 'after 0 options something else follows than name="value"'],
])('%j', (text, message) => {
  expect(() => jaasUsers(text)).toThrow(message)
})
