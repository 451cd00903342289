import { readdirSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { heft, parsePlatform, parseWorkflow, readWorkflow, schedule } from '../../../scheduler/index.ts'
import { GENERATED, read, TOPOLOGIES } from './generated.ts'

if (process.env.UPDATE_TOPOLOGIES === '1') {
  for (const { file, text } of GENERATED) writeFileSync(new URL(file, TOPOLOGIES), text())
}

const files = readdirSync(TOPOLOGIES).filter((file) => file.endsWith('.yaml'))
const isPlatform = (file: string): boolean => read(file).includes('$schema=platform.schema.json')
const platforms = files.filter(isPlatform)
const workflows = files.filter((file) => !isPlatform(file))

for (const { file, by, text } of GENERATED) {
  t.test(`topologies/${file} is what ${by} makes`, async (t) => {
    const how = `made by ${by}; UPDATE_TOPOLOGIES=1 npm test -- test/scheduler/topologies writes it again`
    // Layout of JSON is the formatter's.
    if (file.endsWith('.json')) t.strictSame(JSON.parse(read(file)), JSON.parse(text()), how)
    else t.equal(read(file), text(), how)
  })
}

t.test('each file in YAML says first by which schema an editor is to check it', async (t) => {
  t.ok(platforms.length > 4 && workflows.length > 1)
  for (const file of files)
    t.match(read(file), /^# yaml-language-server: \$schema=(platform|workflow)\.schema\.json\n/, file)
})

for (const file of workflows) {
  t.test(`topologies/${file} is a workflow`, async (t) => {
    t.ok(parseWorkflow(read(file), file).tasks.length > 0)
  })
}

for (const file of platforms) {
  t.test(`HEFT schedules the workflow of the source on topologies/${file}`, async (t) => {
    const workflow = parseWorkflow(read('partitions-5.yaml'), 'partitions-5.yaml')
    const { tasks, makespan } = schedule(heft, workflow, parsePlatform(read(file), file))
    t.equal(tasks.length, 18)
    t.ok(makespan > 0 && Number.isFinite(makespan))
  })
}

t.test(
  'the photograph is taken where the camera is, and its faces are found on the server beside it',
  async (t) => {
    const platform = parsePlatform(read('edge-cloud.yaml'), 'edge-cloud.yaml')
    const workflow = parseWorkflow(read('photo-ages.yaml'), 'photo-ages.yaml')
    const { tasks } = schedule(heft, workflow, platform)
    t.strictSame(
      tasks.map(({ vcpu }) => vcpu.replace(/\/.*/, '')),
      ['pi-lobby', 'edge-server', 'edge-server', 'edge-server'],
    )
  },
)

t.test('HEFT schedules the traces of WfInstances on the testbed', async (t) => {
  const platform = parsePlatform(read('testbed.yaml'), 'testbed.yaml')
  const traces = readdirSync(new URL('wfinstances/', TOPOLOGIES)).filter((file) => file.endsWith('.json'))
  const counts = []
  for (const file of traces) {
    const workflow = await readWorkflow(new URL(`wfinstances/${file}`, TOPOLOGIES).pathname)
    counts.push(schedule(heft, workflow, platform).tasks.length)
  }
  t.strictSame(counts, [41, 22])
})

t.test('what the README shows as YAML can be read', async (t) => {
  const blocks = [...read('README.md').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text]) => text ?? '')
  t.equal(blocks.length, 2)
  const platform = parsePlatform(blocks[0] ?? '', 'README.md')
  const workflow = parseWorkflow(blocks[1] ?? '', 'README.md')
  t.equal(schedule(heft, workflow, platform).tasks.length, workflow.tasks.length)
})
