import type { ProfileSummary } from './cpu-profile.ts'
import type { Figure } from './figures.ts'

/** Parts below this share of the time are left out. */
const LEAST_SHARE = 0.01

/** Functions that are shown, those that take most time. */
const FUNCTIONS_SHOWN = 25

/** @param what process it is the profile of */
export function profileFigures(what: string, impl: string, { parts, idle }: ProfileSummary): Figure[] {
  const figure = (name: string, share: number): Figure => ({
    case: `profile of the ${what}: ${name}`,
    impl,
    unit: '%',
    samples: [100 * share],
  })
  return [
    ...parts.filter(({ share }) => share >= LEAST_SHARE).map(({ name, share }) => figure(name, share)),
    figure('idle, of all its time', idle),
  ]
}

/** The functions that take most time, one a line. */
export function describeProfile(what: string, { functions }: ProfileSummary): string {
  const lines = functions
    .slice(0, FUNCTIONS_SHOWN)
    .map(({ name, share }) => `${(100 * share).toFixed(1).padStart(6)} %  ${name}`)
  return [`${what}, by function itself:`, ...lines].join('\n')
}
