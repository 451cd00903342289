import { isDockerAvailable } from '../../src/engine/docker/index.ts'

const available = await isDockerAvailable()
if (available !== true && process.env.REQUIRE_DOCKER === '1') {
  throw new Error(`REQUIRE_DOCKER=1, but ${available.message}`)
}

/** For `t.test(name, { skip: skipWithoutDocker }, …)`: false, or why tests with containers cannot run here. */
export const skipWithoutDocker: false | string = available === true ? false : available.message
