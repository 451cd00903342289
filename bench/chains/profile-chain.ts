import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Figure } from '../figures.ts'
import { type Cleanup, withCleanup } from './cleanup.ts'
import { type ProfileSummary, readProfile } from './cpu-profile.ts'
import { generate } from './generate.ts'
import { InstanceDoor } from './instance-door.ts'
import { NdnChain } from './ndn-chain.ts'

/** Requests under way. */
const WINDOW = 64

/** Parts below this share of the time are left out. */
const LEAST_SHARE = 0.01

/** Functions that are shown, those that take most time. */
const FUNCTIONS_SHOWN = 25

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
  progress(describe('router', router))
  progress(describe('function', instance))
  return [...toFigures('router', router), ...toFigures('function', instance)]
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

function toFigures(what: string, { parts, idle }: ProfileSummary): Figure[] {
  const figure = (name: string, share: number): Figure => ({
    case: `profile of the ${what}: ${name}`,
    impl: 'ndn-sfc/process',
    unit: '%',
    samples: [100 * share],
  })
  return [
    ...parts.filter(({ share }) => share >= LEAST_SHARE).map(({ name, share }) => figure(name, share)),
    figure('idle, of all its time', idle),
  ]
}

function describe(what: string, { functions }: ProfileSummary): string {
  const lines = functions
    .slice(0, FUNCTIONS_SHOWN)
    .map(({ name, share }) => `${(100 * share).toFixed(1).padStart(6)} %  ${name}`)
  return [`The ${what}, by function itself:`, ...lines].join('\n')
}
