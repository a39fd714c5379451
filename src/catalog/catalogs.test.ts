import { expect, test } from 'vitest'
import { Catalogs } from './catalogs.ts'
import type { TableEntry, ViewEntry } from './table.ts'

const path = (name: string) => ['default_catalog', 'default_database', name] as const
const table = (name: string, changes: Partial<TableEntry> = {}): TableEntry => ({
  kind: 'table',
  path: path(name),
  columns: [],
  primaryKey: [],
  watermark: undefined,
  partitionedBy: [],
  options: {},
  comment: undefined,
  temporary: false,
  ...changes,
})
const view = (name: string): ViewEntry => ({
  kind: 'view',
  path: path(name),
  sql: 'SELECT 1',
  columns: undefined,
  schema: [],
  comment: undefined,
  temporary: false,
})

test('a name is looked up in the current database, a longer one where it says', () => {
  const catalogs = new Catalogs()
  catalogs.create(table('t'))
  expect(catalogs.get(['t'])).toBe(catalogs.get(['default_catalog', 'default_database', 't']))
  catalogs.createDatabase('default_catalog', { name: 'other', options: {}, comment: undefined })
  catalogs.useDatabase(['other'])
  expect(() => catalogs.get(['t'])).toThrow(expect.objectContaining({ code: 'TABLE_UNKNOWN' }))
  expect(catalogs.get(['default_database', 't']).path).toEqual(path('t'))
})

test('a temporary table hides a permanent one until it is dropped as what it is', () => {
  const catalogs = new Catalogs()
  catalogs.create(table('t', { comment: 'permanent' }))
  catalogs.create(table('t', { comment: 'temporary', temporary: true }))
  expect(catalogs.get(['t']).comment).toBe('temporary')
  expect(() => catalogs.drop('table', ['t'])).toThrow(expect.objectContaining({ hint: 'drop it with DROP TEMPORARY TABLE' }))
  catalogs.drop('table', ['t'], { temporary: true })
  expect(catalogs.get(['t']).comment).toBe('permanent')
})

test('names that are unknown or taken', () => {
  const catalogs = new Catalogs()
  catalogs.create(table('orders'))
  expect(() => catalogs.get(['oders'])).toThrow(expect.objectContaining({ hint: "did you mean 'orders'?" }))
  expect(() => catalogs.create(view('orders'))).toThrow(expect.objectContaining({ code: 'TABLE_EXISTS' }))
  catalogs.create(view('orders'), { ifNotExists: true })
  expect(catalogs.get(['orders']).kind).toBe('table')
  expect(() => catalogs.drop('view', ['orders'])).toThrow(expect.objectContaining({ code: 'VIEW_UNKNOWN' }))
  expect(catalogs.drop('view', ['orders'], { ifExists: true })).toBeUndefined()
  expect(() => catalogs.useCatalog('defalt_catalog')).toThrow(expect.objectContaining({ code: 'CATALOG_UNKNOWN' }))
})

test('a renamed table is found by its new name alone', () => {
  const catalogs = new Catalogs()
  catalogs.create(table('a'))
  catalogs.replace(path('a'), table('b'))
  expect(catalogs.list('default_catalog', 'default_database').map(e => e.path[2])).toEqual(['b'])
})

test('databases and catalogs that are in use or hold tables stay', () => {
  const catalogs = new Catalogs()
  catalogs.createDatabase('default_catalog', { name: 'd', options: {}, comment: undefined })
  catalogs.create(table('t', { path: ['default_catalog', 'd', 't'] }))
  expect(() => catalogs.dropDatabase('default_catalog', 'd')).toThrow(expect.objectContaining({ code: 'DATABASE_NOT_EMPTY' }))
  catalogs.dropDatabase('default_catalog', 'd', { cascade: true })
  expect(catalogs.databases('default_catalog').map(d => d.name)).toEqual(['default_database'])
  expect(() => catalogs.dropDatabase('default_catalog', 'default_database')).toThrow(
    expect.objectContaining({ code: 'DATABASE_IN_USE' }),
  )
  expect(() => catalogs.dropCatalog('default_catalog')).toThrow(expect.objectContaining({ code: 'CATALOG_IN_USE' }))
})
