import { join } from 'node:path'
import { readProfile } from '../cpu-profile.ts'
import type { Figure } from '../figures.ts'
import { describeProfile, profileFigures } from '../profile-report.ts'
import { FULL_LOAD } from './cases.ts'
import type { TestBed } from './test-bed.ts'

export interface ProfileOptions {
  /** For the profiles. */
  readonly folder: string
  /** How long to measure, milliseconds. */
  readonly duration: number
  readonly progress: (message: string) => void
}

/** Where the time of each forwarder goes under full load, and that of the generator that loads it. */
export async function profileForwarders(
  bed: TestBed,
  { folder, duration, progress }: ProfileOptions,
): Promise<Figure[]> {
  const figures: Figure[] = []
  const times = { warmUp: 0, duration }
  for (const [index, forwarder] of bed.forwarders.entries()) {
    const profiles = join(folder, `profile-${index}`)
    await bed.load(forwarder, FULL_LOAD, times)
    await forwarder.startProfile()
    await bed.load(forwarder, FULL_LOAD, times)
    await forwarder.stopProfile(profiles)
    // In a run of its own: profiling costs time, and not both are to pay for it at once.
    await bed.startGeneratorProfile()
    await bed.load(forwarder, FULL_LOAD, times)
    await bed.stopGeneratorProfile(`${profiles}-generator`)
    for (const [who, path] of [
      ['forwarder', profiles],
      ['generator', `${profiles}-generator`],
    ] as const) {
      const summary = await readProfile(path, 0, Infinity)
      progress(describeProfile(`${forwarder.name}, ${who}`, summary))
      figures.push(...profileFigures(who, forwarder.name, summary))
    }
  }
  return figures
}
