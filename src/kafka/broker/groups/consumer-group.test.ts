import { describe, expect, test } from 'vitest'
import { testBroker } from '../../../testing/broker.ts'
import { play, tidy } from '../../../testing/group-script.ts'

/** With topic t of four partitions and topic u of two. Each change is assigned at once, unless properties say otherwise. */
async function plays(script: string, properties: Readonly<Record<string, string>> = {}): Promise<void> {
  const made = await testBroker({ properties: { 'group.consumer.assignment.interval.ms': '0', ...properties } })
  const admin = made.connect('admin')
  await admin.createTopic('t', 4)
  await admin.createTopic('u', 2)
  expect(await play(made, script)).toBe(tidy(script))
  await made.stop()
}

/** ann and bob share topic t. */
const shared = `
  ann join848                      → ann epoch 2, has t0 t1 t2 t3
  bob join848                      → bob epoch 3, has nothing
  ann beat owns=t0,t1,t2,t3        → ann epoch 2, has t0 t1
  ann beat owns=t0,t1              → ann epoch 3
  bob beat                         → bob epoch 3, has t2 t3`

describe('assigning', () => {
  test('the first member has everything at once', () =>
    plays(`
      ann join848                    → ann epoch 2, has t0 t1 t2 t3
      ann beat                       → ann epoch 2
      group                          → Stable 2/2, ann@2 t0 t1 t2 t3
    `))

  test('what another one is to have is given up first', () =>
    plays(`
      ann join848                    → ann epoch 2, has t0 t1 t2 t3
      bob join848                    → bob epoch 3, has nothing
      group                          → Reconciling 3/3, ann@2 t0 t1 t2 t3, bob@3
      ann beat                       → ann epoch 2, has t0 t1
      bob beat                       → bob epoch 3
      ann beat owns=t0,t1,t2         → ann epoch 2
      bob beat                       → bob epoch 3
      ann beat owns=t0,t1            → ann epoch 3
      bob beat                       → bob epoch 3, has t2 t3
      group                          → Stable 3/3, ann@3 t0 t1, bob@3 t2 t3
    `))

  test('what a member leaves goes to the others', () =>
    plays(`${shared}
      bob beat epoch=-1              → bob epoch -1
      group                          → Assigning 4/3, ann@3 t0 t1
      ann beat                       → ann epoch 4, has t0 t1 t2 t3
      ann beat epoch=-1              → ann epoch -1
      group                          → Empty 5/4
      ann join848                    → ann epoch 6, has t0 t1 t2 t3
    `))

  test('partly released', () =>
    plays(`${shared}
      eve join848                    → eve epoch 4, has nothing
      ann beat                       → ann epoch 4
      bob beat                       → bob epoch 3, has t2
      eve beat                       → eve epoch 4
      bob beat owns=t2               → bob epoch 4
      eve beat                       → eve epoch 4, has t3
      group                          → Stable 4/4, ann@4 t0 t1, bob@4 t2, eve@4 t3
    `))

  test('other topics', () =>
    plays(`${shared}
      bob beat topics=t,u owns=t2,t3 → bob epoch 3, has t2
      bob beat owns=t2               → bob epoch 4, has t2 u0 u1
      ann beat                       → ann epoch 4, has t0 t1 t3
    `))

  test('by ranges, when most ask for that', () =>
    plays(`
      ann join848 assignor=range topics=t,u → ann epoch 2, has t0 t1 t2 t3 u0 u1
      bob join848 assignor=range topics=t,u → bob epoch 3, has nothing
      ann beat owns=t0,t1,u0         → ann epoch 3, has t0 t1 u0
      bob beat                       → bob epoch 3, has t2 t3 u1
      eve join848 assignor=sticky    → eve UNSUPPORTED_ASSIGNOR
    `))

  test('many that come at once are assigned once', () =>
    plays(
      `
      ann join848                    → ann epoch 2, has t0 t1 t2 t3
      bob join848                    → bob epoch 2, has nothing
      eve join848                    → eve epoch 2, has nothing
      group                          → Assigning 4/2, ann@2 t0 t1 t2 t3, bob@2, eve@2
      +1000
      eve beat                       → eve epoch 4
      group                          → Reconciling 4/4, ann@2 t0 t1 t2 t3, bob@2, eve@4
      `,
      { 'group.consumer.assignment.interval.ms': '1000' },
    ))

  test('until then a member has nothing of what it no longer subscribes to', () =>
    plays(
      `
      ann join848 topics=t,u         → ann epoch 2, has t0 t1 t2 t3 u0 u1
      bob join848                    → bob epoch 2, has nothing
      ann beat topics=u              → ann epoch 2, has u0 u1
      ann beat owns=u0,u1            → ann epoch 2
      `,
      { 'group.consumer.assignment.interval.ms': '1000' },
    ))
})

describe('topics', () => {
  test('that grow', () =>
    plays(`
      ann join848 topics=u           → ann epoch 2, has u0 u1
      topic t 5
      ann beat                       → ann epoch 2
      topic u 3
      ann beat                       → ann epoch 3, has u0 u1 u2
    `))

  test('that come and go', () =>
    plays(`
      ann join848 topics=u,v         → ann epoch 2, has u0 u1
      topic v 1
      ann beat                       → ann epoch 3, has u0 u1 v0
      topic u 0
      ann beat                       → ann epoch 3, has v0
      ann beat owns=v0               → ann epoch 4
      group                          → Stable 4/4, ann@4 v0
    `))

  test('by pattern', () =>
    plays(`
      ann join848 pattern=[uv].*     → ann epoch 2, has u0 u1
      topic vv 1
      ann beat                       → ann epoch 3, has u0 u1 vv0
      topic w 1
      ann beat                       → ann epoch 3
      ann beat pattern=w topics=t    → ann epoch 3, has nothing
      ann beat owns=                 → ann epoch 4, has t0 t1 t2 t3 w0
      topic w 0
      ann beat                       → ann epoch 4, has t0 t1 t2 t3
      bob join848 pattern=[          → bob INVALID_REGULAR_EXPRESSION
      bob join848 pattern=(a)\\1     → bob INVALID_REGULAR_EXPRESSION
    `))

  test('one member by pattern, another by another', () =>
    plays(`
      ann join848 pattern=v.*        → ann epoch 2, has nothing
      bob join848 pattern=w.*        → bob epoch 3, has nothing
      topic v1 1
      topic w1 1
      ann beat                       → ann epoch 4, has v10
      bob beat                       → bob epoch 5, has w10
      ann beat                       → ann epoch 5
    `))

  test('none of them', () =>
    plays(`
      ann join848 topics=            → ann epoch 1, has nothing
      bob join848 topics=nope        → bob epoch 2, has nothing
      group                          → Reconciling 2/2, ann@1, bob@2
    `))
})

describe('epochs', () => {
  test('of the future, of the past, of nobody', () =>
    plays(`${shared}
      ann beat epoch=4               → ann FENCED_MEMBER_EPOCH
      ann beat epoch=1               → ann FENCED_MEMBER_EPOCH
      eve beat epoch=3               → eve UNKNOWN_MEMBER_ID
      eve beat epoch=-1              → eve UNKNOWN_MEMBER_ID
    `))

  test('an answer that was lost is given again, to who owns no more than it has', () =>
    plays(`${shared}
      ann beat epoch=2 owns=t0,t1    → ann epoch 3
      ann beat epoch=2 owns=t0       → ann epoch 3
      ann beat epoch=2               → ann FENCED_MEMBER_EPOCH
      ann beat epoch=2 owns=t0,t2    → ann FENCED_MEMBER_EPOCH
    `))

  test('a member may begin again', () =>
    plays(`${shared}
      bob join848                    → bob epoch 3, has t2 t3
    `))

  test('what a request must have', () =>
    plays(`
      ann join848 owns=t0            → ann INVALID_REQUEST
      ann join848 rebalance=-1       → ann INVALID_REQUEST
      ann beat epoch=0 owns= rebalance=1000 → ann INVALID_REQUEST
      ann join848 instance=          → ann INVALID_REQUEST
      ann join848 rack=              → ann INVALID_REQUEST
      ann join848 id=                → ann INVALID_REQUEST
      ann beat epoch=-2              → ann INVALID_REQUEST
      ann beat epoch=-3              → ann INVALID_REQUEST
      ann beat epoch=4               → ann GROUP_ID_NOT_FOUND
      ann beat epoch=-1              → ann GROUP_ID_NOT_FOUND
      group                          → none
      ann join848 id= version=0      → ann epoch 2, has t0 t1 t2 t3
    `))

  test('a group that is full takes nobody', () =>
    plays(
      `
      ann join848                    → ann epoch 2, has t0 t1 t2 t3
      bob join848                    → bob GROUP_MAX_SIZE_REACHED
      ann beat                       → ann epoch 2
      `,
      { 'group.consumer.max.size': '1' },
    ))
})

describe('being a member', () => {
  test('silence ends it', () =>
    plays(`${shared}
      +40000
      bob beat                       → bob epoch 3
      +5000
      group                          → Assigning 4/3, bob@3 t2 t3
      bob beat                       → bob epoch 4, has t0 t1 t2 t3
      ann beat                       → ann UNKNOWN_MEMBER_ID
      +45000
      group                          → Empty 5/4
    `))

  test('who does not give up what it is asked to, in time, is out', () =>
    plays(`
      ann join848 rebalance=10000    → ann epoch 2, has t0 t1 t2 t3
      bob join848                    → bob epoch 3, has nothing
      ann beat                       → ann epoch 2, has t0 t1
      +9999
      ann beat owns=t0,t1,t2,t3      → ann epoch 2
      +1
      ann beat owns=t0,t1,t2,t3      → ann UNKNOWN_MEMBER_ID
      bob beat                       → bob epoch 4, has t0 t1 t2 t3
    `))

  test('an administrator sends members away', () =>
    plays(`${shared}
      admin leave id=bob             → admin ok
      admin leave id=bob             → admin UNKNOWN_MEMBER_ID
      ann beat                       → ann epoch 4, has t0 t1 t2 t3
    `))
})

describe('static members', () => {
  test('one that goes for a while has its place when it is back', () =>
    plays(`
      ann join848 instance=i1        → ann epoch 2, has t0 t1 t2 t3
      ann2 join848 instance=i1       → ann2 UNRELEASED_INSTANCE_ID
      ann beat epoch=-2 instance=i1  → ann epoch -2
      group                          → Reconciling 2/2, ann@-2 t0 t1 t2 t3
      ann2 join848 instance=i1       → ann2 epoch 2, has t0 t1 t2 t3
      ann beat instance=i1 epoch=2   → ann FENCED_INSTANCE_ID
      ann2 beat instance=i1          → ann2 epoch 2
      ann2 beat                      → ann2 epoch 2
      eve beat instance=i7 epoch=2   → eve UNKNOWN_MEMBER_ID
      group                          → Stable 2/2, ann2@2 t0 t1 t2 t3
      ann2 beat epoch=-1 instance=i1 → ann2 epoch -1
      group                          → Empty 3/2
    `))

  test('meanwhile nobody else has what it has', () =>
    plays(`${shared.replace('bob join848     ', 'bob join848 instance=i2')}
      bob beat epoch=-2 instance=i2  → bob epoch -2
      ann beat                       → ann epoch 3
      eve join848                    → eve epoch 4, has nothing
      bob2 join848 instance=i2       → bob2 epoch 4, has t2
      eve beat                       → eve epoch 4, has t3
    `))

  test('one that does not come back in the time of a session is gone', () =>
    plays(`
      ann join848 instance=i1        → ann epoch 2, has t0 t1 t2 t3
      ann beat epoch=-2 instance=i1  → ann epoch -2
      +45000
      group                          → Empty 3/2
    `))

  test('an administrator sends it away by its instance', () =>
    plays(`
      ann join848 instance=i1        → ann epoch 2, has t0 t1 t2 t3
      admin leave id=bob instance=i1 → admin FENCED_INSTANCE_ID
      admin leave instance=i2        → admin UNKNOWN_MEMBER_ID
      admin leave instance=i1        → admin ok
      group                          → Empty 3/2
    `))
})

describe('offsets', () => {
  test('are committed in the epoch, or in one before for partitions that were had then', () =>
    plays(`${shared}
      ann commit t-0@5               → ann ok
      ann commit generation=2 t-0@6 t-1@6 → ann ok
      ann commit generation=2 t-0@7 t-2@7 → ann STALE_MEMBER_EPOCH
      ann commit generation=1 t-0@7  → ann STALE_MEMBER_EPOCH
      ann commit generation=4 t-0@7  → ann STALE_MEMBER_EPOCH
      bob commit generation=2 t-2@7  → bob STALE_MEMBER_EPOCH
      ann commit version=8 t-0@7     → ann UNSUPPORTED_VERSION
      eve commit id=eve generation=3 t-0@7 → eve UNKNOWN_MEMBER_ID
      eve commit t-0@7               → eve UNKNOWN_MEMBER_ID
      offsets                        → t-0@6 t-1@6
    `))

  test('by hand, where there are no members', () =>
    plays(`
      ann join848                    → ann epoch 2, has t0 t1 t2 t3
      ann commit t-0@5               → ann ok
      delete-group                   → NON_EMPTY_GROUP
      ann beat epoch=-1              → ann epoch -1
      eve commit t-0@7               → eve ok
      offsets                        → t-0@7
      delete-group                   → ok
      offsets                        → none
      group                          → none
    `))
})

describe('both protocols', () => {
  test('a group with members takes none of the other', () =>
    plays(`
      ann join848                    → ann epoch 2, has t0 t1 t2 t3
      bob join                       → bob INCONSISTENT_GROUP_PROTOCOL
      ann heartbeat                  → ann UNKNOWN_MEMBER_ID
      ann sync                       → ann UNKNOWN_MEMBER_ID
    `))

  test('the same the other way round', () =>
    plays(`
      ann join version=3
      +3000                          → ann generation 1, leads ann
      bob join848                    → bob GROUP_ID_NOT_FOUND
      bob beat epoch=2               → bob GROUP_ID_NOT_FOUND
      ann heartbeat                  → ann ok
    `))

  test('an empty one changes, keeps its offsets, and counts on', () =>
    plays(`
      ann join version=3
      +3000                          → ann generation 1, leads ann
      ann sync ann=A                 → ann A
      ann commit t-0@5               → ann ok
      ann leave                      → ann ok
      bob join848                    → bob epoch 3, has t0 t1 t2 t3
      offsets                        → t-0@5
      bob beat epoch=-1              → bob epoch -1
      restart
      eve join                       → eve MEMBER_ID_REQUIRED
      group                          → Empty
      restart
      eve join version=3 id=
      +3000                          → eve generation 5, leads eve
      offsets                        → t-0@5
    `))
})

describe('a restart', () => {
  test('members go on in their epochs', () =>
    plays(`${shared}
      restart
      group                          → Stable 3/3, ann@3 t0 t1, bob@3 t2 t3
      ann beat                       → ann epoch 3
      bob beat                       → bob epoch 3
      +40000
      bob beat                       → bob epoch 3
      +5000
      bob beat                       → bob epoch 4, has t0 t1 t2 t3
    `))

  test('in the middle of a change', () =>
    plays(`
      ann join848 rebalance=10000    → ann epoch 2, has t0 t1 t2 t3
      bob join848                    → bob epoch 3, has nothing
      ann beat owns=t0,t1,t2,t3      → ann epoch 2, has t0 t1
      restart
      group                          → Reconciling 3/3, ann@2 t0 t1 t2 t3, bob@3
      bob beat                       → bob epoch 3
      ann beat owns=t0,t1            → ann epoch 3
      bob beat                       → bob epoch 3, has t2 t3
      ann commit generation=2 t-0@1  → ann ok
    `))

  test('topics that changed meanwhile, patterns, static members', () =>
    plays(`
      ann join848 pattern=u instance=i1 → ann epoch 2, has u0 u1
      ann beat epoch=-2 instance=i1  → ann epoch -2
      restart
      ann2 join848 pattern=u instance=i1 → ann2 epoch 2, has u0 u1
      topic u 3
      restart
      ann2 beat                      → ann2 epoch 3, has u0 u1 u2
    `))
})
