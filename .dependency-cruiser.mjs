/** From the roof to the ground: a folder of src imports only from those after it. */
const floors = [
  'cli',
  'api',
  'router',
  'controller',
  'deployment',
  'control',
  'repository',
  'facts',
  'engine',
  'function',
  'management',
  'endpoint',
  'trust',
  'face',
  'forwarder',
  'packet',
]

const upward = floors.slice(1).map((floor, index) => ({
  name: `${floor} imports only from below`,
  severity: 'error',
  from: { path: `^src/${floor}/` },
  to: { path: `^src/(${floors.slice(0, index + 1).join('|')})/` },
}))

/** The same for scheduler, a wing of its own. */
const schedulerFloors = [
  'schedulers',
  'online',
  'simulate',
  'seek',
  'exact',
  'algorithms',
  'placement',
  'validate',
  'chart',
  'formats',
  'generate',
  'measures',
  'model',
  'random',
]

const upwardInScheduler = schedulerFloors.slice(1).map((floor, index) => ({
  name: `scheduler/${floor} imports only from below`,
  severity: 'error',
  from: { path: `^scheduler/${floor}/` },
  to: { path: `^scheduler/(index\\.ts$|(${schedulerFloors.slice(0, index + 1).join('|')})/)` },
}))

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...upward,
    ...upwardInScheduler,
    {
      name: 'every room of scheduler has its floor',
      severity: 'error',
      from: { path: '^scheduler/', pathNot: `^scheduler/(index\\.ts$|(${schedulerFloors.join('|')})/)` },
      to: {},
    },
    {
      name: 'scheduler goes in by the door',
      severity: 'error',
      from: { path: '^scheduler/([^/]+)/' },
      to: { path: '^scheduler/', pathNot: '^scheduler/($1/|[^/]+/index\\.ts$)' },
    },
    {
      name: 'the validator shares no code with the algorithms',
      comment:
        'It takes types from the model, and reads platform and workflow for itself. That they are but types is for a test: ' +
        'swc does not tell',
      severity: 'error',
      from: { path: '^scheduler/validate/' },
      to: { path: '^scheduler/', pathNot: '^scheduler/(validate/|model/index\\.ts$)' },
    },
    {
      name: 'others go into scheduler by the door',
      severity: 'error',
      from: { path: '^(src|bench)/' },
      to: { path: '^scheduler/', pathNot: '^scheduler/index\\.ts$' },
    },
    {
      name: 'only command and controller schedule',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(cli|controller)/' },
      to: { path: '^scheduler/' },
    },
    {
      name: 'every folder has its floor',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(${floors.join('|')})/` },
      to: {},
    },
    {
      name: 'src goes in by the door',
      comment: 'The index.ts of another folder is its only door',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/', pathNot: '^src/($1/|[^/]+/index\\.ts$)' },
    },
    {
      name: 'tests go in by the door',
      comment: 'Only the tests of a folder may import what is inside it',
      severity: 'error',
      from: { path: '^test/([^/]+)' },
      to: { path: '^src/', pathNot: '^src/($1/|[^/]+/index\\.ts$)' },
    },
    {
      name: 'bench goes in by the door',
      severity: 'error',
      from: { path: '^bench/' },
      to: { path: '^src/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'src stands alone',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|functions|scripts)/' },
    },
    {
      name: 'files stands alone',
      severity: 'error',
      from: { path: '^files/' },
      to: { path: '^(src|scheduler|test|bench|functions|scripts)/' },
    },
    {
      name: 'others go into files by the door',
      severity: 'error',
      from: { pathNot: '^files/' },
      to: { path: '^files/', pathNot: '^files/index\\.ts$' },
    },
    {
      name: 'scheduler stands alone',
      comment: 'But for files, which knows nothing of what a file is about',
      severity: 'error',
      from: { path: '^scheduler/' },
      to: { path: '^(src|test|bench|functions|scripts)/' },
    },
    {
      name: 'functions use ndn-sfc and packages',
      comment: "A function is written as a user's would be; functions/lib is what they share",
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^(src|files|test|bench|scheduler|scripts|functions)/', pathNot: '^functions/($1|lib)/' },
    },
    {
      name: 'no cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'what runs needs no development package',
      severity: 'error',
      from: { path: '^(src|files|functions|scheduler)/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    // TypeScript 7 has no interface that dependency-cruiser could use.
    parser: 'swc',
    // Imports of types count.
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
}
