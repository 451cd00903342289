import t, { type Test } from 'tap'
import { DockerEngine } from '../../src/engine/docker/index.ts'
import type { InstanceSpec } from '../../src/engine/index.ts'
import type { Limits } from '../../src/function/index.ts'
import { docker, removeImages } from './docker-host.ts'
import { makeArtifact, makeDoor, nextEvent, temporaryFolder, uniqueNode } from './fixture.ts'
import { skipWithoutDocker } from './require-docker.ts'

t.test('an instance in a container', { skip: skipWithoutDocker }, async (t) => {
  const nodeName = uniqueNode()
  const artifact = await makeArtifact(t, { programs: ['sleep'] })
  t.teardown(() => removeImages(artifact))
  const engine = await DockerEngine.connect({ nodeName, stateDirectory: await temporaryFolder(t) })
  t.teardown(() => engine.close())
  await engine.prepare(artifact)
  let started = 0

  const start = async (
    t: Test,
    limits: Partial<Limits> = {},
    doorMode = 0o711,
    options: Partial<InstanceSpec> = {},
  ) => {
    const id = `inside-${started++}`
    const exit = nextEvent(engine, 'exit', id)
    const { directory, connected } = await makeDoor(t, doorMode)
    const manifest = { ...artifact.manifest, limits: { ...artifact.manifest.limits, ...limits } }
    await engine.start({ id, artifact: { ...artifact, manifest }, doorDirectory: directory, ...options })
    return { agent: await connected, container: `ndn-sfc-${nodeName}-${id}`, exit }
  }
  const { agent, container } = await start(t)
  const status = async () =>
    agent.run<string>('return require("fs").readFileSync("/proc/self/status", "utf8")')

  await t.test('has no network interface but loopback', async (t) => {
    const devices = await agent.run<string>('return require("fs").readFileSync("/proc/net/dev", "utf8")')
    t.same(
      devices.match(/^\s*\S+(?=:)/gm)?.map((name) => name.trim()),
      ['lo'],
    )
    t.same(await agent.run('return Object.keys(require("os").networkInterfaces())'), ['lo'])
    t.equal((await docker.getContainer(container).inspect()).HostConfig.NetworkMode, 'none')
  })

  await t.test('reaches no address', async (t) => {
    // Addresses of nobody (RFC 5737, RFC 3849), and of the Docker Engine's bridge.
    for (const host of ['192.0.2.1', '2001:db8::1', '172.17.0.1']) {
      const connecting = agent.run(`
        const socket = require('net').connect({ host: '${host}', port: 80 })
        await new Promise((resolve, reject) => socket.on('connect', resolve).on('error', reject))
      `)
      await t.rejects(connecting, { message: /^(ENETUNREACH|EADDRNOTAVAIL)$/ }, host)
    }
    const sending = agent.run(`
      const socket = require('dgram').createSocket('udp4')
      await new Promise((resolve, reject) => socket.send('hello', 53, '192.0.2.1', (e) => e ? reject(e) : resolve()))
    `)
    await t.rejects(sending, { message: 'ENETUNREACH' })
    await t.rejects(agent.run('return require("dns").promises.resolve("example.org")'))
  })

  await t.test('cannot write anywhere but to a small /tmp', async (t) => {
    const [writable, folders] = await agent.run<[string[], number]>(`
      const fs = require('fs')
      const writable = []
      let folders = 0
      const visit = (folder) => {
        if (folder === '/proc' || folder === '/sys') return
        folders++
        try {
          fs.writeFileSync(folder + '/written', '')
          writable.push(folder)
        } catch {}
        let entries = []
        try { entries = fs.readdirSync(folder, { withFileTypes: true }) } catch {}
        for (const entry of entries) {
          if (entry.isDirectory()) visit((folder === '/' ? '' : folder) + '/' + entry.name)
        }
      }
      visit('/')
      return [writable, folders]
    `)
    t.same(writable, ['/tmp'])
    t.ok(folders > 10, `${folders} folders`)
    for (const path of ['/function/main.mjs', '/usr/local/bin/node', '/etc/passwd', '/run/ndn-sfc/x', '/x']) {
      await t.rejects(agent.run(`require("fs").writeFileSync("${path}", "")`), { message: 'EROFS' }, path)
    }
    const filling = agent.run('require("fs").writeFileSync("/tmp/large", Buffer.alloc(20 * 2 ** 20))')
    await t.rejects(filling, { message: 'ENOSPC' })
    await agent.run('require("fs").unlinkSync("/tmp/large")')
  })

  await t.test('has a read-only root, and runs nothing from /tmp', async (t) => {
    const mounts = await agent.run<string>('return require("fs").readFileSync("/proc/self/mounts", "utf8")')
    const options = (path: string) =>
      mounts
        .split('\n')
        .find((line) => line.split(' ')[1] === path)
        ?.split(' ')[3]
        ?.split(',')
    t.ok(options('/')?.includes('ro'))
    t.ok(options('/run/ndn-sfc')?.includes('ro'))
    for (const flag of ['noexec', 'nosuid', 'nodev']) t.ok(options('/tmp')?.includes(flag), flag)
    const running = agent.run(`
      require('fs').writeFileSync('/tmp/program', '#!/usr/local/bin/node\\n', { mode: 0o755 })
      const child = require('child_process').spawn('/tmp/program')
      await new Promise((resolve, reject) => child.on('exit', resolve).on('error', reject))
    `)
    await t.rejects(running, { message: 'EACCES' })
  })

  await t.test('has no capabilities', async (t) => {
    const capabilities = (await status()).match(/^Cap\w+:\s+\w+$/gm) ?? []
    t.ok(capabilities.length >= 4)
    for (const line of capabilities) t.match(line, /\s0+$/)
  })

  await t.test('gets no new privileges and is under seccomp', async (t) => {
    t.match(await status(), /^NoNewPrivs:\s+1$/m)
    t.match(await status(), /^Seccomp:\s+2$/m)
  })

  await t.test('is not root', async (t) => {
    t.same(await agent.run('return [process.getuid(), process.getgid(), process.getgroups()]'), [
      65534,
      65534,
      [65534],
    ])
    await t.rejects(agent.run('process.setuid(0)'), { message: 'EPERM' })
  })

  await t.test('has no door but its own', async (t) => {
    const sockets = await agent.run<string[]>(`
      const fs = require('fs')
      const found = []
      const visit = (folder) => {
        if (folder === '/proc' || folder === '/sys') return
        for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
          const path = (folder === '/' ? '' : folder) + '/' + entry.name
          if (entry.isSocket()) found.push(path)
          if (entry.isDirectory()) try { visit(path) } catch {}
        }
      }
      visit('/')
      return found
    `)
    // The door folder cannot be listed, only passed through.
    t.same(sockets, [])
    t.ok(await agent.run('return require("fs").statSync("/run/ndn-sfc/router.sock").isSocket()'))
    const { Mounts } = await docker.getContainer(container).inspect()
    t.same(
      Mounts.map(({ Destination, RW }) => [Destination, RW]),
      [['/run/ndn-sfc', false]],
    )
    await t.rejects(agent.run('require("fs").unlinkSync("/run/ndn-sfc/router.sock")'), { message: 'EROFS' })
  })

  await t.test('sees no process but its own, and shares no memory', async (t) => {
    const processes = await agent.run<string[]>(
      'return require("fs").readdirSync("/proc").filter((name) => /^\\d+$/.test(name))',
    )
    t.same(processes, ['1'])
    t.notOk(await agent.run('return require("fs").existsSync("/dev/shm")'))
  })

  await t.test('an instance beyond its memory limit is killed', async (t) => {
    const { agent, exit } = await start(t, { memory: 96 * 2 ** 20 })
    // Outside the JavaScript heap, so that only the container's limit can hold it.
    agent.send('const hoard = []; for (;;) hoard.push(Buffer.alloc(2 ** 20, 1))')
    t.match(await exit, { exitCode: null, signal: 'SIGKILL', outOfMemory: true })
  })

  await t.test('an instance has no more processes than its limit', async (t) => {
    const { agent } = await start(t, { pids: 32 })
    const [running, refused] = await agent.run<[number, string[]]>(`
    const { spawn } = require('child_process')
    const children = Array.from({ length: 40 }, () => spawn('sleep', ['60']))
    const errors = await Promise.all(children.map((child) => new Promise((resolve) => {
      child.on('spawn', () => resolve()).on('error', ({ code }) => resolve(code))
    })))
    const refused = errors.filter(Boolean)
    return [errors.length - refused.length, [...new Set(refused)]]
  `)
    t.ok(running > 0 && running < 32, `${running} run`)
    t.same(refused, ['EAGAIN'])
  })

  await t.test('an instance gets no more CPU time than its limit', async (t) => {
    const { agent, container } = await start(t, { cpus: 0.25 })
    t.equal((await docker.getContainer(container).inspect()).HostConfig.NanoCpus, 0.25e9)
    const share = await agent.run<number>(`
    const start = process.hrtime.bigint()
    const before = process.cpuUsage()
    while (process.hrtime.bigint() - start < 800_000_000n);
    const { user, system } = process.cpuUsage(before)
    return (user + system) * 1000 / Number(process.hrtime.bigint() - start)
  `)
    // A quarter, and what is left of the 100 ms for which the kernel counts.
    t.ok(share < 0.45, `${share} of a CPU`)
  })

  await t.test('on a share of a CPU also short work is slow', async (t) => {
    const { agent } = await start(t, { cpus: 1 }, 0o711, { cpus: [0], cpuShare: 0.3 })
    // At rest, it saves up nothing.
    const time = await agent.run<number>(`
    const before = process.cpuUsage()
    const start = process.hrtime.bigint()
    while (process.cpuUsage(before).user + process.cpuUsage(before).system < 50_000);
    return Number(process.hrtime.bigint() - start) / 1e6
  `)
    t.ok(time > 100, `${time} ms for 50 ms of a CPU`)
  })

  await t.test('more CPUs than the machine has are as many as it has', async (t) => {
    const { agent } = await start(t, { cpus: 256 })
    t.equal(await agent.run('return 1'), 1)
  })

  await t.test('a door open for everyone cannot be changed from inside', async (t) => {
    const { agent } = await start(t, {}, 0o777)
    t.same(await agent.run('return require("fs").readdirSync("/run/ndn-sfc")'), ['router.sock'])
    await t.rejects(agent.run('require("fs").writeFileSync("/run/ndn-sfc/x", "")'), { message: 'EROFS' })
    await t.rejects(agent.run('require("fs").unlinkSync("/run/ndn-sfc/router.sock")'), { message: 'EROFS' })
  })
})
