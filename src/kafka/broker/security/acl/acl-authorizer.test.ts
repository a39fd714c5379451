import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { acl } from '../../../../testing/acls.ts'
import type { AclOperation, ResourceType } from '../authorizer.ts'
import { AclAuthorizer, canonicalHost } from './acl-authorizer.ts'
import { AclTable } from './acl-table.ts'
import { type Acl, EVERYBODY, WILDCARD } from './acl.ts'

const NOBODY: ReadonlySet<string> = new Set()

function authorizer(acls: readonly Acl[], options: { superUsers?: ReadonlySet<string>; allowEveryoneIfNoAcl?: boolean } = {}) {
  const table = new AclTable()
  for (const one of acls) table.add(one)
  return { table, decider: new AclAuthorizer(table, { superUsers: NOBODY, allowEveryoneIfNoAcl: false, ...options }) }
}

/** `alice@10.0.0.1 READ TOPIC orders` */
function asks(text: string) {
  const [who, operation, type, name] = text.split(' ') as [string, AclOperation, ResourceType, string | undefined]
  const [user, host = '10.0.0.1'] = who.split('@')
  return { principal: `User:${user}`, host, operation, type, name }
}

function may(text: string, acls: readonly string[], options = {}): boolean {
  const { principal, host, operation, type, name } = asks(text)
  return authorizer(acls.map(acl), options).decider.allows(principal, host, operation, type, name!)
}

describe('who may', () => {
  test.each<[string, boolean, string[]]>([
    ['alice READ TOPIC orders', false, []],
    ['alice READ TOPIC orders', true, ['ALLOW User:alice READ on TOPIC orders']],
    ['alice WRITE TOPIC orders', false, ['ALLOW User:alice READ on TOPIC orders']],
    ['bob READ TOPIC orders', false, ['ALLOW User:alice READ on TOPIC orders']],
    ['alice READ TOPIC others', false, ['ALLOW User:alice READ on TOPIC orders']],
    ['alice READ GROUP orders', false, ['ALLOW User:alice READ on TOPIC orders']],
    ['bob READ TOPIC orders', true, ['ALLOW User:* READ on TOPIC orders']],
    ['alice READ TOPIC orders', true, ['ALLOW User:alice READ on TOPIC *']],
    ['alice READ TOPIC orders-eu', true, ['ALLOW User:alice READ on TOPIC orders…']],
    ['alice READ TOPIC orders', true, ['ALLOW User:alice READ on TOPIC orders…']],
    ['alice READ TOPIC order', false, ['ALLOW User:alice READ on TOPIC orders…']],
    ['alice DELETE TOPIC orders', true, ['ALLOW User:alice ALL on TOPIC orders']],
    // One thing implies another, where it is allowed …
    ['alice DESCRIBE TOPIC orders', true, ['ALLOW User:alice READ on TOPIC orders']],
    ['alice DESCRIBE TOPIC orders', true, ['ALLOW User:alice ALTER on TOPIC orders']],
    ['alice DESCRIBE TOPIC orders', false, ['ALLOW User:alice CREATE on TOPIC orders']],
    ['alice DESCRIBE_CONFIGS TOPIC orders', true, ['ALLOW User:alice ALTER_CONFIGS on TOPIC orders']],
    // … and not where it is denied.
    ['alice DESCRIBE TOPIC orders', true, ['ALLOW User:alice DESCRIBE on TOPIC *', 'DENY User:alice READ on TOPIC orders']],
    ['alice DESCRIBE TOPIC orders', false, ['ALLOW User:alice DESCRIBE on TOPIC *', 'DENY User:alice ALL on TOPIC orders']],
    // Whatever denies wins.
    ['alice READ TOPIC orders', false, ['ALLOW User:alice READ on TOPIC orders', 'DENY User:* READ on TOPIC ord…']],
    ['alice READ TOPIC orders', false, ['DENY User:alice READ on TOPIC *', 'ALLOW User:alice READ on TOPIC orders']],
    ['alice READ TOPIC orders', true, ['DENY User:bob READ on TOPIC *', 'ALLOW User:alice READ on TOPIC orders']],
    // Hosts.
    ['alice@10.0.0.7 READ TOPIC orders', true, ['ALLOW User:alice from 10.0.0.7 READ on TOPIC orders']],
    ['alice@10.0.0.8 READ TOPIC orders', false, ['ALLOW User:alice from 10.0.0.7 READ on TOPIC orders']],
    ['alice@10.0.0.7 READ TOPIC orders', false, ['ALLOW User:alice READ on TOPIC *', 'DENY User:* from 10.0.0.7 ALL on TOPIC *']],
    ['alice@::1 READ TOPIC orders', true, ['ALLOW User:alice from 0:0:0:0:0:0:0:1 READ on TOPIC orders']],
  ])('%s: %s', (question, allowed, acls) => {
    expect(may(question, acls)).toBe(allowed)
  })

  test('super users, whatever is denied', () => {
    const superUsers = new Set(['User:admin'])
    expect(may('admin DELETE TOPIC orders', ['DENY User:* ALL on TOPIC *'], { superUsers })).toBe(true)
  })

  test('everyone, where no ACL speaks of the resource', () => {
    const open = { allowEveryoneIfNoAcl: true }
    expect(may('alice READ TOPIC orders', [], open)).toBe(true)
    expect(may('alice READ TOPIC orders', ['ALLOW User:bob WRITE on TOPIC orders'], open)).toBe(false)
    expect(may('alice READ TOPIC others', ['ALLOW User:bob WRITE on TOPIC orders'], open)).toBe(true)
  })
})

describe('who may something', () => {
  test.each<[string, boolean, string[]]>([
    ['alice WRITE TOPIC', false, []],
    ['alice WRITE TOPIC', true, ['ALLOW User:alice WRITE on TOPIC orders']],
    ['alice WRITE TOPIC', true, ['ALLOW User:* ALL on TOPIC orders…']],
    ['alice WRITE TOPIC', false, ['ALLOW User:bob WRITE on TOPIC orders']],
    ['alice WRITE TOPIC', false, ['ALLOW User:alice WRITE on TOPIC orders', 'DENY User:alice WRITE on TOPIC orders']],
    ['alice WRITE TOPIC', false, ['ALLOW User:alice WRITE on TOPIC orders', 'DENY User:alice WRITE on TOPIC ord…']],
    ['alice WRITE TOPIC', true, ['ALLOW User:alice WRITE on TOPIC orders…', 'DENY User:alice WRITE on TOPIC orders']],
    ['alice WRITE TOPIC', true, ['ALLOW User:alice WRITE on TOPIC orders', 'DENY User:alice WRITE on TOPIC orders-…']],
    ['alice WRITE TOPIC', false, ['ALLOW User:alice WRITE on TOPIC *', 'DENY User:alice ALL on TOPIC *']],
    ['alice WRITE TOPIC', true, ['ALLOW User:alice WRITE on TOPIC *', 'DENY User:alice ALL on TOPIC orders']],
  ])('%s: %s', (question, allowed, acls) => {
    const { principal, host, operation, type } = asks(question)
    expect(authorizer(acls.map(acl)).decider.allowsAny(principal, host, operation, type)).toBe(allowed)
  })
})

test('a decision holds until an ACL changes', () => {
  const { table, decider } = authorizer([])
  const asked = () => decider.allows('User:alice', '10.0.0.1', 'READ', 'TOPIC', 'orders')
  const allowed = acl('ALLOW User:alice READ on TOPIC orders')
  expect(asked()).toBe(false)
  table.add(allowed)
  expect(asked()).toBe(true)
  table.remove(allowed)
  expect(asked()).toBe(false)
})

test('addresses have one form', () => {
  expect(['0:0:0:0:0:0:0:1', 'FE80::0001', '::ffff:10.0.0.1', '10.0.0.1', '*'].map(canonicalHost)).toEqual([
    '::1',
    'fe80::1',
    '10.0.0.1',
    '10.0.0.1',
    '*',
  ])
})

// ── the same, decided by looking at every ACL each time ──

const implied: Readonly<Record<string, readonly string[]>> = {
  DESCRIBE: ['READ', 'WRITE', 'DELETE', 'ALTER'],
  DESCRIBE_CONFIGS: ['ALTER_CONFIGS'],
}

function naive(
  acls: readonly Acl[],
  principal: string,
  host: string,
  operation: string,
  type: string,
  name: string,
  open: boolean,
) {
  const about = acls.filter(
    one =>
      one.resourceType === type &&
      (one.patternType === 'PREFIXED' ? name.startsWith(one.resourceName) : [name, WILDCARD].includes(one.resourceName)),
  )
  const ours = about.filter(one => [principal, EVERYBODY].includes(one.principal) && [host, WILDCARD].includes(one.host))
  if (ours.some(one => one.permission === 'DENY' && [operation, 'ALL'].includes(one.operation))) return false
  const enough = [operation, 'ALL', ...(implied[operation] ?? [])]
  if (ours.some(one => one.permission === 'ALLOW' && enough.includes(one.operation))) return true
  return open && about.length === 0
}

const names = ['a', 'ab', 'abc', 'b']
const anyPrincipal = fc.constantFrom('User:alice', 'User:bob', 'User:carol')
const anyHost = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3')
const anyType = fc.constantFrom('TOPIC' as const, 'GROUP' as const)
const anyOperation = fc.constantFrom('READ' as const, 'WRITE' as const, 'DESCRIBE' as const, 'DESCRIBE_CONFIGS' as const)
const anyAcl: fc.Arbitrary<Acl> = fc.record({
  resourceType: anyType,
  patternType: fc.constantFrom('LITERAL' as const, 'PREFIXED' as const),
  resourceName: fc.constantFrom(...names, WILDCARD),
  principal: fc.oneof(fc.constant(EVERYBODY), anyPrincipal),
  host: fc.oneof(fc.constant(WILDCARD), anyHost),
  operation: fc.oneof(anyOperation, fc.constantFrom('ALL' as const, 'ALTER_CONFIGS' as const)),
  permission: fc.constantFrom('ALLOW' as const, 'ALLOW' as const, 'DENY' as const),
})
const anyStep = fc.oneof(
  fc.record({ add: anyAcl }),
  fc.record({ remove: anyAcl }),
  fc.record({ who: anyPrincipal, host: anyHost, operation: anyOperation, type: anyType, name: fc.constantFrom(...names) }),
)

test('it decides as looking at every ACL does, through all changes', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 60 }), fc.boolean(), (steps, open) => {
      const { table, decider } = authorizer([], { allowEveryoneIfNoAcl: open })
      for (const step of steps) {
        if ('add' in step) table.add(step.add)
        else if ('remove' in step) table.remove(step.remove)
        else {
          const { who, host, operation, type, name } = step
          const expected = naive([...table.all], who, host, operation, type, name, open)
          expect(decider.allows(who, host, operation, type, name)).toBe(expected)
          if (!open && names.some(one => naive([...table.all], who, host, operation, type, one, false)) && operation === 'WRITE')
            expect(decider.allowsAny(who, host, operation, type)).toBe(true)
        }
      }
    }),
    { numRuns: 300 },
  )
})
