/** From the roof to the ground: a folder of src imports only from those after it. */
const floors = [
  'cli',
  'router',
  'controller',
  'repository',
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

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...upward,
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
      to: { path: '^(test|bench|functions|scheduler|scripts)/' },
    },
    {
      name: 'scheduler stands alone',
      severity: 'error',
      from: { path: '^scheduler/' },
      to: { path: '^(src|test|bench|functions|scripts)/' },
    },
    {
      name: 'functions use ndn-sfc and packages',
      comment: "A function is written as a user's would be; functions/lib is what they share",
      severity: 'error',
      from: { path: '^functions/([^/]+)/' },
      to: { path: '^(src|test|bench|scheduler|scripts|functions)/', pathNot: '^functions/($1|lib)/' },
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
      from: { path: '^(src|functions|scheduler)/' },
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
