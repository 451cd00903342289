import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { FileError, readPlatform, readWorkflow } from '../../../scheduler/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'formats-'))
const write = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

t.test('the extension says how a workflow is written', async (t) => {
  const yaml = 'types: { f: { image: 0 } }\ntasks: { a: { type: f, work: 1 } }'
  const run = '{ "id": "a", "runtimeInSeconds": 1, "command": { "program": "f" } }'
  const json = `{ "workflow": { "specification": { "tasks": [{ "id": "a" }] }, "execution": { "tasks": [${run}] } } }`
  const files = {
    'w.yaml': yaml,
    'w.YML': yaml,
    'w.json': `\uFEFF${json}`,
    'w.stg': '1\n0 1 0\n',
    'w.dot': 'digraph w { a [work=1] }',
    'w.gv': 'digraph w { a [work=1] }',
  }
  for (const [name, text] of Object.entries(files)) {
    const workflow = await readWorkflow(write(name, text), { speed: 1, limits: { tasks: 1 } })
    t.strictSame([workflow.name, workflow.tasks[0]?.work], ['w', 1], name)
  }
})

t.test('a file of another kind, one that is not there and one that is too large are told', async (t) => {
  const failsWith = async (reading: Promise<unknown>, message: string | RegExp): Promise<void> => {
    const error = await reading.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    t.ok(error instanceof FileError)
    t.match((error as FileError).message, message)
  }
  const text = write('w.txt', 'x')
  await failsWith(
    readWorkflow(text),
    `${text}: a workflow is read from files .yaml, .yml, .json, .stg, .dot, .gv, and not from .txt`,
  )
  await failsWith(readWorkflow(join(folder, 'none')), 'and not from one without extension')
  await failsWith(readPlatform(join(folder, 'none.yaml')), /none\.yaml: there is no such file$/)
  await failsWith(readPlatform(folder), 'is a folder; name a file')
  const large = write('large.json', ' '.repeat(101))
  await failsWith(
    readWorkflow(large, { limits: { bytes: 100 } }),
    'it has 101 octets, and at most 100 are read',
  )
  const platform = write('p.yaml', 'networks: {}\nhosts: { a: 1 }\n')
  await failsWith(readPlatform(platform), `${platform}:2: hosts.a: must be a mapping, and is the number 1`)
})
