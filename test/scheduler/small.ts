import {
  type Host,
  NO_DEMANDS,
  type Platform,
  type Schedule,
  type ScheduledDownload,
  type ScheduledTask,
  type Task,
  type Workflow,
} from '../../scheduler/index.ts'

const HOST: Host = {
  name: '',
  network: 'near',
  bandwidth: 10,
  architecture: 'amd64',
  labels: {},
  sockets: [],
  machines: [],
  images: [],
  layers: [],
}

/** Two hosts in two networks; the second has two virtual machines. */
export const PLATFORM: Platform = {
  name: 'small',
  networks: [
    { name: 'near', bandwidth: 4 },
    { name: 'far', bandwidth: 8 },
  ],
  hosts: [
    {
      ...HOST,
      name: 'h1',
      labels: { zone: 'edge' },
      sockets: [{ speed: 10, cores: 1, vcpusPerCore: 2, maximumUsage: 60 }],
    },
    {
      ...HOST,
      name: 'h2',
      network: 'far',
      bandwidth: 5,
      architecture: 'arm64',
      sockets: [{ speed: 5, cores: 2, vcpusPerCore: 1, maximumUsage: 100 }],
      machines: [
        { name: 'vm0', vcpus: 1, images: [], layers: [] },
        { name: 'vm1', vcpus: 1, images: [], layers: [] },
      ],
    },
    { ...HOST, name: 'store' },
    { ...HOST, name: 'files', bandwidth: 2 },
  ],
  repository: 'store',
  fileServer: 'files',
}

const TASK: Task = {
  name: '',
  type: 'F',
  work: 0,
  times: undefined,
  usage: 60,
  input: 0,
  demands: NO_DEMANDS,
}

/** a gives to c and d, b to c; e is alone. */
export const WORKFLOW: Workflow = {
  name: 'small',
  types: [
    {
      name: 'F',
      layers: [
        { name: 'base', size: 10 },
        { name: 'f', size: 20 },
      ],
      architectures: ['amd64'],
    },
    {
      name: 'G',
      layers: [
        { name: 'base', size: 10 },
        { name: 'g', size: 5 },
      ],
      architectures: undefined,
    },
    { name: 'H', layers: [], architectures: undefined },
  ],
  tasks: [
    {
      ...TASK,
      name: 'a',
      work: 100,
      input: 4,
      demands: { architecture: 'amd64', labels: { zone: 'edge' } },
    },
    { ...TASK, name: 'b', work: 50 },
    { ...TASK, name: 'c', type: 'G', work: 50 },
    { ...TASK, name: 'd', type: 'G', work: 10 },
    { ...TASK, name: 'e', type: 'H', work: 1, times: { h2: 1 }, usage: 30 },
  ],
  edges: [
    { from: 'a', to: 'c', data: 20 },
    { from: 'b', to: 'c', data: 4 },
    { from: 'a', to: 'd', data: 20 },
  ],
}

function run(task: string, type: string, vcpu: string, start: number, finish: number): ScheduledTask {
  return { task, type, vcpu, start, finish }
}

function download(
  node: string,
  layer: string,
  type: string,
  start: number,
  finish: number,
): ScheduledDownload {
  return { node, layer, type, start, finish }
}

/**
 * Worked by hand. To h1 a layer comes at 10 MB/s, to h2 at 4 (network near), as does data. a's input takes 4 / 2 = 2 s, and its
 * image 3 s: it runs 3–13. a's 20 MB are on h2 at 13 + 5 = 18, b's 4 MB at 8 + 1 = 9; c's image is asked for at 13 and there at
 * 16.75. d needs no data from elsewhere, and of its image only g.
 */
export const SCHEDULE: Schedule = {
  scheduler: 'hand',
  policy: 'on-demand',
  release: 0,
  tasks: [
    run('a', 'F', 'h1/0', 3, 13),
    run('b', 'F', 'h1/1', 3, 8),
    run('c', 'G', 'h2/0', 18, 28),
    run('d', 'G', 'h1/0', 13.5, 14.5),
    run('e', 'H', 'h2/1', 0, 1),
  ],
  downloads: [
    download('h1', 'base', 'F', 0, 1),
    download('h1', 'f', 'F', 1, 3),
    download('h1', 'g', 'G', 13, 13.5),
    download('h2/vm0', 'base', 'G', 13, 15.5),
    download('h2/vm0', 'g', 'G', 15.5, 16.75),
  ],
  makespan: 28,
}

/** The workflow with one task changed. */
export function withTask(name: string, changes: Partial<Task>): Workflow {
  return {
    ...WORKFLOW,
    tasks: WORKFLOW.tasks.map((task) => (task.name === name ? { ...task, ...changes } : task)),
  }
}

/** The schedule with one task changed. */
export function withRun(name: string, changes: Partial<ScheduledTask>): Schedule {
  return {
    ...SCHEDULE,
    tasks: SCHEDULE.tasks.map((task) => (task.task === name ? { ...task, ...changes } : task)),
  }
}

/** The schedule with one download changed. */
export function withDownload(at: number, changes: Partial<ScheduledDownload>): Schedule {
  return {
    ...SCHEDULE,
    downloads: SCHEDULE.downloads.map((one, number) => (number === at ? { ...one, ...changes } : one)),
  }
}

/** The schedule with one more download. */
export function andDownload(...row: Parameters<typeof download>): Schedule {
  return { ...SCHEDULE, downloads: [...SCHEDULE.downloads, download(...row)] }
}
