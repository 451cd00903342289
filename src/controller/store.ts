import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'libsql'
import type { DeployedFunction } from '../deployment/index.ts'
import type { FunctionFacts } from '../repository/index.ts'
import type { AssignmentContent } from './assignment-content.ts'
import type { Desired } from './desired.ts'
import { ControllerError } from './errors.ts'
import type { Plan } from './plan.ts'
import type { DeploymentPhases, DeploymentSource, DeploymentState } from './views.ts'

/** Revisions of a deployment that are kept, with the present one. */
export const MAX_REVISIONS = 20

/** Tokens of the management API that there may be. */
export const MAX_TOKENS = 1000

/** Of the tables below; a file with a higher one comes from a newer version. */
const SCHEMA_VERSION = 1

const FILE = 'controller.sqlite'

/** Locked as long as a controller runs: two would each undo what the other does. */
const LOCK_FILE = 'controller.lock'

const SCHEMA = `
CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE revisions (
  deployment TEXT NOT NULL, revision INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (deployment, revision)) STRICT;
CREATE TABLE deployments (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
CREATE TABLE assignments (node TEXT PRIMARY KEY, revision INTEGER NOT NULL, content TEXT NOT NULL) STRICT;
CREATE TABLE tokens (name TEXT PRIMARY KEY, role TEXT NOT NULL, sha256 TEXT NOT NULL UNIQUE, created INTEGER NOT NULL) STRICT;
`

/** A revision of a deployment: all that is needed to carry it out, and to come back to it. */
export interface Revision {
  readonly deployment: string
  readonly revision: number
  readonly source: DeploymentSource
  readonly scheduler: string
  readonly timeLimit?: number | undefined
  readonly functions: readonly DeployedFunction[]
  /** The versions that were chosen. */
  readonly facts: readonly FunctionFacts[]
  readonly chains: readonly string[]
  readonly workflows: readonly KeptWorkflow[]
  readonly plan: Plan
}

export interface KeptWorkflow {
  readonly name: string
  /** NDN URI of the prefix of the content that it may be applied to. */
  readonly content: string
  /** Name of the task that gives the result. */
  readonly result: string
}

/** How a deployment is. */
export interface Standing {
  readonly name: string
  /** The present one. */
  readonly revision: number
  readonly state: DeploymentState
  readonly cause?: string | undefined
  /** Milliseconds since the epoch. */
  readonly deployedAt: number
  readonly phases: DeploymentPhases
  /** While it is being deployed: what there was before, to come back to. */
  readonly before?: { readonly revision: number | undefined; readonly desired: Desired } | undefined
}

export interface KeptAssignment {
  readonly revision: number
  readonly content: AssignmentContent
}

export type TokenRole = 'viewer' | 'operator'

export interface KeptToken {
  readonly name: string
  readonly role: TokenRole
  /** Milliseconds since the epoch. */
  readonly created: number
}

const NOTHING: Desired = { instances: [], pieces: [], tasks: [], contents: [] }

/**
 * What a controller keeps, in `controller.sqlite` of its home. Each change is one transaction: whenever the process ends, what was
 * committed is there, and nothing else.
 */
export class Store {
  /** Who assigns: made up once. */
  readonly controller: string
  readonly #db: Database.Database
  readonly #lock: Database.Database
  #desired: Desired
  /** Those that were read, by deployment and number: each round asks for them, and they do not change. */
  readonly #revisions = new Map<string, Revision>()

  /** @throws ControllerError `conflict` where the file is damaged or of a newer version, or another controller runs on this home */
  constructor(home: string) {
    const file = join(home, FILE)
    mkdirSync(home, { recursive: true, mode: 0o700 })
    this.#lock = lock(join(home, LOCK_FILE))
    try {
      this.#db = openDatabase(file)
    } catch (error) {
      this.#lock.close()
      throw error
    }
    try {
      this.controller = this.#fact('controller') ?? this.#makeUp()
      this.#desired = JSON.parse(this.#fact('desired') ?? JSON.stringify(NOTHING)) as Desired
    } catch (error) {
      this.close()
      throw damaged(file, error)
    }
  }

  close(): void {
    this.#db.close()
    this.#lock.exec('ROLLBACK')
    this.#lock.close()
  }

  /** Carries out all changes that `change` makes, or none. */
  transaction<T>(change: () => T): T {
    const desired = this.#desired
    if (this.#db.inTransaction) return change()
    try {
      return this.#db.transaction(change).immediate()
    } catch (error) {
      this.#desired = desired
      this.#revisions.clear()
      throw error
    }
  }

  get desired(): Desired {
    return this.#desired
  }

  set desired(desired: Desired) {
    this.#setFact('desired', JSON.stringify(desired))
    this.#desired = desired
  }

  get costs(): unknown {
    const text = this.#fact('costs')
    return text === undefined ? undefined : JSON.parse(text)
  }

  set costs(costs: unknown) {
    this.#setFact('costs', JSON.stringify(costs))
  }

  standings(): Standing[] {
    return this.#all<Standing>('SELECT body FROM deployments ORDER BY name')
  }

  standing(name: string): Standing | undefined {
    return this.#all<Standing>('SELECT body FROM deployments WHERE name = ?', name)[0]
  }

  setStanding(standing: Standing): void {
    this.#run(
      'INSERT INTO deployments VALUES (?1, ?2) ON CONFLICT DO UPDATE SET body = ?2',
      standing.name,
      JSON.stringify(standing),
    )
  }

  /** With all its revisions. */
  removeDeployment(name: string): void {
    this.transaction(() => {
      this.#run('DELETE FROM deployments WHERE name = ?', name)
      this.#run('DELETE FROM revisions WHERE deployment = ?', name)
      this.#revisions.clear()
    })
  }

  revision(deployment: string, revision: number): Revision | undefined {
    const key = `${deployment} ${revision}`
    const known = this.#revisions.get(key)
    if (known !== undefined) return known
    const query = 'SELECT body FROM revisions WHERE deployment = ? AND revision = ?'
    const found = this.#all<Revision>(query, deployment, revision)[0]
    if (found !== undefined) this.#revisions.set(key, found)
    return found
  }

  /** Numbers, the newest first. */
  revisions(deployment: string): number[] {
    const query = 'SELECT revision FROM revisions WHERE deployment = ? ORDER BY revision DESC'
    return this.#rows<{ revision: number }>(query, deployment).map(({ revision }) => revision)
  }

  /** The oldest beyond {@link MAX_REVISIONS} go. */
  addRevision(revision: Revision): void {
    const { deployment } = revision
    this.transaction(() => {
      this.#run(
        'INSERT INTO revisions VALUES (?, ?, ?)',
        deployment,
        revision.revision,
        JSON.stringify(revision),
      )
      const gone = this.revisions(deployment)[MAX_REVISIONS]
      if (gone !== undefined)
        this.#run('DELETE FROM revisions WHERE deployment = ? AND revision <= ?', deployment, gone)
      this.#revisions.clear()
    })
  }

  dropRevision(deployment: string, revision: number): void {
    this.#run('DELETE FROM revisions WHERE deployment = ? AND revision = ?', deployment, revision)
    this.#revisions.clear()
  }

  assignment(node: string): KeptAssignment | undefined {
    const query = 'SELECT revision, content FROM assignments WHERE node = ?'
    const row = this.#rows<{ revision: number; content: string }>(query, node)[0]
    return row && { revision: row.revision, content: JSON.parse(row.content) as AssignmentContent }
  }

  /** Of its assignment, without the rest. */
  assignedRevision(node: string): number | undefined {
    return this.#rows<{ revision: number }>('SELECT revision FROM assignments WHERE node = ?', node)[0]
      ?.revision
  }

  setAssignment(node: string, { revision, content }: KeptAssignment): void {
    this.#run(
      'INSERT INTO assignments VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET revision = ?2, content = ?3',
      node,
      revision,
      JSON.stringify(content),
    )
  }

  tokens(): KeptToken[] {
    return this.#rows<KeptToken>('SELECT name, role, created FROM tokens ORDER BY name')
  }

  /** @throws ControllerError `conflict` where there is one of that name, `too-many` beyond {@link MAX_TOKENS} */
  addToken(name: string, role: TokenRole, token: string, created = Date.now()): void {
    this.transaction(() => {
      const count = (where: string, ...values: string[]): number =>
        this.#rows<{ n: number }>(`SELECT count(*) AS n FROM tokens ${where}`, ...values)[0]?.n ?? 0
      if (count('WHERE name = ?', name) > 0)
        throw new ControllerError(
          'conflict',
          `there is a token ${name}: remove it first, or take another name`,
        )
      if (count('') >= MAX_TOKENS)
        throw new ControllerError('too-many', `there are ${MAX_TOKENS} tokens: remove one that is not needed`)
      this.#run('INSERT INTO tokens VALUES (?, ?, ?, ?)', name, role, sha256(token), created)
    })
  }

  /** Whose token it is. */
  findToken(token: string): KeptToken | undefined {
    const query = 'SELECT name, role, created FROM tokens WHERE sha256 = ?'
    return this.#rows<KeptToken>(query, sha256(token))[0]
  }

  /** @returns whether there was one */
  removeToken(name: string): boolean {
    return this.#run('DELETE FROM tokens WHERE name = ?', name) > 0
  }

  #makeUp(): string {
    const controller = `controller-${randomBytes(4).toString('hex')}`
    this.#setFact('controller', controller)
    return controller
  }

  #fact(key: string): string | undefined {
    return this.#rows<{ value: string }>('SELECT value FROM facts WHERE key = ?', key)[0]?.value
  }

  #setFact(key: string, value: string): void {
    this.#run('INSERT INTO facts VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = ?2', key, value)
  }

  #all<T>(query: string, ...values: (string | number)[]): T[] {
    return this.#rows<{ body: string }>(query, ...values).map(({ body }) => JSON.parse(body) as T)
  }

  #rows<T>(query: string, ...values: (string | number)[]): T[] {
    return this.#db.prepare(query).all(...values) as T[]
  }

  #run(query: string, ...values: (string | number)[]): number {
    return this.#db.prepare(query).run(...values).changes
  }
}

function openDatabase(file: string): Database.Database {
  let db: Database.Database | undefined
  try {
    db = new Database(file)
    db.pragma('journal_mode = WAL')
    // What is committed is on the disk, even where the power goes.
    db.pragma('synchronous = FULL')
    const check = db.prepare('PRAGMA quick_check').all() as { quick_check: string }[]
    if (check[0]?.quick_check !== 'ok') throw new Error(check[0]?.quick_check)
    const version =
      (db.prepare('PRAGMA user_version').all() as { user_version: number }[])[0]?.user_version ?? 0
    if (version > SCHEMA_VERSION) {
      const what = `${file} is of a newer version of ndn-sfc (schema ${version}, this one knows ${SCHEMA_VERSION})`
      throw new ControllerError('conflict', `${what}: use that, or another home`)
    }
    const schema = `${SCHEMA} PRAGMA user_version = ${SCHEMA_VERSION};`
    const opened = db
    if (version === 0) db.transaction(() => opened.exec(schema)).immediate()
    return db
  } catch (error) {
    db?.close()
    throw error instanceof ControllerError ? error : damaged(file, error)
  }
}

/** The system lets go of it when the process ends, however that is. */
function lock(file: string): Database.Database {
  let db: Database.Database | undefined
  try {
    db = new Database(file)
    db.exec('BEGIN EXCLUSIVE')
    return db
  } catch (cause) {
    db?.close()
    if ((cause as { code?: string }).code !== 'SQLITE_BUSY') throw damaged(file, cause)
    throw new ControllerError('conflict', `${file} is in use: another controller runs on this home`, {
      cause,
    })
  }
}

function damaged(file: string, cause: unknown): ControllerError {
  const what = `${file} cannot be used: ${(cause as Error).message}`
  const advice = 'Restore it from a backup, or move it away and deploy again'
  return new ControllerError('conflict', `${what}. ${advice}`, { cause })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
