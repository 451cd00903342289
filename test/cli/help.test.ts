import t from 'tap'
import { Cli, TEST_TIMEOUT_MS } from './fixture.ts'

t.setTimeout(TEST_TIMEOUT_MS)

const COMMANDS = [
  'up',
  'get',
  'put',
  'functions',
  'function',
  'repository',
  'routes',
  'faces',
  'status',
  'node',
  'config',
  'controller',
  'deploy',
  'deployment',
  'rollback',
  'run',
  'instance',
  'schedule',
  'compare',
  'demo',
]

t.test('each command has a help text with examples', async (t) => {
  const cli = await Cli.create(t)
  const all = await cli.warm('--help')
  t.equal(all.code, 0)
  await Promise.all(
    COMMANDS.map(async (command) => {
      t.match(all.stdout, new RegExp(`^ {2}${command} `, 'm'))
      const { code, stdout } = await cli.warm(command, '--help')
      t.equal(code, 0)
      t.match(stdout, new RegExp(`^Usage: ndn-sfc ${command} `))
      t.match(stdout, /\nExamples:\n(.*\n)*.*\$ (ndn-sfc|npm) /)
    }),
  )
})

t.test('so has each command over functions and their repository', async (t) => {
  const cli = await Cli.create(t)
  const commands = ['build', 'push', 'pull', 'ls', 'show', 'rm'].map((command) => ['function', command])
  await Promise.all(
    [...commands, ['repository', 'seed']].map(async (words) => {
      const { code, stdout } = await cli.warm(...words, '--help')
      t.equal(code, 0)
      t.match(stdout, new RegExp(`^Usage: ndn-sfc ${words.join(' ')} `))
      t.match(stdout, /\nExamples:\n(.*\n)*.*\$ ndn-sfc /)
      t.match(stdout, /\nExit codes:\n/)
    }),
  )
})

t.test('get says what its exit codes mean', async (t) => {
  const cli = await Cli.create(t)
  const { stdout } = await cli.warm('get', '--help')
  for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 8, 130]) t.match(stdout, new RegExp(`^ {2}${code} {2}\\S`, 'm'))
})

t.test('the version is that of the package', async (t) => {
  const cli = await Cli.create(t)
  t.match((await cli.run('--version')).stdout, /^\d+\.\d+\.\d+\n$/)
})

t.test('a command line that makes no sense ends with code 2 and what is wrong', async (t) => {
  const cli = await Cli.create(t)
  const cases: [args: string[], message: RegExp][] = [
    [[], /^Usage: ndn-sfc/],
    [['gett', '/a'], /unknown command 'gett'\n\(Did you mean get\?\)/],
    [['get'], /missing required argument 'chain'/],
    [['get', '/a', '--wait'], /unknown option '--wait'/],
    [['get', '/a', '--timeout', 'soon'], /'soon' is invalid. write milliseconds/],
    [['get', '/a', '--timeout', '0'], /leaves no time/],
    [['get', '/a', '--router', 'nowhere'], /'nowhere' is not an address/],
    [['get', 'resize(width)/a'], /expected '='.*position 12\n {2}resize\(width\)\/a\n {14}\^\n/],
    [['put', 'resize/a', '/dev/null'], /names a function's result/],
    [['put', 'a', '/dev/null'], /at position 1\n/],
    [['put', '/a', '/none'], /cannot serve \/none: there is no such file or folder/],
    [['put', '/a', '/dev/null'], /neither a file nor a folder/],
    [['put', '/a', import.meta.filename, '--as', 'a b'], /'a b' cannot be the name of a producer/],
    [['schedule', 'a.yaml'], /required option '--topology <file>' not specified/],
    [['schedule', 'a.yaml', '--topology', 'b.yaml', '--gantt', 'c.png'], /ends in \.svg or \.html/],
    [['schedule', 'a.yaml', '--topology', 'b.yaml', '--seed', 'x'], /whole number from 0 on/],
    [['schedule', 'a.yaml', '--topology', 'b.yaml', '--policy', 'never'], /choices are on-demand, ahead/],
    [['schedule', 'a.yaml', '--topology', 'b.yaml', '--scheduler', 'hefd'], /did you mean heft\?/],
    [
      ['schedule', 'a.yaml', '--topology', 'b.yaml', '--noise', '20'],
      /write a share from 0 to 10, e\.g\. 0\.2/,
    ],
    [['schedule', 'a.yaml', '--topology', 'b.yaml', '--noise', '-1'], /write a share from 0 to 10/],
    [['schedule', 'a.yaml', '--topology', 'b.yaml', '--fail', 'host1'], /write the host, @, and seconds/],
    [
      ['schedule', 'a.yaml', '--topology', 'b.yaml', '--fail', 'host1@soon'],
      /write the host, @, and seconds/,
    ],
    [['compare', '--topology', 'b.yaml'], /missing required argument 'workflow'/],
    [['compare', 'a.yaml', '--topology', '/none', '--schedulers', 'heft'], /\/none/],
    [['up', '--engine', 'steam'], /Allowed choices are docker, process, auto/],
    [['up', '--config', '/none'], /cannot read \/none/],
  ]
  await Promise.all(
    cases.map(async ([args, message]) => {
      const { code, stdout, stderr } = await cli.warm(...args)
      t.equal(code, 2, args.join(' '))
      t.match(stderr, message)
      t.equal(stdout, '')
    }),
  )
})

t.test('a reader that has seen enough is no error', async (t) => {
  const cli = await Cli.create(t)
  const command = cli.start('get', '--help')
  command.hangUp()
  t.match(await command.ended, { code: 0, stderr: '' })
})
