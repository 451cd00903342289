import t from 'tap'
import { askText, connectTo, functionFile, Log, publish, startNode } from './fixture.ts'

const PID = /^smile by (\d+)$/

t.test('instances that are killed', async (t) => {
  const log = new Log()
  const functions = [functionFile('trouble')]
  const supervision = { firstBackOff: 100, maxBackOff: 400 }
  const node = await startNode(t, { functions, supervision, log })
  await publish(t, node, '/camera', { text: 'smile' })
  const consumer = await connectTo(t, node)
  const status = async () => (await node.functions())[0]
  const pidOf = async (chain: string): Promise<number> =>
    Number(PID.exec(await askText(consumer, chain))?.[1])

  await t.test('in the middle of requests: all of them are done by the next instance', async (t) => {
    const pid = await pidOf('trouble/camera/1')
    const before = log.lines.length
    const asked = [1, 2, 3].map((key) => pidOf(`trouble(key=${key},mode=slow)/camera/1`))
    for (const key of [1, 2, 3]) await log.saw(new RegExp(`working on slow ${key}`), before)
    process.kill(pid, 'SIGKILL')
    const pids = await Promise.all(asked)
    t.equal(new Set(pids).size, 1)
    t.not(pids[0], pid)
    t.match(await status(), { state: 'ready', restarts: 1, instance: 'trouble-2', cause: undefined })
    t.ok(log.lines.some((line) => /3 pending Interests sent to the new instance/.test(line)))
  })

  await t.test('over and over: all are answered at once with the cause, until it recovers', async (t) => {
    for (const next of [2, 3]) {
      const before = log.lines.length
      process.kill(await pidOf(`trouble(key=${next})/camera/2`), 'SIGKILL')
      await log.saw(next === 2 ? /^trouble: ready/ : /^trouble: failed/, before)
    }
    t.match(await status(), { state: 'failed', cause: 'ended by SIGKILL', restarts: 3, instance: undefined })
    const before = log.lines.length
    await t.rejects(askText(consumer, 'trouble/camera/3'), {
      code: 'function-failed',
      message: 'trouble: no instance runs: ended by SIGKILL',
    })
    await log.saw(/^trouble: ready/, before)
    t.match(await askText(consumer, 'trouble/camera/3'), PID)
    t.match(await status(), { state: 'ready', cause: undefined })
  })
})
