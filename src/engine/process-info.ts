import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { InstanceStats } from './engine.ts'

/** How long `ps` may take, in milliseconds. */
const PS_TIMEOUT = 2000
/** Linux counts CPU time for user space in ticks of 1/100 s whatever the kernel's own clock (proc(5), USER_HZ). */
const TICK = 10

const run = promisify(execFile)

/**
 * What tells a process from a later one with the same pid: when it was started.
 * @returns undefined if there is no such process, or only its exit status is left.
 */
export async function processIdentity(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return (await ps(pid, 'lstart='))?.trim() || undefined
  const fields = await statFields(pid)
  if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '')
  return `${boot.trim()}:${fields[19]}`
}

/** @returns undefined if there is no such process. */
export async function processStats(pid: number): Promise<InstanceStats | undefined> {
  if (process.platform !== 'linux') return await statsFromPs(pid)
  const [fields, status] = await Promise.all([
    statFields(pid),
    readFile(`/proc/${pid}/status`, 'latin1').catch(() => ''),
  ])
  const memory = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]
  if (fields === undefined || memory === undefined) return undefined
  // utime, stime, and the same of children that ended: a function may be a command (proc(5), fields 14 to 17).
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0)
  return { memory: Number(memory) * 1024, cpu: ticks * TICK }
}

/** Fields of /proc/PID/stat from the third on, which is the state. The second may hold blanks and parentheses. */
async function statFields(pid: number): Promise<string[] | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined)
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')
}

async function statsFromPs(pid: number): Promise<InstanceStats | undefined> {
  const [rss, time] = (await ps(pid, 'rss=,time='))?.trim().split(/\s+/) ?? []
  if (rss === undefined || time === undefined) return undefined
  return { memory: Number(rss) * 1024, cpu: parsePsTime(time) }
}

/** `[[days-]hours:]minutes:seconds` in milliseconds. */
function parsePsTime(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse()
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return (Number(days) * 86_400 + seconds) * 1000
}

async function ps(pid: number, format: string): Promise<string | undefined> {
  const args = ['-o', format, '-p', String(pid)]
  return await run('ps', args, { timeout: PS_TIMEOUT, env: { ...process.env, LC_ALL: 'C' } }).then(
    ({ stdout }) => stdout,
    () => undefined,
  )
}
