import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Cleanup, withCleanup } from '../cleanup.ts'
import { type ProfileSummary, readProfile } from '../cpu-profile.ts'
import type { Figure } from '../figures.ts'
import { describeProfile, profileFigures } from '../profile-report.ts'
import { generate } from './generate.ts'
import { InstanceDoor } from './instance-door.ts'
import { NdnChain } from './ndn-chain.ts'

/** Requests under way. */
const WINDOW = 64

/** What the profile is of. */
const IMPL = 'ndn-sfc/process'

const INSTANCE = fileURLToPath(new URL('./workers/profiled-instance.js', import.meta.url))

export interface ProfileOptions {
  /** How long to measure, milliseconds. */
  readonly duration: number
  /** Folder for state and profiles. */
  readonly folder: string
  readonly cleanup: Cleanup
  readonly progress: (message: string) => void
}

/** Where the time goes at window 64 in the router and in one function. */
export async function profileChain(options: ProfileOptions): Promise<Figure[]> {
  const { progress } = options
  const router = await profileRouter(options)
  const instance = await profileInstance(options)
  progress(describeProfile('The router', router))
  progress(describeProfile('The function', instance))
  return [...profileFigures('router', IMPL, router), ...profileFigures('function', IMPL, instance)]
}

async function profileRouter({ duration, folder }: ProfileOptions): Promise<ProfileSummary> {
  const profiles = join(folder, 'profile-router')
  const nodeOptions = ['--cpu-prof', '--cpu-prof-dir', profiles]
  const began = performance.now()
  const from = await withCleanup(async (cleanup) => {
    const chain = await NdnChain.start({ engine: 'process', folder, cleanup, nodeOptions })
    await chain.generate({ window: WINDOW, warmUp: 0, duration })
    const warm = performance.now() - began
    await chain.generate({ window: WINDOW, warmUp: 0, duration })
    return warm
  })
  return await readProfile(profiles, from, from + duration)
}

/** An instance alone, with this process for its router. */
async function profileInstance({ duration, folder, cleanup }: ProfileOptions): Promise<ProfileSummary> {
  const profiles = join(folder, 'profile-function')
  const door = await InstanceDoor.open(join(folder, 'door'), 'copy-1', '0'.repeat(64))
  cleanup.add(() => door.close())
  const began = performance.now()
  const child = spawn(process.execPath, ['--cpu-prof', '--cpu-prof-dir', profiles, INSTANCE], {
    env: { NDN_SFC_SOCKET: door.socket, NDN_SFC_IDENTITY: door.identityFile },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  })
  const ended = once(child, 'exit')
  cleanup.add(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const ask = await door.connected()
  await generate(ask, { window: WINDOW, warmUp: 0, duration })
  const from = performance.now() - began
  await generate(ask, { window: WINDOW, warmUp: 0, duration })
  child.kill('SIGTERM')
  await ended
  return await readProfile(profiles, from, from + duration)
}
