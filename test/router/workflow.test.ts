import t from 'tap'
import { encodeInputs, INPUTS_MEDIA_TYPE } from '../../src/endpoint/index.ts'
import { type DoneWorks, worksName } from '../../src/function/index.ts'
import { Name } from '../../src/packet/index.ts'
import { askText, connectTo, functionFile, publish, startNode, writeFunction } from './fixture.ts'

t.test('a workflow: two tasks take one result, and a third what both have made of it', async (t) => {
  const join = await writeFunction(
    t,
    'join.ts',
    `import { defineFunction } from 'ndn-sfc'
     export default defineFunction({
       name: 'join',
       input: 'text/plain',
       inputs: 'many',
       output: 'text/plain',
       apply: (_, { inputs }) => inputs.map(({ content }) => Buffer.from(content).toString()).join(' '),
     })`,
  )
  const node = await startNode(t, { functions: [functionFile('upper'), functionFile('wrap'), join] })
  await publish(t, node, '/camera', { text: 'smile' })
  const list = async (task: string, ...inputs: string[]): Promise<void> => {
    const text = Buffer.from(encodeInputs(inputs.map((uri) => Name.parse(uri)))).toString()
    await publish(t, node, `/workflow/w/${task}`, { text, mediaType: INPUTS_MEDIA_TYPE })
  }
  await list('first', '/camera/1')
  await list('left', '/128=upper/workflow/w/first/camera/1')
  await list('right', '/128=upper/workflow/w/first/camera/1', '/camera/1')
  await list('both', '/128=wrap/workflow/w/left/camera/1', '/128=join/workflow/w/right/camera/1')

  const consumer = await connectTo(t, node)
  t.equal(await askText(consumer, 'join/workflow/w/both/camera/1'), '(SMILE) SMILE smile')
  const worksOf = async (name: string): Promise<DoneWorks> => {
    const data = await consumer.express(worksName(name, 'any', 0), { mustBeFresh: true })
    return JSON.parse(Buffer.from(data.content).toString()) as DoneWorks
  }
  t.match(await worksOf('upper'), { works: [{ inputs: [{ name: /^\/camera\/1\// }] }], last: 1 })
  t.match(await worksOf('join'), {
    works: [
      { inputs: [{ name: /^\/128=upper\/workflow\/w\/first\// }, { name: /^\/camera\/1\// }] },
      {
        inputs: [{ name: /^\/128=wrap\/workflow\/w\/left\// }, { name: /^\/128=join\/workflow\/w\/right\// }],
      },
    ],
    last: 2,
  })
})
