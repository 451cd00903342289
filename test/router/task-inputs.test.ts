import t from 'tap'
import { decodeInputs, INPUTS_MEDIA_TYPE, splitSegment } from '../../src/endpoint/index.ts'
import { Data, encodeInterest, Interest, Name } from '../../src/packet/index.ts'
import { TaskInputs } from '../../src/router/task-inputs.ts'
import { digestSigner } from '../../src/trust/index.ts'

const TASK = '/workflow/photos/merge'

function makeInputs(inputs = ['/128=resize/130=width%3D6/workflow/photos/left', '/']) {
  const tasks = new TaskInputs(() => digestSigner)
  tasks.set([
    { name: TASK, inputs },
    { name: '/workflow/photos/merge/deep', inputs: ['/of/deep'] },
  ])
  const ask = (uri: string | Name, canBePrefix = true): Data | undefined => {
    const name = typeof uri === 'string' ? Name.parse(uri) : uri
    const answer = tasks.answer(Interest.decode(encodeInterest({ name, canBePrefix })))
    return answer && Data.decode(answer)
  }
  return { tasks, ask }
}

t.test(
  'under a task and a content stands the list of inputs, each with the name of the content',
  async (t) => {
    const { ask } = makeInputs()
    const data = ask(`${TASK}/camera/1`)
    t.match(data, { mediaType: INPUTS_MEDIA_TYPE, freshnessPeriod: 1000 })
    t.same(decodeInputs(data?.content ?? new Uint8Array()).map(String), [
      '/128=resize/130=width%3D6/workflow/photos/left/camera/1',
      '/camera/1',
    ])
    t.match(String(data?.name), /^\/workflow\/photos\/merge\/camera\/1\/v=\d+\/seg=0$/)
    const deep = ask(`${TASK}/deep/1`)
    t.same(decodeInputs(deep?.content ?? new Uint8Array()).map(String), ['/of/deep/1'], 'of the longest name')
  },
)

t.test('nothing stands where there is no task, no content, or not as a prefix', async (t) => {
  const { tasks, ask } = makeInputs()
  t.equal(ask(TASK), undefined)
  t.equal(ask('/workflow/photos/other/camera/1'), undefined)
  t.equal(ask(`${TASK}/camera/1`, false), undefined)
  tasks.set([])
  t.equal(ask(`${TASK}/camera/1`), undefined)
})

t.test('a list of many inputs has several segments, which are the same each time', async (t) => {
  const many = Array.from({ length: 1024 }, (_, i) => `/128=resize/workflow/photos/tile-${i}`)
  const { ask } = makeInputs(many)
  const first = ask(`${TASK}/camera/1`)
  const whole = first?.name.slice(0, -1) as Name
  const last = first?.finalBlockId?.number ?? 0
  t.ok(last > 1)
  const { segment } = splitSegment(first?.name as Name) ?? {}
  t.equal(segment, 0)
  const contents: Uint8Array[] = []
  for (let i = 0; i <= last; i++) contents.push(ask(`${whole}/seg=${i}`, false)?.content ?? new Uint8Array())
  t.equal(decodeInputs(Buffer.concat(contents)).length, 1024)
  t.equal(ask(`${whole}/seg=${last + 1}`, false), undefined)
  t.equal(ask(`${TASK}/camera/1/v=1/seg=0`, false), undefined, 'of a version that is not')
})
