import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, test } from 'vitest'
import { faces, homes, rooms } from './rooms.ts'

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.ts'))
const source = (file: string) => readFileSync(join('src', file), 'utf8')
const importsOf = (file: string) =>
  [...source(file).matchAll(/(?:^(?:import|export)\b[^'"]*?|\bimport\()['"](\.[^'"]+)['"]/gm)].map(m => m[1]!)
const roomOf = (file: string) => Object.keys(rooms).find(room => file.startsWith(`${room}/`))
const isTest = (file: string) => file.endsWith('.test.ts')
/** A test may stand on the whole engine, whatever room its subject is in. */
const forTests: readonly string[] = ['testing', ...rooms.testing]

test('every file is in a room', () => {
  expect(files.filter(f => roomOf(f) === undefined && !faces.includes(f))).toEqual([])
})

test('rooms use only the rooms below them', () => {
  const trespasses = files
    .filter(f => !faces.includes(f))
    .flatMap(file =>
      importsOf(file)
        .map(name => roomOf(normalize(join(dirname(file), name)))!)
        .filter(room => room !== roomOf(file) && !(isTest(file) && forTests.includes(room)))
        .filter(room => !(rooms[roomOf(file) as keyof typeof rooms] as readonly string[]).includes(room))
        .map(room => `${file} uses ${room}`),
    )
  expect(trespasses).toEqual([])
})

test('what has one home stays there', () => {
  const strays = homes.flatMap(({ text, home, instead }) =>
    files.filter(f => f !== home && !isTest(f) && text.test(source(f))).map(f => `${f}: use ${instead}`),
  )
  expect(strays).toEqual([])
})

test('a planted use of the clock is found', () => {
  expect(homes.some(({ text }) => text.test('const now = Date.now()'))).toBe(true)
})

test('the table lists rooms ground floor first', () => {
  const order = Object.keys(rooms)
  const upward = Object.entries(rooms).flatMap(([room, uses]) =>
    uses.filter(used => order.indexOf(used) >= order.indexOf(room)).map(used => `${room} before ${used}`),
  )
  expect(upward).toEqual([])
})
