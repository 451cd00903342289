import { defineFunction } from 'ndn-sfc'
import type { Person } from '../lib/index.ts'

export default defineFunction({
  apply(input) {
    const people = readPeople(input)
    const ages = people.map(({ age }) => age)
    const count = (gender: Person['gender']) => people.filter((person) => person.gender === gender).length
    const statistics = {
      people: people.length,
      gender: { female: count('female'), male: count('male') },
      age:
        ages.length === 0
          ? null
          : {
              mean: Number((ages.reduce((sum, age) => sum + age, 0) / ages.length).toFixed(1)),
              minimum: Math.min(...ages),
              maximum: Math.max(...ages),
            },
    }
    return `${JSON.stringify(statistics)}\n`
  },
})

function readPeople(input: Uint8Array): readonly Person[] {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(input))
  } catch (cause) {
    throw new Error(`the input is no JSON: ${(cause as Error).message}`, { cause })
  }
  const people = (value as { people?: unknown } | null)?.people
  if (!Array.isArray(people) || !people.every(isPerson)) throw new Error('the input is no list of people')
  return people
}

function isPerson(value: unknown): value is Person {
  const { age, gender } = (value ?? {}) as Partial<Person>
  return Number.isFinite(age) && (gender === 'female' || gender === 'male')
}
