import { parentPort } from 'node:worker_threads'
import { measureSpeed } from './calibrate.ts'
import { doOneMi, newWorkMemory } from './work.ts'

const memory = newWorkMemory()
parentPort?.postMessage(measureSpeed({ now: () => performance.now(), work: () => doOneMi(memory) }))
