import { expect, test } from 'vitest'
import { TracedFiles } from './system-calls.ts'

const traced = (text: string): TracedFiles => {
  const files = new TracedFiles('/data')
  for (const [i, line] of text.trim().split('\n').entries()) files.take(line.trim(), i + 1)
  return files
}

test('bytes are unsafe until a sync that began behind them ended', () => {
  expect(traced('1 pwrite64(7</data/t-0/0.log>, "x", 1, 0) = 1').unsafe('t-0')).toEqual(['/data/t-0/0.log'])
  expect(
    traced(`
      1 pwrite64(7</data/t-0/0.log>, "x", 1, 0) = 1
      2 fdatasync(7</data/t-0/0.log>) = 0
    `).unsafe('t-0'),
  ).toEqual([])
  expect(
    traced(`
      2 fdatasync(7</data/t-0/0.log> <unfinished ...>
      1 pwrite64(7</data/t-0/0.log>, "x", 1, 0) = 1
      2 <... fdatasync resumed>) = 0
    `).unsafe('t-0'),
  ).toEqual(['/data/t-0/0.log'])
  expect(
    traced(`
      1 pwrite64(7</data/t-0/0.log>, "x", 1, 0) = 1
      2 fdatasync(7</data/t-0/0.log>) = -1 EIO (Input/output error)
    `).unsafe('t-0'),
  ).toEqual(['/data/t-0/0.log'])
})

test('a new file is unsafe until its directory is synced', () => {
  const made = `
      1 mkdir("/data/t-0", 0777) = 0
      1 openat(AT_FDCWD</>, "/data/t-0/0.log", O_RDWR|O_CREAT|O_CLOEXEC, 0644) = 7</data/t-0/0.log>
  `
  expect(traced(made).unsafe('t-0')).toEqual(['/data/t-0 in its directory', '/data/t-0/0.log in its directory'])
  expect(traced(`${made.trim()}\n2 fsync(8</data/t-0>) = 0\n2 fsync(8</data>) = 0`).unsafe('t-0')).toEqual([])
})

test('who is told is known by the port', () => {
  const files = new TracedFiles('/data')
  expect(files.take('1 writev(30<TCP:[127.0.0.1:9092->127.0.0.1:5000]>, [{iov_base="x"}], 1) = 1', 9)).toEqual({
    port: 5000,
    line: 9,
  })
})
