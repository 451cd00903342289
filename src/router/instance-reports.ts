import type { AssignmentReport, InstanceReport } from '../control/index.ts'
import type { Forwarder } from '../forwarder/index.ts'
import { isOfInstance } from '../function/index.ts'
import type { Assigned } from './assigned.ts'
import type { FunctionSlot } from './function-slot.ts'
import type { Measures } from './measures.ts'

export interface InstanceReportsOptions {
  readonly assigned: Assigned
  /** Those of the configuration. */
  readonly configured: Iterable<FunctionSlot>
  readonly measures: Measures
  readonly forwarder: Pick<Forwarder, 'pendingByFace'>
}

/** The dataset `assigned`. */
export function reportAssignment({
  assigned,
  configured,
  measures,
  forwarder,
}: InstanceReportsOptions): AssignmentReport {
  const { instances, ...report } = assigned.report()
  const pending = forwarder.pendingByFace((name) => !isOfInstance(name))
  const live = (
    slot: FunctionSlot | undefined,
  ): Pick<InstanceReport, 'pending' | 'askedAt' | 'memory' | 'cpu'> => {
    if (slot === undefined) return { pending: 0 }
    const { askedAt, faceId } = slot
    return {
      pending: pending.get(faceId) ?? 0,
      ...(askedAt > 0 && { askedAt: Math.round(Date.now() - performance.now() + askedAt) }),
      ...measures.of(slot.status().instance),
    }
  }
  return {
    ...report,
    instances: [
      ...instances.map((one) => ({ ...one, ...live(assigned.get(one.id)?.slot) })),
      ...[...configured].map((slot) => ({ ...reportConfigured(slot), ...live(slot) })),
    ],
  }
}

function reportConfigured(slot: FunctionSlot): Omit<InstanceReport, 'pending'> {
  const { name, version, digest, state, cause, instance, restarts, since } = slot.status()
  return {
    id: slot.id,
    function: name,
    version,
    digest,
    state,
    cause,
    cpus: slot.cpus,
    isAssigned: false,
    generation: 0,
    process: instance,
    restarts,
    since,
    phases: slot.startPhases,
  }
}
