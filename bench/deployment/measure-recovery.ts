import { setTimeout as delay } from 'node:timers/promises'
import type { InstanceView } from '../../src/controller/index.ts'
import { median } from '../figures.ts'
import type { Samples } from '../samples.ts'
import type { DeploymentBench } from './bench-site.ts'
import { failed, type LoadResult } from './load.ts'
import { shoutFile } from './measure-phases.ts'

/** Requests a second while an update or a drain goes on. */
export const LOAD_RATE = 200

/** Requests a second while an instance is killed: how finely the time without answers is seen. */
const KILL_RATE = 100

/** Load before and after what is measured, in milliseconds. */
const AROUND_MS = 1500

/** How often it is looked whether an instance is idle, in milliseconds. */
const POLL_MS = 50

/** From the Interest that starts the instance of a function until its answer, and beside it that of one that runs. */
export async function measureScaleFromZero(
  bench: DeploymentBench,
  samples: Samples,
  rounds: number,
): Promise<void> {
  const { consumer, impl, site } = bench
  await bench.publishShout('2.0.0')
  await bench.deploy('shout', shoutFile('2.0.0', '{ min: 0, max: 1 }', ', idle: 1s'))
  for (let round = 0; round < rounds; round++) {
    // What the controller says may be of before the last request.
    await bench.until(({ state }) => state === 'ready')
    await bench.until(({ state }) => state === 'idle')
    samples.add('scale from zero', impl, 'ms', await consumer.ask('shout/text'))
    samples.add('scale from zero', `${impl}, running`, 'ms', await consumer.ask('shout/text'))
  }
  await site.actions.remove('shout')
  await bench.untilGone()
}

/** From the death of the only instance to the next good answer, with requests coming all the time. */
export async function measureKill(bench: DeploymentBench, samples: Samples, rounds: number): Promise<void> {
  const { consumer, impl, site } = bench
  await bench.publishShout('2.0.0')
  for (let round = 0; round < rounds; round++) {
    // Anew each time: an instance that dies again and again is taken for one that cannot run, and waited for longer and longer.
    await bench.deploy('shout', shoutFile('2.0.0', '{ min: 1, max: 1 }'))
    let killedAt = 0
    const result = await consumer.during('shout/text', KILL_RATE, async () => {
      await delay(AROUND_MS)
      const [instance] = await site.actions.instances()
      if (instance === undefined) throw new Error('there is no instance to be killed')
      await bench.kill(instance)
      killedAt = Date.now()
      await delay(2 * AROUND_MS)
    })
    // What was answered before its death may still be on the way.
    const next = firstAfterGap(result, killedAt)
    samples.add('kill to next answer', impl, 'ms', next - killedAt)
    samples.add('failed after a kill', impl, 'requests', failed(result))
    await site.actions.remove('shout')
    await bench.untilGone()
  }
}

/** The end of the longest time without an answer that begins after, or lasts beyond, a moment. */
function firstAfterGap({ answeredAt }: LoadResult, moment: number): number {
  let [best, longest] = [moment, 0]
  let last = moment
  for (const at of answeredAt) {
    if (at <= moment) continue
    if (at - last > longest) [best, longest] = [at, at - last]
    last = at
  }
  return best
}

/** Requests that fail while a version takes the place of another, and back again, at a steady load. */
export async function measureUpdate(bench: DeploymentBench, samples: Samples, rounds: number): Promise<void> {
  const { consumer, impl, site } = bench
  await bench.publishShout('3.0.0')
  await bench.publishShout('3.0.1')
  const file = (version: string) => shoutFile(version, '{ min: 2, max: 2 }')
  await bench.deploy('shout', file('3.0.0'))
  for (let round = 0; round < rounds; round++) {
    const baseline = await consumer.during('shout/text', LOAD_RATE, () => delay(2 * AROUND_MS))
    addLoad('steady load', impl, baseline, samples)
    const update = await consumer.during('shout/text', LOAD_RATE, async () => {
      await delay(AROUND_MS)
      await bench.deploy('shout', file('3.0.1'))
      await delay(AROUND_MS)
    })
    addLoad('rolling update', impl, update, samples)
    const back = await consumer.during('shout/text', LOAD_RATE, async () => {
      await delay(AROUND_MS)
      await site.actions.rollback('shout')
      await delay(AROUND_MS)
    })
    addLoad('rollback', impl, back, samples)
  }
  await site.actions.remove('shout')
  await bench.untilGone()
}

/** Requests that fail while a node is drained, whose instances go to another. */
export async function measureDrain(bench: DeploymentBench, samples: Samples, rounds: number): Promise<void> {
  const { consumer, impl, site } = bench
  await bench.publishShout('3.0.0')
  await bench.deploy('shout', shoutFile('3.0.0', '{ min: 1, max: 2 }'))
  for (let round = 0; round < rounds; round++) {
    const [{ node } = { node: '' }] = await site.actions.instances()
    const drain = await consumer.during('shout/text', LOAD_RATE, async () => {
      await delay(AROUND_MS)
      await site.actions.setAvailability(node, 'drain')
      await delay(AROUND_MS)
    })
    addLoad('drain', impl, drain, samples)
    await site.actions.setAvailability(node, 'active')
  }
  await site.actions.remove('shout')
  await bench.untilGone()
}

function addLoad(name: string, impl: string, result: LoadResult, samples: Samples): void {
  samples.add(`${name}, failed`, impl, 'requests', failed(result))
  samples.add(`${name}, sent`, impl, 'requests', result.sent)
  samples.add(`${name}, p50`, impl, 'ms', median(result.latencies))
  samples.add(`${name}, longest`, impl, 'ms', Math.max(...result.latencies))
}

/** The controller is killed at a moment of a deployment and started again: how long until all is as it was to be. */
export async function measureRestart(
  bench: DeploymentBench,
  samples: Samples,
  rounds: number,
): Promise<void> {
  const { impl, site } = bench
  await bench.publishShout('4.0.0')
  for (let round = 0; round < rounds; round++) {
    let isStored = false
    const deploying = bench
      .deploy('shout', shoutFile('4.0.0', '{ min: 2, max: 2 }'), ({ type }) => {
        isStored ||= type === 'planned'
      })
      .catch(() => undefined)
    while (!isStored) await delay(1)
    await site.killController()
    await deploying
    const began = performance.now()
    await site.startController()
    while (!(await isAsWanted(bench))) await delay(POLL_MS)
    samples.add('controller restart to desired state', impl, 'ms', performance.now() - began)
    await site.actions.remove('shout')
    await bench.untilGone()
  }
}

async function isAsWanted({ site }: DeploymentBench): Promise<boolean> {
  const [deployment] = await site.actions.deployments()
  const serving = (await site.actions.instances()).filter(
    ({ role, state }: InstanceView) => role === 'serving' && state === 'ready',
  )
  return deployment?.state === 'ready' && serving.length === 2
}
