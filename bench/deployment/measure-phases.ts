import type { DeploymentView } from '../../src/controller/index.ts'
import type { Samples } from '../samples.ts'
import type { DeploymentBench } from './bench-site.ts'

const PHASES = ['plan', 'pull', 'prepare', 'create', 'start', 'ready', 'route', 'total'] as const

/**
 * From a function's source to its first answer: with nothing cached, the same once more, and when only the function's own code has
 * changed. Build and push are an author's, the rest is what the controller told of `deploy`.
 */
export async function measurePhases(bench: DeploymentBench, samples: Samples, round: number): Promise<void> {
  const { site, workshop, consumer, impl } = bench
  const steps = [
    ['nothing cached', `1.${round}.0`],
    ['the same again', `1.${round}.0`],
    ['only the function changed', `1.${round}.1`],
  ] as const
  for (const [name, version] of steps) {
    const published = await workshop.publishShout(version)
    samples.add(`build, ${name}`, impl, 'ms', published.buildMs)
    samples.add(`push, ${name}`, impl, 'ms', published.pushMs)
    samples.add(`pushed, ${name}`, impl, 'kB', published.pushed / 1000)
    const view = await bench.deploy('shout', shoutFile(version, '{ min: 1, max: 1 }'))
    addPhases(view, name, impl, samples)
    samples.add(`first answer, ${name}`, impl, 'ms', await consumer.ask('shout/text'))
    await site.actions.remove('shout')
    await bench.untilGone()
  }
}

/** What `deploy` is told. */
export function shoutFile(version: string, instances: string, more = ''): string {
  return `name: shout
functions:
  shout: { version: ${version}, instances: ${instances}${more} }
content:
  /text: { node: NODE, type: text/plain, size: 5 }
`
}

function addPhases({ phases }: DeploymentView, name: string, impl: string, samples: Samples): void {
  for (const phase of PHASES) {
    const { ms, bytes } = phases[phase] ?? {}
    if (ms !== undefined)
      samples.add(`${phase === 'total' ? 'deploy in all' : phase}, ${name}`, impl, 'ms', ms)
    if (phase === 'pull' && bytes !== undefined) samples.add(`pulled, ${name}`, impl, 'kB', bytes / 1000)
  }
}
