export { Certificate, type Validity } from './certificate.ts'
export { COMMAND_WINDOW_MS, type Commander, type CommandRules } from './command.ts'
export { TrustError, type TrustErrorCode, VerificationError, type VerificationErrorCode } from './errors.ts'
export { readCertificateFile } from './files.ts'
export { createIdentity, type Identity } from './identity.ts'
export {
  INSTANCE_LIFETIME_MS,
  type InstanceKeys,
  issueInstance,
  readInstanceIdentity,
  writeInstanceIdentity,
} from './instance-identity.ts'
export {
  type IssueOptions,
  issueCertificate,
  type SelfSignOptions,
  selfSignCertificate,
} from './issue.ts'
export {
  ANCHOR_VALIDITY_MS,
  IDENTITY_VALIDITY_MS,
  Keychain,
  type KeychainOptions,
  RENEW_BEFORE_MS,
} from './keychain.ts'
export { instanceName, nodeName, type Party, producerName } from './naming.ts'
export { createSigner, digestSigner, generatePrivateKey, type KeyType } from './signer.ts'
export { createVerifier, type Verified, type Verifier, type VerifierOptions } from './verifier.ts'
export { type SignedPacket, verifySignature } from './verify-signature.ts'
