import { readdir, readFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import type { InstanceView, Plan, RunEvent } from '../../src/controller/index.ts'
import { median } from '../../src/controller/robust-line.ts'
import { cpusetOf, removeImagesOf } from '../engine/docker-host.ts'
import { skipWithoutDocker } from '../engine/require-docker.ts'
import { skipWithoutRegistry } from '../repository/registry-host.ts'
import { areServing, RealSite } from './fixtures/real-site.ts'

t.setTimeout(300_000)

/** Works for so many milliseconds, on its CPU. */
const busy = (ms: number): string => `for (const end = performance.now() + ${ms}; performance.now() < end; );`

/** Two letters come in, each is worked on, and they are put together. */
async function pushFunctions(t: Test, site: RealSite, prefix: string): Promise<void> {
  const { registry } = site
  await registry.push(
    t,
    `${prefix}cut`,
    '1.0.0',
    `parameters: { n: { type: 'integer', default: 1 } },
    apply: (input, { parameters: { n } }) => Buffer.from(input).toString().slice(2 * n - 2, 2 * n)`,
  )
  await registry.push(
    t,
    `${prefix}work`,
    '1.0.0',
    `apply: (input) => { ${busy(80)}
    return Buffer.from(input).toString().toUpperCase() }`,
  )
  await registry.push(
    t,
    `${prefix}join`,
    '1.0.0',
    `inputs: 'many',
    apply: (_, { inputs }) => inputs.map(({ content }) => Buffer.from(content).toString()).join('-')`,
  )
}

const file = (prefix: string) => `name: ${prefix}site
workflows:
  ${prefix}flow:
    content: /text
    tasks:
      cut: { each: 2, function: '${prefix}cut(n={n})', from: content }
      work: { each: 2, function: ${prefix}work, from: cut }
      join: { function: ${prefix}join, from: [work, content] }`

async function runsAsPlanned(
  t: Test,
  site: RealSite,
  prefix: string,
  cpusOf: (instance: InstanceView) => Promise<string[]>,
): Promise<void> {
  await pushFunctions(t, site, prefix)
  let plan: Plan | undefined
  const deployed = await site.deploy(file(prefix), (event) => {
    if (event.type === 'planned') plan = event.plan
  })
  t.match(deployed, { state: 'ready', workflows: [`${prefix}flow`] })
  const instances = await site.controller.instances()
  t.ok(areServing(plan?.instances.length ?? 0)(instances))
  const place = ({ function: name, node, cpus }: Pick<InstanceView, 'function' | 'node' | 'cpus'>): string =>
    `${name} ${node} ${cpus.join()}`
  t.same(instances.map(place).sort(), plan?.instances.map(place).sort())
  for (const instance of instances) {
    t.equal(instance.cpus.length, 1)
    t.same(new Set(await cpusOf(instance)), new Set([instance.cpus.join()]), `${instance.id} is pinned`)
  }
  const routes = await site.controller.routes()
  for (const { name } of site.nodes) {
    const plans = new Map(
      routes
        .filter(({ node }) => node === name)
        .map((route) => [route.prefix, route.hops.map(({ plan }) => plan)] as const),
    )
    for (const what of ['cut', 'work', 'join']) t.ok(plans.get(`${prefix}${what}`)?.includes(`${prefix}site`))
    const pieces = [...plans].filter(([long]) => long.includes(`workflow/${prefix}flow`))
    t.ok(pieces.filter(([, labels]) => labels.includes(`${prefix}site/sf-cuv/1`)).length >= 5)
  }

  const seen: number[] = []
  for (let run = 1; run <= 3; run++) {
    const events: RunEvent[] = []
    const { view, result } = await site.controller.run(`${prefix}flow`, `/text/${prefix}${run}`, (event) =>
      events.push(event),
    )
    t.equal(Buffer.from(result).toString(), 'SM-IL-smile')
    const names = ['cut-1', 'cut-2', 'join', 'work-1', 'work-2']
    t.same(view.tasks.map(({ task }) => task).sort(), names)
    t.same(view.actual.tasks.map(({ task }) => task).sort(), names)
    t.same(
      events.map(({ type }) => type),
      ['begun', ...names.map(() => 'task'), 'done'],
    )
    for (const { task, vcpu, start, finish } of view.tasks) {
      t.ok(start >= 0 && finish >= start && finish <= view.responseTime + 0.1, `${task} ran in the run`)
      t.equal(
        vcpu,
        view.plan.warm.tasks.find((one) => one.task === task)?.vcpu,
        `${task} is where it was planned`,
      )
    }
    t.ok(view.plan.warm.makespan > 0)
    seen.push(
      ...view.tasks.filter(({ task }) => task.startsWith('work')).map(({ start, finish }) => finish - start),
    )
  }
  const next = (await site.controller.plan(site.source(file(prefix)))).parts[0]
  const planned = next?.warm.tasks
    .filter(({ task }) => task.startsWith('work'))
    .map(({ start, finish }) => finish - start)
  t.match(planned, [Number, Number])
  for (const time of planned ?? [])
    t.ok(Math.abs(time / (median(seen) ?? 0) - 1) < 0.5, `planned ${time} s, seen ${seen.join(', ')} s`)
}

t.test('a workflow, from a file to a result: child processes', { skip: skipWithoutRegistry }, async (t) => {
  const site = await RealSite.open(t, { nodes: [{}, {}] })
  await runsAsPlanned(t, site, 'p-', async (instance) => {
    const pid = await site.pidOf(instance)
    const threads = await readdir(`/proc/${pid}/task`)
    const texts = await Promise.all(
      threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/status`, 'utf8')),
    )
    return texts.map((text) => /^Cpus_allowed_list:\s*(\S+)$/m.exec(text)?.[1] ?? '')
  })
})

t.test('the same in containers', { skip: skipWithoutRegistry || skipWithoutDocker }, async (t) => {
  t.teardown(async () => {
    for (const what of ['cut', 'work', 'join']) await removeImagesOf(`d-${what}`)
  })
  const site = await RealSite.open(t, { nodes: [{ engine: 'docker' }, { engine: 'docker' }] })
  await runsAsPlanned(t, site, 'd-', async ({ function: name, node, process = '' }) => [
    await cpusetOf(name, node, process),
  ])
})
