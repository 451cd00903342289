/**
 * Whether a node is to work, as in Docker Swarm. `pause`: what runs goes on, and nothing new is taken; `drain`: what is in hand is
 * finished, and then nothing runs.
 */
export type Availability = 'active' | 'pause' | 'drain'

export const AVAILABILITIES: readonly Availability[] = ['active', 'pause', 'drain']
