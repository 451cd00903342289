/** Parameters of each command to a node: a JSON object in its ApplicationParameters. */
export interface NodeCommandParameters {
  readonly label: { readonly set: Record<string, string>; readonly removed: string[] }
  readonly availability: { readonly availability: string }
  readonly calibrate: Record<string, never>
  /**
   * The assignment is fetched, through the face by which the command came, as the object of this name (NDN URI with its version), and
   * must have this digest (SHA-256, lower-case hexadecimal). `force`: though another controller, or a later revision, assigned last.
   */
  readonly assign: { readonly name: string; readonly sha256: string; readonly force: boolean }
  /** Ends the process of an instance, after its work unless it is killed; it is started again. */
  readonly restart: { readonly instance: string; readonly kill: boolean }
}
