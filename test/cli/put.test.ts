import { rename, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { FetchError } from '../../src/endpoint/index.ts'
import { Cli, fetchFrom, TEST_TIMEOUT_MS, temporaryFolder } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

const NO_ROUTE = 'error: no-route'

const cli = await Cli.create(t)
let node = await cli.up()

async function makeFolder(t: Test, files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder(t)
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return folder
}

/** The content; of an error its code. */
async function get(name: string): Promise<string> {
  return fetchFrom(cli.home, name).then(
    ({ content }) => Buffer.from(content).toString(),
    ({ code }: FetchError) => `error: ${code}`,
  )
}

async function version(name: string): Promise<number> {
  return (await fetchFrom(cli.home, name)).name.at(-1)?.number as number
}

t.test('one file is served under its name, with its media type, and nothing else is', async (t) => {
  const folder = await makeFolder(t, { 'a.json': '{"a":1}', b: 'b' })
  const put = await cli.put('/one', join(folder, 'a.json'))
  t.match(await fetchFrom(cli.home, '/one'), {
    mediaType: 'application/json',
    content: Buffer.from('{"a":1}'),
  })
  t.equal(await get('/one/b'), NO_ROUTE)
  t.match(await put.stop(), { code: 0, stderr: '' })
})

t.test('it says what it serves, by whom, how to stop it, and what it does not serve', async (t) => {
  const folder = await makeFolder(t, { 'a.txt': 'a', b: 'bb', '.hidden': 'x' })
  await symlink('/etc/passwd', join(folder, 'out'))
  const put = await cli.put('/said', folder, '--as', 'press')
  const { code, stdout, stderr } = await put.stop('SIGTERM')
  t.equal(code, 0)
  t.match(
    stdout,
    /^Serving 2 files, 3 B:\n {2}\/said\/a\.txt\n {2}\/said\/b\nSigned by \/ndn-sfc\/\w+\/producer\/press, fresh for 10\.0 s, at unix:.*ctrl-C stops it\.\n$/,
  )
  t.match(stderr, /^not served: .*\/out leads nowhere, or out of the folder\n$/)
})

t.test('nothing outside the folder is to be had', async (t) => {
  const folder = await makeFolder(t, { a: 'a' })
  await symlink('/etc/passwd', join(folder, 'out'))
  await symlink('/etc', join(folder, 'etc'))
  const put = await cli.put('/closed', folder)
  const names = ['out', 'etc/passwd', '%2e%2e/%2e%2e/etc/passwd', '..../etc/passwd', '%2Fetc%2Fpasswd']
  const answers = await Promise.all(names.map((name) => get(`/closed/${name}`)))
  for (const answer of answers) t.equal(answer, NO_ROUTE)
  t.equal(await get('/closed/a'), 'a')
  t.equal((await put.stop()).code, 0)
})

t.test('a file that changes is a new version; one that comes is served, one that goes is not', async (t) => {
  const folder = await makeFolder(t, { a: 'old' })
  await cli.put('/changing', folder, '--freshness', '0')
  const before = await version('/changing/a')
  t.equal(await version('/changing/a'), before, 'as long as it is the same')
  await writeFile(join(folder, 'a'), 'written over')
  t.equal(await get('/changing/a'), 'written over')
  await writeFile(join(folder, 'b'), 'new')
  t.ok((await version('/changing/a')) > before)
  t.equal(await get('/changing/b'), 'new')
  await rename(join(folder, 'b'), join(folder, 'a'))
  t.equal(await get('/changing/a'), 'new')
  t.equal(await get('/changing/b'), NO_ROUTE)
  await unlink(join(folder, 'a'))
  t.equal(await get('/changing/a'), NO_ROUTE)
})

t.test('a cache may answer for as long as --freshness says', async (t) => {
  const folder = await makeFolder(t, { a: 'old' })
  await cli.put('/fresh', folder, '--freshness', '1h')
  t.equal(await get('/fresh/a'), 'old')
  await writeFile(join(folder, 'a'), 'new')
  t.equal(await get('/fresh/a'), 'old')
})

t.test('an empty file is an object too', async (t) => {
  const folder = await makeFolder(t, { nothing: '' })
  await cli.put('/empty', folder)
  t.equal(await get('/empty/nothing'), '')
})

t.test('a folder without a file is refused', async (t) => {
  const { code, stderr } = await cli.run('put', '/none', await makeFolder(t, { '.hidden': 'x' }))
  t.equal(code, 2)
  t.match(stderr, /nothing to serve: there are no files in .* but hidden ones/)
})

t.test('two producers at a time serve what is theirs, and can be verified', async (t) => {
  await cli.put('/left', await makeFolder(t, { a: 'left' }))
  await cli.put('/right', await makeFolder(t, { a: 'right' }))
  t.match(await cli.run('get', '/left/a', '--verify'), { code: 0, stdout: 'left' })
  t.match(await cli.run('get', '/right/a', '--verify'), { code: 0, stdout: 'right' })
})

t.test('a router that is started again is found again', async (t) => {
  const folder = await makeFolder(t, { a: 'still here' })
  const put = await cli.put('/lasting', folder)
  t.equal(await get('/lasting/a'), 'still here')
  await node.kill()
  await put.until(/the router is gone \(.*\): looking for it/)
  node = await cli.up()
  await put.until(/the router is back: \/lasting is served again/)
  t.match(await cli.run('get', '/lasting/a', '--verify'), { code: 0, stdout: 'still here' })
  t.equal((await put.stop()).code, 0)
})

t.test('ctrl-C ends it while the router is gone', async (t) => {
  const put = await cli.put('/waiting', await makeFolder(t, { a: 'a' }))
  t.match(await node.stop(), { code: 0 })
  await put.until(/the router is gone/)
  t.equal((await put.stop()).code, 0)
})
