import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { Container } from 'dockerode'
import { EngineError } from '../engine.ts'
import { CONTAINER_FUNCTION } from '../image-layers.ts'
import { InstanceLog } from '../instance-log.ts'
import { SET_UP_TIMEOUT, type SetUp } from '../set-up.ts'
import { tarStream } from '../tar.ts'
import { CALL_TIMEOUT, type DockerClient, ignoreGone } from './client.ts'
import type { DockerImages } from './images.ts'
import { logStreams } from './translate.ts'

/** Does the work of `setUpImage` in src/engine/set-up-image.ts. */
export async function runSetUp(client: DockerClient, images: DockerImages, setUp: SetUp): Promise<void> {
  const { image, name, progress } = setUp
  const tag = `ndn-sfc/system:${image.digest.slice('sha256:'.length).slice(0, 12)}`
  await images.load(image, tag, progress)
  const container = await client.call(
    `create a container of ${name}`,
    (docker) => docker.createContainer(containerOf(tag, setUp.lines)),
    'build-failed',
  )
  let made: string | undefined
  try {
    const folder = tarStream(async (tar) => {
      tar.folder('function')
      await tar.tree('function/', setUp.folder)
    })
    await client.call('copy the function', () => container.putArchive(folder, { path: '/' }), 'build-failed')
    await runToEnd(client, container, setUp)
    const path = CONTAINER_FUNCTION
    const left = await client.call('copy the function', () => container.getArchive({ path }), 'build-failed')
    await setUp.onFolder(left as Readable)
    made = `ndn-sfc/setup:${randomUUID()}`
    const [repo, id] = made.split(':')
    await client.call(
      'keep what was set up',
      () => container.commit({ repo, tag: id }),
      'build-failed',
      SET_UP_TIMEOUT,
    )
    const saved = await client.call(`save ${made}`, (docker) => docker.getImage(made as string).get())
    await setUp.onImage(saved as Readable)
  } finally {
    await client
      .call('remove a container', () => container.remove({ force: true, v: true }))
      .catch(ignoreGone)
    if (made !== undefined) {
      const image = made
      await client.call(`remove ${image}`, (docker) => docker.getImage(image).remove()).catch(ignoreGone)
    }
  }
}

/** `-x`: what was said last then begins with the command that said it. */
function containerOf(Image: string, lines: readonly string[]) {
  return {
    Image,
    Entrypoint: ['/bin/sh', '-exc'],
    Cmd: [lines.join('\n')],
    WorkingDir: CONTAINER_FUNCTION,
    User: '0:0',
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: { LogConfig: { Type: 'none', Config: {} } },
  }
}

async function runToEnd(
  client: DockerClient,
  container: Container,
  { name, timeout = SET_UP_TIMEOUT, progress, signal }: SetUp,
): Promise<void> {
  const log = new InstanceLog(name, (_name, line) => {
    if (line.startsWith('+ ')) progress?.(`running ${line.slice(2)}`)
  })
  const attached = await client.call('listen to a container', () =>
    container.attach({ stream: true, stdout: true, stderr: true }),
  )
  const { stderr } = logStreams(log)
  // Both are shown where it fails.
  client.docker.modem.demuxStream(attached, stderr, stderr)
  const read = new Promise((resolve) => attached.once('end', resolve).once('close', resolve))
  const ends = new AbortController()
  const onAbort = (): void => ends.abort()
  signal?.addEventListener('abort', onAbort)
  const tooLate = delay(timeout, { StatusCode: -1 }, { signal: ends.signal })
  tooLate.catch(() => {})
  // It has not begun yet, which otherwise counts as having ended.
  const wait = () => container.wait({ condition: 'next-exit' })
  const ended = client.call('wait for a container', wait, 'build-failed', timeout + CALL_TIMEOUT)
  ended.catch(() => {})
  try {
    signal?.throwIfAborted()
    await client.call(`start a container of ${name}`, () => container.start(), 'build-failed')
    const { StatusCode: code } = (await Promise.race([ended, tooLate])) as { StatusCode: number }
    if (code >= 0) await read
    log.end()
    if (code === 0) return
    const how = code < 0 ? `took more than ${timeout} ms` : `failed with exit code ${code}`
    throw new EngineError('build-failed', `a setup command ${how} in ${name}:\n${log.lastWords}`)
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', onAbort)
    ends.abort()
  }
}
