import type { SlotState } from '../control/index.ts'
import type { Artifact, Engine } from '../engine/index.ts'
import type { Forwarder } from '../forwarder/index.ts'
import type { Signer } from '../packet/index.ts'
import type { Supervision } from './supervision.ts'

export interface FunctionSlotOptions {
  /** Unique on the node. */
  readonly id: string
  readonly artifact: Artifact
  readonly engine: Engine
  /** See `InstanceSpec`. */
  readonly cpus?: readonly number[] | undefined
  readonly cpuShare?: number | undefined
  readonly forwarder: Forwarder
  /** Folder for the instance's socket and identity. */
  readonly door: string
  readonly maxQueue: number
  readonly supervision: Supervision
  /** Writes a new identity to a file. */
  readonly writeIdentity: (path: string) => Promise<void>
  /** Of the node, for errors in the instance's stead. */
  readonly signer: () => Signer
  /** Asks the instance through the data plane whether it is alive; rejects when no answer comes in time. */
  readonly probe: (timeout: number) => Promise<void>
  /** Called after each packet that came from the instance. */
  readonly onActivity: () => void
  readonly onState: (state: SlotState, cause: string | undefined) => void
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
}
