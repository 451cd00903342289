import { hostProgram } from './architecture.ts'
import type { MachineSource } from './facts.ts'
import { portableMemory } from './memory.ts'
import { portableProcessors } from './processors.ts'
import { readSystemFile } from './system-files.ts'

export function thisMachine(): MachineSource {
  const portable = { processors: portableProcessors(), memory: portableMemory() }
  return { read: readSystemFile, program: hostProgram(), portable }
}
