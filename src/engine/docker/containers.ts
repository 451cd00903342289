import type { Container, ContainerInfo, ContainerInspectInfo } from 'dockerode'
import { EngineError, type InstanceSpec } from '../engine.ts'
import { LABELS } from '../image-names.ts'
import { type DockerClient, ignoreGone, isConflict, isGone } from './client.ts'
import { type ContainerSettings, containerName, containerOptions } from './container.ts'

/** The containers of one node. */
export class NodeContainers {
  readonly #client: DockerClient
  readonly #settings: ContainerSettings

  constructor(client: DockerClient, settings: ContainerSettings) {
    this.#client = client
    this.#settings = settings
  }

  /** Makes a container for an instance, in place of one that a crashed node left. */
  async create(spec: InstanceSpec): Promise<Container> {
    const options = containerOptions(spec, this.#settings)
    const create = () =>
      this.#client.call(`create a container for ${spec.id}`, (docker) => docker.createContainer(options))
    try {
      return await create()
    } catch (error) {
      if (!isConflict(error)) throw error
      const name = containerName(this.#settings.nodeName, spec.id)
      if ((await this.inspect(name)) !== undefined && (await this.find(spec.id)) === undefined) {
        const message = `the name ${name} is taken by a container that is not of this node: docker rm -f ${name}`
        throw new EngineError('start-failed', message, error)
      }
      await this.remove(name)
      return await create()
    }
  }

  async list(): Promise<ContainerInfo[]> {
    const filters = { label: [`${LABELS.node}=${this.#settings.nodeName}`] }
    return await this.#client.call('list containers', (docker) =>
      docker.listContainers({ all: true, filters }),
    )
  }

  /** The container of an instance, if it is one of this node. */
  async find(id: string): Promise<ContainerInspectInfo | undefined> {
    const info = await this.inspect(containerName(this.#settings.nodeName, id))
    const { [LABELS.node]: node, [LABELS.instance]: instance } = info?.Config.Labels ?? {}
    return node === this.#settings.nodeName && instance === id ? info : undefined
  }

  /** @param container - id or name. */
  async inspect(container: string): Promise<ContainerInspectInfo | undefined> {
    try {
      return await this.#client.call(`inspect ${container}`, (docker) =>
        docker.getContainer(container).inspect(),
      )
    } catch (error) {
      if (isGone(error)) return undefined
      throw error
    }
  }

  /** Stops a container that nobody watches; it is killed after `grace` milliseconds, in whole seconds. */
  async stop({ Id }: ContainerInspectInfo, grace: number): Promise<void> {
    const t = Math.ceil(grace / 1000)
    await this.#client.call(`stop ${Id}`, (docker) => docker.getContainer(Id).stop({ t })).catch(ignoreGone)
    await this.remove(Id)
  }

  /** Kills and removes a container. */
  async remove(container: string): Promise<void> {
    const options = { force: true, v: true }
    await this.#client
      .call(`remove ${container}`, (docker) => docker.getContainer(container).remove(options))
      .catch(ignoreGone)
  }
}
