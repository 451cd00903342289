/** Most CPUs of a list that is read: the kernel knows no more (CONFIG_NR_CPUS). */
const MAX_CPU = 8192

/**
 * CPUs by number as the kernel lists them: `0-3,8`; cpuset(7), "List format".
 * @returns undefined for what is no such list, or an empty one
 */
export function parseCpuList(text: string | undefined): number[] | undefined {
  const cpus = new Set<number>()
  for (const part of (text ?? '').trim().split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    if (first === undefined || Number(last) >= MAX_CPU) return undefined
    for (let cpu = Number(first); cpu <= Number(last); cpu++) cpus.add(cpu)
  }
  return cpus.size === 0 ? undefined : [...cpus].sort((a, b) => a - b)
}
