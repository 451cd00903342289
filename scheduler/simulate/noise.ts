import { Random } from '../random/index.ts'

/**
 * By what each task's execution time is multiplied: lognormal with mean 1, by the transform of Box and Muller. Factors are
 * drawn in the order of the tasks, so that what happens does not change them.
 * @param variation coefficient of variation; 0: all factors are 1
 */
export function noiseFactors(count: number, variation: number, seed: number): Float64Array {
  const factors = new Float64Array(count).fill(1)
  if (variation === 0) return factors
  const random = new Random(seed)
  const variance = Math.log(1 + variation ** 2)
  const deviation = Math.sqrt(variance)
  for (let task = 0; task < count; task++) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.fraction()))
    const normal = radius * Math.cos(2 * Math.PI * random.fraction())
    factors[task] = Math.exp(deviation * normal - variance / 2)
  }
  return factors
}
