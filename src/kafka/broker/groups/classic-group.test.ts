import { describe, expect, test } from 'vitest'
import { type TestBroker, testBroker } from '../../../testing/broker.ts'
import { play, tidy } from '../../../testing/group-script.ts'

/** With topics t and u, of three partitions each. */
async function broker(properties: Readonly<Record<string, string>> = {}): Promise<TestBroker> {
  const made = await testBroker({ properties })
  const admin = made.connect('admin')
  await admin.createTopic('t', 3)
  await admin.createTopic('u', 3)
  return made
}

async function plays(script: string, properties?: Readonly<Record<string, string>>): Promise<void> {
  const made = await broker(properties)
  expect(await play(made, script)).toBe(tidy(script))
  await made.stop()
}

/** A stable group of ann, who leads, and bob. */
const stable = `
  ann join                       → ann MEMBER_ID_REQUIRED
  ann join
  bob join                       → bob MEMBER_ID_REQUIRED
  bob join
  +6000                          → ann generation 1, leads ann bob; bob generation 1
  ann sync ann=A bob=B           → ann A
  bob sync                       → bob B`

describe('a generation', () => {
  test('members meet, the leader assigns, everybody gets theirs', () =>
    plays(`
      ann join                       → ann MEMBER_ID_REQUIRED
      ann join
      bob join                       → bob MEMBER_ID_REQUIRED
      bob join
      group                          → PreparingRebalance ann bob
      +5999
      +1                             → ann generation 1, leads ann bob; bob generation 1
      group                          → CompletingRebalance ann bob
      bob sync
      ann heartbeat                  → ann ok
      ann sync ann=A bob=B           → ann A; bob B
      group                          → Stable ann=A bob=B
    `))

  test('a group that fills waits as long as more members come, up to the rebalance timeout', () =>
    plays(`
      ann join version=3 rebalance=8000
      +2000
      bob join version=3 rebalance=8000
      +2000
      eve join version=3 rebalance=8000
      +2000
      dan join version=3 rebalance=8000
      +1999
      +1                             → ann generation 1, leads ann bob dan eve; bob generation 1; dan generation 1; eve generation 1
    `))

  test('without a delay the first member begins at once', () =>
    plays(
      `
      ann join version=3
      +0                             → ann generation 1, leads ann
      `,
      { 'group.initial.rebalance.delay.ms': '0' },
    ))

  test('another member begins a new one; the others learn it by their heartbeats', () =>
    plays(`${stable}
      eve join version=3
      group                          → PreparingRebalance ann bob eve
      ann heartbeat                  → ann REBALANCE_IN_PROGRESS
      ann sync                       → ann REBALANCE_IN_PROGRESS
      ann join
      bob join                       → ann generation 2, leads ann bob eve; bob generation 2; eve generation 2
      bob heartbeat generation=1     → bob ILLEGAL_GENERATION
      bob sync generation=1          → bob ILLEGAL_GENERATION
      eve sync
      bob sync
      ann sync ann=A eve=E           → ann A; bob nothing; eve E
    `))

  test('those who do not come in time are out', () =>
    plays(`${stable}
      eve join version=3
      +5000
      ann join
      bob heartbeat                  → bob REBALANCE_IN_PROGRESS
      +9999                          
      bob heartbeat                  → bob REBALANCE_IN_PROGRESS
      +9999
      bob heartbeat                  → bob REBALANCE_IN_PROGRESS
      +9999
      bob heartbeat                  → bob REBALANCE_IN_PROGRESS
      +9999
      bob heartbeat                  → bob REBALANCE_IN_PROGRESS
      +9999
      bob heartbeat                  → bob REBALANCE_IN_PROGRESS
      +5005                          → ann generation 2, leads ann eve; eve generation 2
      bob heartbeat                  → bob UNKNOWN_MEMBER_ID
    `))

  test('a leader that does not come is replaced', () =>
    plays(`${stable}
      eve join version=3
      bob join
      +10000                         → bob generation 2, leads bob eve; eve generation 2
    `))

  test('a leader that joins again wants to assign anew; a follower that has nothing new is told what stands', () =>
    plays(`${stable}
      bob join                       → bob generation 1
      bob sync                       → bob B
      ann join
      bob join                       → ann generation 2, leads ann bob; bob generation 2
      bob join                       → bob generation 2
      ann join                       → ann generation 2, leads ann bob
    `))

  test('other metadata begins a new one, before the leader has assigned too', () =>
    plays(`${stable}
      bob join protocols=range:other
      ann join                       → ann generation 2, leads ann bob; bob generation 2
      bob sync
      ann join protocols=range:more  → bob REBALANCE_IN_PROGRESS
      bob join protocols=range:other → ann generation 3, leads ann bob; bob generation 3
    `))

  test('members vote for a way to assign that all know', () =>
    plays(`
      ann join version=3 protocols=range:x,rr:x,sticky:x
      bob join version=3 protocols=sticky:x,rr:x
      eve join version=3 protocols=sticky:x,rr:x
      dan join version=3 protocols=other:x → dan INCONSISTENT_GROUP_PROTOCOL
      dan join version=3 type=connect      → dan INCONSISTENT_GROUP_PROTOCOL
      +6000                                → ann generation 1, leads ann bob eve, sticky; bob generation 1, sticky; eve generation 1, sticky
      ann sync protocol=range              → ann INCONSISTENT_GROUP_PROTOCOL
      ann sync protocol=sticky ann=A       → ann A
    `))

  test('who was told of the generation and never came for its assignment is out', () =>
    plays(`
      ann join version=3 rebalance=5000
      bob join version=3 rebalance=5000
      +5000                          → ann generation 1, leads ann bob; bob generation 1
      ann sync ann=A bob=B           → ann A
      +4999
      ann heartbeat                  → ann ok
      +1
      ann heartbeat                  → ann REBALANCE_IN_PROGRESS
      ann join                       → ann generation 2, leads ann
      bob sync                       → bob UNKNOWN_MEMBER_ID
    `))
})

describe('being a member', () => {
  test('silence ends it', () =>
    plays(`${stable}
      +6000
      bob heartbeat                  → bob ok
      +4000
      group                          → PreparingRebalance bob
      ann heartbeat                  → ann UNKNOWN_MEMBER_ID
      bob join                       → bob generation 2, leads bob
      +20000
      group                          → Empty
    `))

  test('who commits is alive; who waits need say nothing', () =>
    plays(`${stable}
      +9000
      ann commit t-0@1               → ann ok
      bob commit t-1@1               → bob ok
      +9000
      ann heartbeat                  → ann ok
      bob heartbeat                  → bob ok
      eve join version=3
      ann join
      +50000                         → ann generation 2, leads ann eve; eve generation 2
    `))

  test('an id that was given and never joined with is given up after a session', () =>
    plays(`${stable}
      eve join                       → eve MEMBER_ID_REQUIRED
      ann join
      bob join
      +9999                          
      +1                             → ann generation 2, leads ann bob; bob generation 2
      eve join                       → eve UNKNOWN_MEMBER_ID
    `))

  test('a new member that never comes back for its answer is given up after five minutes', () =>
    plays(`
      ann join version=3 rebalance=600000 session=300000
      +3000                          → ann generation 1, leads ann
      ann sync ann=A                 → ann A
      bob join version=3 rebalance=600000
      +299999
      ann heartbeat                  → ann REBALANCE_IN_PROGRESS
      +1                             → bob UNKNOWN_MEMBER_ID
      ann join                       → ann generation 2, leads ann
    `))

  test('leaving begins a new generation, the last one leaves an empty group', () =>
    plays(`${stable}
      bob leave                      → bob ok
      bob leave                      → bob UNKNOWN_MEMBER_ID
      ann heartbeat                  → ann REBALANCE_IN_PROGRESS
      ann join                       → ann generation 2, leads ann
      ann leave version=1            → ann ok
      group                          → Empty
      ann heartbeat                  → ann UNKNOWN_MEMBER_ID
      ann sync                       → ann UNKNOWN_MEMBER_ID
      ann join                       → ann UNKNOWN_MEMBER_ID
      eve join version=3
      +3000                          → eve generation 4, leads eve
    `))

  test('who leaves while it waits is told so', () =>
    plays(`${stable}
      eve join version=3
      ann join
      admin leave id=somebody        → admin UNKNOWN_MEMBER_ID
      bob leave                      → ann generation 2, leads ann eve; bob ok; eve generation 2
    `))

  test('an unknown group or id', () =>
    plays(
      `
      ann heartbeat generation=1     → ann UNKNOWN_MEMBER_ID
      ann sync generation=1          → ann UNKNOWN_MEMBER_ID
      ann leave                      → ann UNKNOWN_MEMBER_ID
      ann leave version=1            → ann UNKNOWN_MEMBER_ID
      bob join id=bob                → bob UNKNOWN_MEMBER_ID
      ann join session=5999          → ann INVALID_SESSION_TIMEOUT
      ann join session=1800001       → ann INVALID_SESSION_TIMEOUT
      ann join protocols=range:x type= → ann INCONSISTENT_GROUP_PROTOCOL
      group                          → Empty
    `,
    ))

  test('a group that is full takes nobody', () =>
    plays(
      `
      ann join version=3
      bob join version=3
      eve join version=3             → eve GROUP_MAX_SIZE_REACHED
      +6000                          → ann generation 1, leads ann bob; bob generation 1
      eve join version=3             → eve GROUP_MAX_SIZE_REACHED
      ann sync ann=A bob=B           → ann A
      eve join                       → eve GROUP_MAX_SIZE_REACHED
      bob join                       → bob generation 1
      `,
      { 'group.max.size': '2' },
    ))
})

describe('static members', () => {
  const both = `
    ann join instance=i1 version=5
    bob join instance=i2 version=5
    +6000                            → ann generation 1, leads ann bob; bob generation 1
    ann sync ann=A bob=B instance=i1 → ann A
    bob sync instance=i2             → bob B`

  test('one that comes back takes its place without a rebalance; the one before is fenced', () =>
    plays(`${both}
      bob2 join instance=i2          → bob2 generation 1
      bob heartbeat instance=i2      → bob FENCED_INSTANCE_ID
      bob heartbeat                  → bob UNKNOWN_MEMBER_ID
      bob sync instance=i2           → bob FENCED_INSTANCE_ID
      bob commit instance=i2 t-0@1   → bob FENCED_INSTANCE_ID
      bob leave instance=i2          → bob FENCED_INSTANCE_ID
      bob join instance=i2           → bob FENCED_INSTANCE_ID
      bob2 heartbeat instance=i3     → bob2 UNKNOWN_MEMBER_ID
      bob2 sync instance=i2          → bob2 B
      ann heartbeat instance=i1      → ann ok
    `))

  test('a leader that comes back need not assign', () =>
    plays(`${both}
      ann2 join instance=i1          → ann2 generation 1, leads ann2 bob, assigned already
      ann2 sync instance=i1          → ann2 A
      ann3 join instance=i1 version=8 → ann3 generation 1
      ann3 sync instance=i1          → ann3 A
    `))

  test('with another favourite way to assign it begins a generation', () =>
    plays(`${both}
      bob2 join instance=i2 protocols=rr:x → bob2 INCONSISTENT_GROUP_PROTOCOL
      ann join instance=i1 protocols=range:m,rr:m
      bob join instance=i2 protocols=range:m,rr:m → ann generation 2, leads ann bob; bob generation 2
      ann sync instance=i1 ann=A     → ann A
      ann2 join instance=i1 protocols=rr:m
      bob heartbeat instance=i2      → bob REBALANCE_IN_PROGRESS
    `))

  test('one that comes back while others wait for it fences who waits in its place', () =>
    plays(`${both}
      eve join version=3
      bob join instance=i2
      bob2 join instance=i2          → bob FENCED_INSTANCE_ID
      ann join instance=i1           → ann generation 2, leads ann bob2 eve; bob2 generation 2; eve generation 2
      bob2 sync instance=i2
      bob3 join instance=i2          → bob2 FENCED_INSTANCE_ID
      ann heartbeat                  → ann REBALANCE_IN_PROGRESS
    `))

  test('one that does not come in time stays a member until its session ends', () =>
    plays(`${both}
      ann join instance=i1 rebalance=1000
      +9999
      +1                             → ann generation 2, leads ann
    `))

  test('an administrator sends it away by its instance', () =>
    plays(`${both}
      admin leave instance=i2        → admin ok
      admin leave instance=i2        → admin UNKNOWN_MEMBER_ID
      ann join instance=i1           → ann generation 2, leads ann
    `))
})

describe('offsets', () => {
  test('members commit in their generation, others not at all', () =>
    plays(`${stable}
      ann commit t-0@5 t-1@6         → ann ok
      ann commit generation=7 t-0@9  → ann ILLEGAL_GENERATION
      eve commit generation=1 id=eve t-0@9 → eve UNKNOWN_MEMBER_ID
      eve commit t-0@9               → eve UNKNOWN_MEMBER_ID
      offsets                        → t-0@5 t-1@6
      eve join version=3
      ann commit t-0@7               → ann ok
      ann join
      bob join                       → ann generation 2, leads ann bob eve; bob generation 2; eve generation 2
      ann commit t-0@8               → ann REBALANCE_IN_PROGRESS
      offsets                        → t-0@7 t-1@6
    `))

  test('by hand, where there are no members', () =>
    plays(`
      eve commit t-0@5               → eve ok
      group                          → Empty
      eve commit generation=3 id=eve t-0@9 → eve UNKNOWN_MEMBER_ID
      offsets                        → t-0@5
      delete-group                   → ok
      offsets                        → none
      delete-group                   → GROUP_ID_NOT_FOUND
      eve commit generation=3 id=eve t-0@9 → eve GROUP_ID_NOT_FOUND
      eve commit generation=3 id=eve version=8 t-0@9 → eve ILLEGAL_GENERATION
    `))

  test('a group with members is not deleted', () =>
    plays(`${stable}
      delete-group                   → NON_EMPTY_GROUP
    `))
})

describe('a restart', () => {
  test('members go on in their generation', () =>
    plays(`${stable}
      restart
      group                          → Stable ann=A bob=B
      ann heartbeat                  → ann ok
      bob sync                       → bob B
      +9999
      bob heartbeat                  → bob ok
      ann commit t-0@1               → ann ok
      +1
      group                          → Stable ann=A bob=B
      eve join version=3
      ann join
      bob join                       → ann generation 2, leads ann bob eve; bob generation 2; eve generation 2
    `))

  test('those who do not are given up after a session', () =>
    plays(`${stable}
      restart
      +9999
      ann heartbeat                  → ann ok
      +1
      group                          → PreparingRebalance ann
    `))

  test('while the leader has not assigned', () =>
    plays(`
      ann join version=3
      bob join version=3
      +6000                          → ann generation 1, leads ann bob; bob generation 1
      bob sync
      restart                        → bob closed before SyncGroup was answered
      group                          → CompletingRebalance ann bob
      bob join                       → bob generation 1
      bob sync
      ann join                       → ann generation 1, leads ann bob
      ann sync ann=A bob=B           → ann A; bob B
    `))

  test('in the middle of a rebalance: who had left stays gone', () =>
    plays(`${stable}
      bob leave                      → bob ok
      restart
      group                          → PreparingRebalance ann
      ann heartbeat                  → ann REBALANCE_IN_PROGRESS
      ann join                       → ann generation 2, leads ann
    `))

  test('static members are known by their instances', () =>
    plays(`
      ann join instance=i1
      +3000                          → ann generation 1, leads ann
      ann sync instance=i1 ann=A     → ann A
      ann2 join instance=i1          → ann2 generation 1, leads ann2, assigned already
      restart
      ann heartbeat instance=i1      → ann FENCED_INSTANCE_ID
      ann2 heartbeat instance=i1     → ann2 ok
    `))

  test('generations go on from an empty group', () =>
    plays(`
      ann join version=3
      +3000                          → ann generation 1, leads ann
      ann commit t-0@3               → ann REBALANCE_IN_PROGRESS
      ann sync ann=A                 → ann A
      ann commit t-0@3               → ann ok
      ann leave                      → ann ok
      restart
      group                          → Empty
      offsets                        → t-0@3
      bob join version=3
      +3000                          → bob generation 3, leads bob
    `))
})
