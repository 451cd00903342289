import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { measureSpeed } from '../../src/facts/calibrate.ts'
import { Speed, type SpeedOptions } from '../../src/facts/speed.ts'
import { doOneMi, newWorkMemory } from '../../src/facts/work.ts'

t.test('the best of several measurements counts', async (t) => {
  let now = 0
  let calls = 0
  // The first MI take 4 ms each, those of the second measurement 2 ms, those of the third 5 ms.
  const times = [4, 2, 5]
  const speed = measureSpeed({
    now: () => now,
    work: () => {
      const done = [25, 75].findLastIndex((first) => calls >= first) + 1
      now += times[done] as number
      calls++
    },
    duration: 100,
    measurements: 3,
  })
  t.equal(speed, 500, 'MI a second')
})

t.test('the work is the same each time, and its numbers stay in their bounds', async (t) => {
  const [one, other] = [newWorkMemory(), newWorkMemory()]
  for (let i = 0; i < 3; i++) {
    doOneMi(one)
    doOneMi(other)
  }
  t.same(one.integers, other.integers)
  t.equal(one.seed, other.seed)
  t.ok(one.floats.every((value) => value >= 0 && value <= 2.5))
  t.ok(one.integers.filter((value) => value !== 0).length > 30_000, 'all of the memory is used')
})

t.test('a speed is measured once, and again when the machine is another or somebody asks', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sfc-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'speed.json')
  const results = [1000.4, 2000, 3000, 4000, 5000]
  const open = (options: Partial<SpeedOptions> = {}): Speed =>
    new Speed({
      file,
      model: 'A',
      node: 'v20',
      measure: async () => results.shift() as number,
      now: () => 7,
      onProblem: t.fail,
      ...options,
    })
  const first = open()
  const both = await Promise.all([first.get(), first.get()])
  t.same(both[0], { speed: 1000, at: 7, model: 'A', node: 'v20', work: 1 })
  t.equal(both[1], both[0], 'two who ask at once get one measurement')
  t.equal((await open().get()).speed, 1000, 'a later start has it from the file')
  t.equal((await open({ model: 'B' }).get()).speed, 2000)
  t.equal((await open({ model: 'B', node: 'v22' }).get()).speed, 3000)
  await writeFile(file, '{"speed":')
  const last = open()
  t.equal((await last.get()).speed, 4000, 'a damaged file is as good as none')
  t.equal((await last.measure()).speed, 5000)
  t.match(JSON.parse(await readFile(file, 'utf8')), { speed: 5000 })
})

t.test('a speed that cannot be kept is told all the same', async (t) => {
  const problems: string[] = []
  const speed = new Speed({
    file: '/none/speed.json',
    model: 'A',
    measure: async () => 10,
    onProblem: (message) => problems.push(message),
  })
  t.equal((await speed.get()).speed, 10)
  t.match(problems, [/cannot be kept: ENOENT/])
})

t.test('it is measured in a thread of its own', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sfc-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const speed = new Speed({ file: join(folder, 'speed.json'), model: 'A', onProblem: t.fail })
  const hold = setInterval(() => {}, 1000)
  t.ok((await speed.get()).speed > 0)
  clearInterval(hold)
})
