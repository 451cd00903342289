import { setTimeout as delay } from 'node:timers/promises'
import Docker from 'dockerode'
import type { DeployEvent, DeploymentView, InstanceView } from '../../src/controller/index.ts'
import { removeImages } from '../chains/images.ts'
import type { EngineName } from '../chains/node-process.ts'
import type { Cleanup } from '../cleanup.ts'
import { Worker } from '../worker.ts'
import { Consumer } from './load.ts'
import { nodeName, Site, type SiteNode } from './site.ts'
import { Workshop } from './workshop.ts'

/** How often it is looked how instances are, and for how long at most, in milliseconds. */
const POLL_MS = 50
const PATIENCE_MS = 60_000

export interface DeploymentBenchOptions {
  readonly engine: EngineName
  /** The first one is where content is, and where consumers are. */
  readonly nodes: readonly SiteNode[]
  /** Where the nodes reach this host. @defaultValue `127.0.0.1` */
  readonly outside?: string | undefined
  readonly photographs?: readonly string[] | undefined
  readonly folder: string
  readonly cleanup: Cleanup
}

/** A site with an author, a producer of content and a consumer. */
export class DeploymentBench {
  /** As figures name it. */
  readonly impl: string
  readonly site: Site
  readonly workshop: Workshop
  readonly consumer: Consumer
  readonly #engine: EngineName
  /** Where content is. */
  readonly contentNode: string

  private constructor(engine: EngineName, site: Site, consumer: Consumer, contentNode: string) {
    this.#engine = engine
    this.impl = `ndn-sfc/${engine}`
    this.site = site
    this.consumer = consumer
    this.contentNode = contentNode
    this.workshop = new Workshop(`${site.folder}/author`, site.registry)
  }

  static async start(options: DeploymentBenchOptions): Promise<DeploymentBench> {
    const { engine, nodes, photographs = [], cleanup } = options
    let bench: DeploymentBench | undefined
    // After the nodes have ended.
    if (engine === 'docker') cleanup.add(async () => removeImages(bench?.workshop.shouts ?? [], false))
    const site = await Site.start(options)
    const first = nodes[0]?.name ?? ''
    const address = site.addressOf(first)
    const { worker } = await Worker.start(
      import.meta.url,
      'content',
      address,
      site.homeOf(first),
      ...photographs,
    )
    cleanup.add(() => worker.stop())
    bench = new DeploymentBench(engine, site, await Consumer.start(address, cleanup), nodeName(first))
    return bench
  }

  async publishShout(version: string): Promise<void> {
    await this.workshop.publishShout(version)
  }

  /** @param text of the deployment file, where NODE stands for the node that has the content */
  async deploy(
    name: string,
    text: string,
    onEvent: (event: DeployEvent) => void = () => {},
    scheduler = 'sf-cuv',
  ): Promise<DeploymentView> {
    const source = { file: `${name}.yaml`, text: text.replaceAll('NODE', this.contentNode) }
    return await this.site.actions.deploy(source, { scheduler }, onEvent)
  }

  /** Resolves when an instance is as asked for. */
  async until(isMeant: (instance: InstanceView) => boolean): Promise<void> {
    await this.#until((instances) => instances.some(isMeant))
  }

  /** Resolves when there is no instance any more, for the controller and at the nodes. */
  async untilGone(): Promise<void> {
    await this.#until((instances) => instances.length === 0)
    for (;;) {
      const nodes = await this.site.actions.nodes()
      if (nodes.every(({ facts }) => facts?.load.instances === 0)) return
      await delay(POLL_MS)
    }
  }

  async #until(isSo: (instances: readonly InstanceView[]) => boolean): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    for (;;) {
      const instances = await this.site.actions.instances()
      if (isSo(instances)) return
      if (performance.now() > end)
        throw new Error(`instances stay ${instances.map(({ state }) => state).join(', ')}`)
      await delay(POLL_MS)
    }
  }

  /** Ends the process of an instance as a crash does. */
  async kill({ process: id, node }: InstanceView): Promise<void> {
    if (id === undefined) throw new Error('the instance has no process')
    if (this.#engine === 'docker') {
      const docker = new Docker()
      const containers = await docker.listContainers({ filters: { label: [`ndn-sfc.instance=${id}`] } })
      const found = containers.find(({ Labels }) => Labels['ndn-sfc.node']?.startsWith(node))
      if (found === undefined) throw new Error(`there is no container of ${id}`)
      await docker.getContainer(found.Id).kill()
    } else {
      process.kill(await this.site.processOf(node, id), 'SIGKILL')
    }
  }
}
