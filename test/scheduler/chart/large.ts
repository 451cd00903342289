import { NO_DEMANDS, type Platform, type Workflow } from '../../../scheduler/index.ts'

/** Layers of ten tasks each, on hosts of ten vCPUs. */
export function large(count: number, types: number): { workflow: Workflow; platform: Platform } {
  const name = (task: number): string => `task-${task}`
  const workflow: Workflow = {
    name: 'large',
    types: Array.from({ length: types }, (_, type) => ({
      name: `F${type}`,
      layers: [
        { name: 'base', size: 50 },
        { name: `own ${type}`, size: 20 + type },
      ],
      architectures: undefined,
    })),
    tasks: Array.from({ length: count }, (_, task) => ({
      name: name(task),
      type: `F${task % types}`,
      work: 500 + ((task * 7919) % 1000),
      times: undefined,
      usage: 50,
      input: task < 10 ? 30 : 0,
      demands: NO_DEMANDS,
    })),
    edges: Array.from({ length: Math.max(0, count - 50) }, (_, task) => ({
      from: name(task),
      to: name(task + 50),
      data: 10 + ((task * 31) % 90),
    })),
  }
  const host = {
    network: 'lab',
    bandwidth: 500,
    architecture: 'amd64',
    labels: {},
    machines: [],
    images: [],
    layers: [],
  }
  const sockets = [{ speed: 1000, cores: 5, vcpusPerCore: 2, maximumUsage: 100 }]
  return {
    workflow,
    platform: {
      name: 'lab',
      networks: [{ name: 'lab', bandwidth: 500 }],
      hosts: [
        ...Array.from({ length: 10 }, (_, number) => ({ ...host, name: `server-${number}`, sockets })),
        { ...host, name: 'store', sockets: [] },
      ],
      repository: 'store',
      fileServer: 'store',
    },
  }
}
