import t, { type Test } from 'tap'
import { HangWatch } from '../../src/router/hang-watch.ts'

interface Watched {
  watch: HangWatch
  /** Milliseconds from the first `sent` until it counted as hung. */
  hung: Promise<number>
  probes: number
}

function makeWatch(t: Test, limit: number, probe: () => Promise<void>): Watched {
  const began = performance.now()
  let tell: (ms: number) => void = () => {}
  const watched: Watched = {
    hung: new Promise((resolve) => {
      tell = resolve
    }),
    probes: 0,
    watch: new HangWatch({
      silence: 5,
      limit,
      probe: () => {
        watched.probes++
        return probe()
      },
      onHung: () => tell(performance.now() - began),
    }),
  }
  t.teardown(() => watched.watch.close())
  return watched
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

t.test('one that does not answer in time hangs', async (t) => {
  const { watch, hung } = makeWatch(t, 40, async () => {
    await pause(45)
    throw new Error('timeout')
  })
  watch.sent()
  t.ok((await hung) >= 45)
})

t.test('one that was sent nothing is not asked', async (t) => {
  const watched = makeWatch(t, 1, () => Promise.reject(new Error('nobody there')))
  await pause(30)
  t.equal(watched.probes, 0)
  watched.watch.sent()
  watched.watch.heard()
  await pause(30)
  t.equal(watched.probes, 0, 'nor one that has reacted')
})

t.test(
  'a question that is refused says nothing of it: it is asked again until its time is over',
  async (t) => {
    const watched = makeWatch(t, 60, () => Promise.reject(new Error('the PIT is full')))
    watched.watch.sent()
    t.ok((await watched.hung) >= 60)
    t.ok(watched.probes > 1)
  },
)

t.test('one that says something meanwhile does not hang, whatever becomes of the question', async (t) => {
  let isHung = false
  const watched = makeWatch(t, 10, async () => {
    await pause(5)
    watched.watch.heard()
    await pause(10)
    throw new Error('timeout')
  })
  void watched.hung.then(() => {
    isHung = true
  })
  watched.watch.sent()
  await pause(60)
  t.equal(watched.probes, 1)
  t.notOk(isHung)
})

t.test('one question at a time', async (t) => {
  let inFlight = 0
  const watched = makeWatch(t, 10_000, async () => {
    t.equal(++inFlight, 1)
    await pause(30)
    inFlight--
  })
  watched.watch.sent()
  await pause(80)
  t.ok(watched.probes >= 1)
})
