import t from 'tap'
import { registerPrefix } from '../../src/control/index.ts'
import type { FetchError } from '../../src/endpoint/index.ts'
import { Component, NackReason, Name } from '../../src/packet/index.ts'
import { digestSigner } from '../../src/trust/index.ts'
import { ask, askText, connectTo, functionFile, publish, startNode, writeFunction } from './fixture.ts'

t.test('a chain of three functions that somebody has just written', async (t) => {
  const write = (name: string, body: string): Promise<string> =>
    writeFunction(
      t,
      `${name}.ts`,
      `import { defineFunction } from 'ndn-sfc'
       export default defineFunction({
         name: '${name}',
         input: 'text/plain',
         output: 'text/plain',
         apply: (input) => { const text = Buffer.from(input).toString(); return ${body} },
       })`,
    )
  const functions = await Promise.all([
    write('loud', 'text.toUpperCase()'),
    write('backwards', "[...text].reverse().join('')"),
    write('twice', 'text + text'),
  ])
  const node = await startNode(t, { functions })
  const asked = await publish(t, node, '/camera', { text: 'smile' })
  const consumer = await connectTo(t, node)

  t.equal(await askText(consumer, 'twice:backwards:loud/camera/1'), 'ELIMSELIMS')
  t.same(asked, ['/camera/1'])

  const before = new Map(node.faces().map(({ id, interestsOut }) => [id, interestsOut]))
  t.equal(await askText(await connectTo(t, node), 'twice:backwards:loud/camera/1'), 'ELIMSELIMS')
  t.ok(
    node.faces().every(({ id, interestsOut }) => interestsOut === (before.get(id) ?? 0)),
    'the second time the Content Store answers, and nobody is asked',
  )
  t.equal(await askText(consumer, 'backwards:loud/camera/1'), 'ELIMS', 'so it does for a part of the chain')
  const loud = node.faces().find((face) => face.function === 'loud')
  t.equal(loud?.interestsOut, 1)
})

t.test('chains at one node', async (t) => {
  const node = await startNode(t, {
    functions: [functionFile('upper'), functionFile('wrap')],
    listen: ['tcp://127.0.0.1:0'],
  })
  await publish(t, node, '/camera', { text: 'smile' })
  const consumer = await connectTo(t, node)

  await t.test('a function may stand in it twice', async (t) => {
    t.equal(await askText(consumer, 'wrap:wrap/camera/twice'), '((smile))')
    t.equal(
      await askText(consumer, 'wrap(times=2):upper:wrap(times=2)/camera/twice'),
      '((SMILESMILE)(SMILESMILE))',
    )
  })

  await t.test('what is asked for with other parameters is another thing', async (t) => {
    t.equal(await askText(consumer, 'wrap(times=3)/camera/1'), '(smilesmilesmile)')
    t.equal(await askText(consumer, 'wrap(times=2)/camera/1'), '(smilesmile)')
  })

  await t.test('a consumer that sends flat names gets the same', async (t) => {
    const flat = await connectTo(t, node, { form: 'flat' })
    t.equal(await askText(flat, 'wrap:upper/camera/flat'), '(SMILE)')
    const extended = await connectTo(t, node, { form: 'extended' })
    t.equal(await askText(extended, 'wrap:upper/camera/extended'), '(SMILE)')
    const faces = node.faces()
    const formOf = (form: string) => faces.filter((face) => face.form === form).length
    t.ok(formOf('flat') >= 1 && formOf('extended') >= 1)
  })

  await t.test('a result of many segments arrives whole, through two functions', async (t) => {
    const result = await ask(consumer, 'upper:wrap(times=100000)/camera/many')
    t.ok(result.segments > 60)
    t.equal(Buffer.from(result.content).toString(), `(${'SMILE'.repeat(100_000)})`)
  })

  await t.test('work is done once for all who ask meanwhile', async (t) => {
    const wrap = () => node.faces().find((face) => face.function === 'wrap')
    const before = wrap()?.interestsOut ?? 0
    const consumers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => connectTo(t, i % 2 ? node : (node.addresses[1] as string))),
    )
    const answers = await Promise.all(consumers.map((one) => askText(one, 'wrap:upper/camera/all')))
    t.same(new Set(answers), new Set(['(SMILE)']))
    t.equal((wrap()?.interestsOut ?? 0) - before, 1)
  })

  await t.test('many consumers with chains of their own are all answered', async (t) => {
    const consumers = await Promise.all(Array.from({ length: 30 }, () => connectTo(t, node)))
    const answers = await Promise.all(
      consumers.flatMap((one, i) => [1, 2, 3].map((j) => askText(one, `wrap:upper/camera/${i}-${j}`))),
    )
    t.same(new Set(answers), new Set(['(SMILE)']))
    t.equal(answers.length, 90)
  })

  await t.test('media types that do not fit are refused before anything runs', async (t) => {
    const asked = await publish(t, node, '/door', { text: 'x', mediaType: 'image/png' })
    const refused = await ask(consumer, 'wrap(times=0)/door/1').catch((error: FetchError) => error)
    t.match(refused, {
      code: 'function-failed',
      failure: { code: 'bad-parameter', function: 'wrap', reason: /times=0 is not allowed/ },
    })
    t.same(asked, [])
    const misfit = await ask(consumer, 'upper/door/1').catch((error: FetchError) => error)
    t.match(misfit, {
      failure: {
        code: 'type-mismatch',
        function: 'upper',
        reason: 'takes text/plain, and /door/1 is image/png',
      },
    })
  })

  await t.test('a function that nobody offers is refused at once', async (t) => {
    await t.rejects(ask(consumer, 'nowhere/camera/1'), {
      code: 'no-route',
      message: "no node offers function 'nowhere'",
    })
    await t.rejects(
      ask(consumer, 'wrap:nowhere/camera/1'),
      {
        code: 'function-failed',
        message: "wrap: no node offers function 'nowhere'",
        failure: { code: 'no-route', function: 'wrap' },
      },
      'also inside a chain',
    )
    await t.rejects(consumer.express(Name.parse('/128=nowhere/camera/1')), {
      code: 'nack',
      reason: NackReason.NoRoute,
    })
  })

  await t.test('content that nobody has is refused at once', async (t) => {
    await t.rejects(ask(consumer, '/attic/1'), { code: 'no-route', message: 'nobody has /attic/1' })
    await t.rejects(ask(consumer, 'wrap/attic/1'), {
      code: 'function-failed',
      failure: { code: 'no-route', function: 'wrap', reason: 'nobody has /attic/1' },
    })
  })

  await t.test('content whose producer is silent ends in a time-out that names it', async (t) => {
    const silent = await connectTo(t, node, { onInterest: () => {} })
    await registerPrefix(silent, Name.parse('/cellar'), digestSigner)
    await t.rejects(ask(consumer, '/cellar/1', { timeout: 100 }), { code: 'timeout', message: /\/cellar\/1/ })
    await t.rejects(ask(consumer, 'wrap/cellar/1', { timeout: 100 }), { code: 'timeout' })
  })

  await t.test('what nobody answers is forgotten when its time is over', async (t) => {
    const expired = (): number => node.faces().reduce((sum, face) => sum + face.expired, 0)
    const silent = await connectTo(t, node, { onInterest: () => {} })
    await registerPrefix(silent, Name.parse('/cellar'), digestSigner)
    while (node.status().pit.entries > 0) await new Promise(setImmediate)
    const before = expired()
    await t.rejects(consumer.express(Name.parse('/cellar/2'), { lifetime: 50 }), { code: 'timeout' })
    while (expired() === before) await new Promise(setImmediate)
    while (node.status().pit.entries > 0) await new Promise(setImmediate)
    t.equal(expired(), before + 1)
  })

  await t.test('HopLimit says how far an Interest may go', async (t) => {
    const name = Name.parse('/camera/hop')
    const express = (hopLimit: number) =>
      consumer.express(name, { canBePrefix: true, hopLimit, lifetime: 200 })
    await t.rejects(express(0), { code: 'timeout' }, 'to the router and no further')
    t.ok(await express(1), 'to a program on this host')
    const face = node.faces().find(({ drops }) => drops['hop-limit'] === 1)
    t.ok(face, 'what goes no further is counted')
    t.equal(await askText(consumer, 'wrap:upper/camera/hops', { hopLimit: 3 }), '(SMILE)')
  })

  await t.test('a router writes CurrentFunction, and nobody else', async (t) => {
    const impostor = await connectTo(t, node, { form: 'dispatched' })
    const name = Name.of(new Component(128, Buffer.from('wrap')), Component.generic('camera'))
    await t.rejects(impostor.express(name, { lifetime: 100 }), { code: 'timeout' })
    t.ok(node.faces().some(({ drops }) => drops['foreign-name'] === 1))
  })
})
