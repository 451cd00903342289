import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** `$NDN_SFC_HOME`, or `.ndn-sfc` in the user's home folder. */
export function defaultHome(): string {
  return resolve(process.env.NDN_SFC_HOME || join(homedir(), '.ndn-sfc'))
}
