import { expect, test } from 'vitest'
import { acl } from '../../../../testing/acls.ts'
import { type AclFilter, matches } from './acl-filter.ts'
import { aclText } from './acl.ts'

const all = [
  'ALLOW User:alice from * READ on TOPIC orders',
  'ALLOW User:alice from * READ on TOPIC ord…',
  'DENY User:bob from 10.0.0.7 ALL on TOPIC orders…',
  'ALLOW User:* from * DESCRIBE on TOPIC *',
  'ALLOW User:alice from * READ on GROUP orders',
].map(acl)

const everything: AclFilter = {
  resourceType: 'ANY',
  patternType: 'ANY',
  resourceName: null,
  principal: null,
  host: null,
  operation: 'ANY',
  permission: 'ANY',
}

test.each<[Partial<AclFilter>, number[]]>([
  [{}, [0, 1, 2, 3, 4]],
  [{ resourceType: 'TOPIC' }, [0, 1, 2, 3]],
  [{ resourceType: 'TOPIC', resourceName: 'orders' }, [0, 2]],
  [{ resourceType: 'TOPIC', resourceName: 'orders', patternType: 'LITERAL' }, [0]],
  [{ resourceType: 'TOPIC', resourceName: 'orders', patternType: 'PREFIXED' }, [2]],
  [{ resourceType: 'TOPIC', resourceName: 'orders', patternType: 'MATCH' }, [0, 1, 2, 3]],
  [{ resourceType: 'TOPIC', resourceName: 'others', patternType: 'MATCH' }, [3]],
  [{ resourceType: 'TOPIC', resourceName: '*', patternType: 'LITERAL' }, [3]],
  [{ patternType: 'PREFIXED' }, [1, 2]],
  [{ patternType: 'MATCH' }, [0, 1, 2, 3, 4]],
  [{ principal: 'User:alice' }, [0, 1, 4]],
  [{ host: '10.0.0.7' }, [2]],
  [{ operation: 'ALL' }, [2]],
  [{ permission: 'DENY' }, [2]],
])('%j', (filter, found) => {
  expect(all.filter(one => matches({ ...everything, ...filter }, one)).map(one => all.indexOf(one))).toEqual(found)
})

test('as text', () => {
  expect(aclText(all[2]!)).toBe('DENY User:bob from 10.0.0.7 ALL on TOPIC orders…')
})
