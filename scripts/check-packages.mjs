// node scripts/check-packages.mjs [LOCK-FILE]: the lock file may hold no address of a package, which would bind every
// user to one registry; and what a user runs must have a license that goes with ours.
import { readFileSync } from 'node:fs'
import process from 'node:process'

const allowed = /^(MIT|ISC|0BSD|BSD-[23]-Clause|Apache-2\.0|BlueOak-1\.0\.0|CC0-1\.0|Unlicense|Python-2\.0)$/

/** Packages that may be used whatever the lock file says of their license, and why. */
const exceptions = [
  [/^@img\/sharp-/, 'libvips is LGPL-3.0-or-later, a library of its own that is linked at run time'],
  [/^(ssh2|cpu-features|buildcheck)$/, 'MIT, in a form of package.json that is not copied to the lock file'],
]

const { packages } = JSON.parse(readFileSync(process.argv[2] ?? 'package-lock.json', 'utf8'))
const problems = Object.entries(packages).flatMap(([path, { resolved, link, dev, license }]) => {
  const name = path.replace(/^.*node_modules\//, '')
  const isExcepted = dev || link || exceptions.some(([pattern]) => pattern.test(name))
  return [
    ...(resolved && !link
      ? [`${path} has an address: remove the field "resolved" (.npmrc keeps npm from adding it)`]
      : []),
    ...(isExcepted || isAllowed(license) ? [] : [`${path} has the license ${license}: use another package`]),
  ]
})
for (const problem of problems) console.error(problem)
process.exitCode = problems.length > 0 ? 1 : 0

/** @param {string} [license] an SPDX expression */
function isAllowed(license = '') {
  const choices = license.replace(/[()]/g, '').split(' OR ')
  return choices.some((choice) => choice.split(' AND ').every((one) => allowed.test(one)))
}
