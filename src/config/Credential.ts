/**
 * How an instance proves who it is to Entra ID. Reading files and variables is the token provider's work, at the time a
 * token is needed, so that a rotated secret is picked up.
 */
import { Data, type Redacted } from "effect"

/** Where the proof comes from. */
export type Credential = Data.TaggedEnum<{
  Secret: { readonly secret: Redacted.Redacted }
  SecretFromEnvironment: { readonly variable: string }
  SecretFromFile: { readonly path: string }
  /** PEM files. */
  Certificate: { readonly certificatePath: string; readonly privateKeyPath: string }
  /** A file with a federated token (workload identity), read again for each token request. */
  FederatedToken: { readonly path: string }
}>

/** Constructors and matchers of {@link Credential}. */
export const Credential = Data.taggedEnum<Credential>()
