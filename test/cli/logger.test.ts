import { PassThrough } from 'node:stream'
import t from 'tap'
import { createLogger } from '../../src/cli/logger.ts'

t.test('on a terminal each message is one line, with the node that it comes from', async (t) => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, hasColors: () => false })
  const log = await createLogger('info', terminal as unknown as NodeJS.WriteStream)
  log.info({ node: 'edge', instance: 'resize-1', ms: 12 }, 'ready')
  log.info({ by: 'alice', method: 'POST', url: '/v1/plans', status: 200 }, 'POST /v1/plans by alice: 200')
  const [first, second, ...rest] = String(terminal.read()).split('\n')
  t.match(first, /\] INFO: edge: resize-1: ready$/)
  t.match(second, /\] INFO: POST \/v1\/plans by alice: 200$/)
  t.same(rest, [''])
})
