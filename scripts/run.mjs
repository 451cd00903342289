// node scripts/run.mjs JOB [ARGUMENT…]: sets up what the checkout lacks, then does the job.
// No import and no syntax here that an old Node.js could not load: it is to say what it lacks.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`ndn-sfc needs Node.js 20.19 or newer, and this is ${process.versions.node} (${process.execPath}).
Install a newer one (https://nodejs.org/en/download) or put it first on the PATH, and try again.`)
  process.exit(1)
}
import('./jobs.mjs').then(({ run }) => run(...process.argv.slice(2)))
