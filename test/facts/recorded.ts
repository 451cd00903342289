import type { ReadText } from '../../src/facts/system-files.ts'

/** Files of a machine, by path. */
export type SystemFiles = Readonly<Record<string, string>>

export function reader(...files: readonly SystemFiles[]): ReadText {
  const all = Object.assign({}, ...files) as SystemFiles
  return (path) => (Object.hasOwn(all, path) ? all[path] : undefined)
}

const topology = (cpu: number, socket: number, siblings: string): SystemFiles => ({
  [`/sys/devices/system/cpu/cpu${cpu}/topology/physical_package_id`]: `${socket}\n`,
  [`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`]: `${siblings}\n`,
})

const xeonBlock = (cpu: number, socket: number, core: number): string => `processor\t: ${cpu}
vendor_id\t: GenuineIntel
cpu family\t: 6
model\t\t: 85
model name\t: Intel(R) Xeon(R) Gold 6226R CPU @ 2.90GHz
physical id\t: ${socket}
siblings\t: 4
core id\t\t: ${core}
cpu cores\t: 2
flags\t\t: fpu vme de pse
power management:

`

const MEMINFO = `MemTotal:       16384000 kB
MemFree:         1024000 kB
MemAvailable:    8192000 kB
Buffers:          200000 kB
`

/** Two sockets of two cores with hyper-threading, numbered as Linux does: siblings are 4 apart. */
export const XEON: SystemFiles = {
  '/proc/cpuinfo': [0, 1, 2, 3, 4, 5, 6, 7]
    .map((cpu) => xeonBlock(cpu, Math.floor((cpu % 4) / 2), cpu % 2))
    .join(''),
  '/proc/meminfo': MEMINFO,
  '/proc/self/status': 'Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\nMems_allowed_list:\t0\n',
  '/sys/devices/system/cpu/online': '0-7\n',
}

export const XEON_TOPOLOGY: SystemFiles = Object.assign(
  {},
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((cpu) =>
    topology(cpu, Math.floor((cpu % 4) / 2), `${cpu % 4},${(cpu % 4) + 4}`),
  ),
) as SystemFiles

/** A board with two clusters; core numbers are told once for each, and cpuinfo knows of no topology. */
export const ARM_BOARD: SystemFiles = Object.assign(
  {
    '/proc/cpuinfo': [0, 1, 2, 3]
      .map(
        (cpu) => `processor\t: ${cpu}
BogoMIPS\t: 108.00
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 3

`,
      )
      .concat('Hardware\t: BCM2835\nRevision\t: c03112\nModel\t\t: Raspberry Pi 4 Model B Rev 1.2\n')
      .join(''),
    '/proc/meminfo': MEMINFO,
    '/proc/self/status': 'Name:\tnode\nCpus_allowed_list:\t0-3\n',
    '/sys/devices/system/cpu/online': '0-3\n',
  },
  ...[0, 1, 2, 3].map((cpu) => ({
    ...topology(cpu, -1, String(cpu)),
    [`/sys/devices/system/cpu/cpu${cpu}/topology/core_id`]: `${cpu % 2}\n`,
  })),
) as SystemFiles

/** A container as its own cgroup namespace shows it. */
export const V2_MOUNT: SystemFiles = {
  '/proc/self/cgroup': '0::/\n',
  '/proc/self/mountinfo': `604 603 0:52 / / rw,relatime - overlay overlay rw,lowerdir=/a
611 609 0:28 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate
`,
}

/** A service below a slice, on the host. */
export const V2_SLICE: SystemFiles = {
  '/proc/self/cgroup': '0::/system.slice/ndn-sfc.service\n',
  '/proc/self/mountinfo': '35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n',
}

/** A container as an older host shows it: the group's name is the host's, and its mount shows that group as the root. */
export const V1_CONTAINER: SystemFiles = {
  '/proc/self/cgroup': `11:cpuset:/docker/0a1b
4:cpu,cpuacct:/docker/0a1b
3:memory:/docker/0a1b
1:name=systemd:/docker/0a1b
0::/
`,
  '/proc/self/mountinfo': `700 699 0:31 /docker/0a1b /sys/fs/cgroup/cpu,cpuacct ro,nosuid master:11 - cgroup cgroup rw,cpu,cpuacct
701 699 0:32 /docker/0a1b /sys/fs/cgroup/memory ro,nosuid master:12 - cgroup cgroup rw,memory
702 699 0:33 /docker/0a1b /sys/fs/cgroup/cpuset ro,nosuid master:13 - cgroup cgroup rw,cpuset
703 699 0:34 / /sys/fs/cgroup/unified ro,nosuid master:14 - cgroup2 cgroup rw
`,
}
