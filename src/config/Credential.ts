/**
 * How an instance proves its identity to Entra ID. The token provider reads files and variables each time it needs a
 * token, so that a rotated secret is picked up.
 */
import { Data, type Redacted } from "effect"

/** Where the proof of identity comes from. */
export type Credential = Data.TaggedEnum<{
  Secret: { readonly secret: Redacted.Redacted }
  SecretFromEnvironment: { readonly variable: string }
  SecretFromFile: { readonly path: string }
  /** Paths of PEM files. */
  Certificate: { readonly certificatePath: string; readonly privateKeyPath: string }
  /** A file with a federated token (workload identity), re-read for each token request. */
  FederatedToken: { readonly path: string }
}>

/** Constructors and matchers of {@link Credential}. */
export const Credential = Data.taggedEnum<Credential>()

/** Returns the files that hold a credential. */
export const filesOf: (credential: Credential) => ReadonlyArray<string> = Credential.$match({
  Secret: () => [],
  SecretFromEnvironment: () => [],
  SecretFromFile: ({ path }) => [path],
  Certificate: ({ certificatePath, privateKeyPath }) => [certificatePath, privateKeyPath],
  FederatedToken: ({ path }) => [path]
})
