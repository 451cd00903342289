import t from 'tap'
import { testStartAndStop } from './compliance.ts'
import { dockerUnderTest } from './docker-host.ts'
import { skipWithoutDocker } from './require-docker.ts'

t.test('the docker engine starts and stops instances', { skip: skipWithoutDocker }, async (t) => {
  await testStartAndStop(t, dockerUnderTest)
})
