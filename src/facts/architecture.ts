import { endianness } from 'node:os'
import { imageArchitecture } from '../engine/index.ts'

export interface HostProgram {
  /** As `process.arch` and `process.platform` have them. */
  readonly arch: string
  readonly platform: string
  /** Of a 32-bit Arm: 6 or 7. */
  readonly armVersion?: string | number | undefined
  readonly isLittleEndian?: boolean | undefined
}

export function hostProgram(): HostProgram {
  const { arm_version: armVersion } = process.config.variables as { arm_version?: string | number }
  return { arch: process.arch, platform: process.platform, armVersion, isLittleEndian: endianness() === 'LE' }
}

/** What images must be made for to run here: `amd64`, `arm64`, `arm/v7`. */
export function ociArchitecture({ arch, armVersion, isLittleEndian = true }: HostProgram): string {
  if (arch === 'arm') return armVersion === undefined ? 'arm' : `arm/v${armVersion}`
  if (arch === 'ppc64') return isLittleEndian ? 'ppc64le' : 'ppc64'
  return imageArchitecture(arch)
}

export function ociSystem({ platform }: HostProgram): string {
  return platform === 'win32' ? 'windows' : platform
}
