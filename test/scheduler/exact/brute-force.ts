import type { Platform, ScheduleOptions, Workflow } from '../../../scheduler/index.ts'

/**
 * The shortest makespan of an instance whose times are all whole seconds: plays every choice of vCPUs with every order of starts, second
 * by second. It shares nothing with the search but the model's types.
 * @returns Infinity where no choice of vCPUs is allowed
 */
export function bruteForce(workflow: Workflow, platform: Platform, options: ScheduleOptions = {}): number {
  const world = new World(workflow, platform, options)
  let best = Number.POSITIVE_INFINITY
  for (const places of choices(workflow.tasks.map((_, task) => world.vcpusFor(task)))) {
    for (const order of permutations(workflow.tasks.map((_, task) => task))) {
      best = Math.min(best, world.play(places, order, best))
    }
  }
  return best
}

function* choices(lists: readonly (readonly number[])[]): Generator<number[]> {
  const [first, ...rest] = lists
  if (first === undefined) return yield []
  for (const one of first) for (const others of choices(rest)) yield [one, ...others]
}

function* permutations(items: readonly number[]): Generator<number[]> {
  if (items.length === 0) return yield []
  for (const one of items) {
    for (const rest of permutations(items.filter((item) => item !== one))) yield [one, ...rest]
  }
}

interface Vcpu {
  readonly name: string
  readonly host: Platform['hosts'][number]
  readonly node: string
  readonly core: string
  readonly coreVcpus: number
  readonly coreLimit: number
  readonly speed: number
}

interface Run {
  readonly vcpu: Vcpu
  readonly start: number
  readonly finish: number
  readonly usage: number
}

/** A node that fetches a type's layers. */
interface Fetch {
  readonly node: string
  readonly layers: readonly { readonly name: string; readonly size: number }[]
  next: number
  until: number
}

class World {
  readonly #workflow: Workflow
  readonly #platform: Platform
  readonly #release: number
  readonly #options: ScheduleOptions
  readonly #vcpus: readonly Vcpu[]

  constructor(workflow: Workflow, platform: Platform, options: ScheduleOptions) {
    this.#workflow = workflow
    this.#platform = platform
    this.#release = options.release ?? 0
    this.#options = options
    this.#vcpus = platform.hosts.flatMap((host) => {
      const nodes = host.machines.flatMap(({ name, vcpus }) =>
        Array<string>(vcpus).fill(`${host.name}/${name}`),
      )
      let number = 0
      return host.sockets.flatMap(({ cores, vcpusPerCore, maximumUsage, speed }, socket) =>
        Array.from({ length: cores }, (_, core) =>
          Array.from({ length: vcpusPerCore }, () => {
            const own = number++
            return {
              name: `${host.name}/${own}`,
              host,
              node: nodes[own] ?? host.name,
              core: `${host.name} ${socket} ${core}`,
              coreVcpus: vcpusPerCore,
              coreLimit: vcpusPerCore * maximumUsage,
              speed,
            }
          }),
        ).flat(),
      )
    })
  }

  vcpusFor(task: number): number[] {
    const { demands, usage } = this.#task(task)
    return [...this.#vcpus.entries()]
      .filter(([, { host, coreLimit }]) => {
        if (usage > coreLimit) return false
        return Object.entries(demands.labels).every(([key, value]) => host.labels[key] === value)
      })
      .map(([number]) => number)
  }

  /** @returns the makespan, or Infinity if it is not under `limit` or the order cannot be */
  play(places: readonly number[], order: readonly number[], limit: number): number {
    const runs = new Map<number, Run>()
    const there = this.#layersAtStart()
    const fetches = new Map<string, Fetch>()
    const left = [...order]
    for (let now = this.#release; now - this.#release < limit; now++) {
      for (let isQuiet = false; !isQuiet; ) {
        isQuiet = true
        for (const task of left) {
          const type = this.#task(task).type
          const { node } = this.#vcpus[places[task] as number] as Vcpu
          const key = `${node} ${type}`
          if (fetches.has(key)) continue
          if (this.#options.policy !== 'ahead' && !this.#hasPredecessors(task, runs, now)) continue
          const { layers } = this.#workflow.types.find(
            ({ name }) => name === type,
          ) as Workflow['types'][number]
          fetches.set(key, { node, layers, next: 0, until: now })
          isQuiet = false
        }
        for (const fetch of fetches.values()) if (this.#goOn(fetch, there, now)) isQuiet = false
        const [task] = left
        if (task === undefined) continue
        const vcpu = this.#vcpus[places[task] as number] as Vcpu
        if (!this.#canStart(task, vcpu, runs, there, now)) continue
        left.shift()
        const { usage } = this.#task(task)
        runs.set(task, { vcpu, start: now, finish: now + this.#duration(task, vcpu), usage })
        isQuiet = false
      }
      if (left.length === 0) {
        const end = Math.max(this.#release, ...[...runs.values()].map(({ finish }) => finish))
        return end - this.#release
      }
    }
    return Number.POSITIVE_INFINITY
  }

  /** @returns whether it did something */
  #goOn(fetch: Fetch, there: Map<string, number>, now: number): boolean {
    const layer = fetch.layers[fetch.next]
    if (layer === undefined || fetch.until > now) return false
    const key = `${fetch.node} ${layer.name}`
    const known = there.get(key) ?? Number.POSITIVE_INFINITY
    if (known > now) {
      const host = this.#vcpus.find(({ node }) => node === fetch.node)?.host as Vcpu['host']
      const own = now + layer.size * this.#secondsPerMb(this.#platform.repository, host)
      there.set(key, Math.min(known, own))
      fetch.until = Math.min(known, own)
    }
    fetch.next++
    return true
  }

  #layersAtStart(): Map<string, number> {
    const there = new Map<string, number>()
    for (const host of this.#platform.hosts) {
      const holders = host.machines.length === 0 ? [host] : host.machines
      for (const holder of holders) {
        const node = holder === host ? host.name : `${host.name}/${holder.name}`
        for (const layer of holder.layers) there.set(`${node} ${layer}`, Number.NEGATIVE_INFINITY)
        for (const image of holder.images) {
          const type = this.#workflow.types.find(({ name }) => name === image)
          for (const { name } of type?.layers ?? []) there.set(`${node} ${name}`, Number.NEGATIVE_INFINITY)
        }
      }
    }
    for (const { node, layer, finish } of this.#options.occupation?.layers ?? []) {
      const key = `${node} ${layer}`
      there.set(key, Math.min(finish, there.get(key) ?? Number.POSITIVE_INFINITY))
    }
    return there
  }

  #canStart(
    task: number,
    vcpu: Vcpu,
    runs: Map<number, Run>,
    there: Map<string, number>,
    now: number,
  ): boolean {
    if (!this.#hasPredecessors(task, runs, now)) return false
    const { name, input, type, usage } = this.#task(task)
    if (now < this.#release + input * this.#secondsPerMb(this.#platform.fileServer, vcpu.host)) return false
    for (const { from, to, data } of this.#workflow.edges) {
      if (to !== name) continue
      const before = runs.get(this.#number(from)) as Run
      if (now < before.finish + data * this.#secondsPerMb(before.vcpu.host.name, vcpu.host)) return false
    }
    const { layers } = this.#workflow.types.find((own) => own.name === type) as Workflow['types'][number]
    for (const layer of layers) {
      if (!((there.get(`${vcpu.node} ${layer.name}`) ?? Number.POSITIVE_INFINITY) <= now)) return false
    }
    const others = [...runs.values(), ...this.#occupation()]
    const duration = this.#duration(task, vcpu)
    for (let second = now; second < now + duration; second++) {
      const beside = others.filter(({ start, finish }) => start <= second && second < finish)
      if (beside.some((run) => run.vcpu === vcpu)) return false
      if (vcpu.coreVcpus === 1) continue
      const onCore = beside.filter((run) => run.vcpu.core === vcpu.core)
      if (onCore.reduce((sum, run) => sum + run.usage, usage) > vcpu.coreLimit) return false
    }
    return true
  }

  #occupation(): Run[] {
    return (this.#options.occupation?.tasks ?? []).map(({ vcpu, ...rest }) => ({
      vcpu: this.#vcpus.find(({ name }) => name === vcpu) as Vcpu,
      ...rest,
    }))
  }

  #hasPredecessors(task: number, runs: Map<number, Run>, now: number): boolean {
    const { name } = this.#task(task)
    return this.#workflow.edges.every(
      ({ from, to }) =>
        to !== name || (runs.get(this.#number(from))?.finish ?? Number.POSITIVE_INFINITY) <= now,
    )
  }

  #duration(task: number, { host, speed }: Vcpu): number {
    const { times, work } = this.#task(task)
    return times?.[host.name] ?? work / speed
  }

  #task(task: number): Workflow['tasks'][number] {
    return this.#workflow.tasks[task] as Workflow['tasks'][number]
  }

  #number(task: string): number {
    return this.#workflow.tasks.findIndex(({ name }) => name === task)
  }

  #secondsPerMb(from: string | undefined, to: Vcpu['host']): number {
    if (from === undefined || from === to.name) return 0
    const source = this.#platform.hosts.find(({ name }) => name === from) as Vcpu['host']
    const ways = [source.bandwidth, to.bandwidth]
    if (source.network !== to.network) {
      for (const { name, bandwidth } of this.#platform.networks) {
        if (name === source.network || name === to.network) ways.push(bandwidth)
      }
    }
    return 1 / Math.min(...ways)
  }
}
