/**
 * The meaning of the token endpoint's error numbers, in words for an administrator.
 *
 * From https://learn.microsoft.com/entra/identity-platform/reference-error-codes and from reports of administrators.
 * The endpoint's own text is never shown: it contains trace ids, and for some numbers what was sent.
 */

/** A refusal in plain words: the cause and the remedy, in one line each. */
export interface Refusal {
  readonly meaning: string
  readonly remedy: string
}

/** Numbers that mean wrong credentials or settings: asking again changes nothing. */
export const refusals: Readonly<Record<number, Refusal>> = {
  7000215: {
    meaning: "The client secret is wrong",
    remedy:
      "Paste the secret's Value, not its Secret ID; if it is lost, create a new client secret under Certificates & secrets"
  },
  7000222: {
    meaning: "The client secret has expired",
    remedy:
      "In the app registration, create a new client secret under Certificates & secrets and paste its Value, not its Secret ID"
  },
  700016: {
    meaning: "The application is not known in this tenant",
    remedy:
      "Check client ID and tenant ID against the app registration's overview, and grant admin consent in this tenant"
  },
  90002: {
    meaning: "The tenant does not exist in this cloud",
    remedy: "Check the tenant ID against the app registration's overview, and the cloud"
  },
  900023: {
    meaning: "The tenant ID is neither an ID nor a domain name",
    remedy: "Paste the Directory (tenant) ID from the app registration's overview"
  },
  900021: {
    meaning: "The tenant ID is not that of a tenant",
    remedy: "Paste the Directory (tenant) ID from the app registration's overview"
  },
  50059: {
    meaning: "The tenant cannot be told from the request",
    remedy: "Paste the Directory (tenant) ID from the app registration's overview"
  },
  53003: {
    meaning: "A conditional access policy blocks the application",
    remedy:
      "Exempt the app registration's service principal from the policy, or add this machine's address to its locations"
  },
  70011: {
    meaning: "The scope is not valid for this cloud",
    remedy: "Check that the cloud of the settings is the tenant's, and the Graph URL if one is configured"
  },
  1002012: {
    meaning: "The scope is not valid for client credentials",
    remedy: "Check that the cloud of the settings is the tenant's, and the Graph URL if one is configured"
  },
  500011: {
    meaning: "Microsoft Graph of this cloud is not known in the tenant",
    remedy: "Check that the cloud of the settings is the tenant's"
  },
  700025: {
    meaning: "The app registration is a public client, which may not use a secret",
    remedy: "Under Authentication of the app registration, set \"Allow public client flows\" to No"
  },
  7000216: {
    meaning: "No client secret was sent",
    remedy: "Set the client secret, a certificate or a federated token in the settings"
  },
  7000218: {
    meaning: "No client secret was sent",
    remedy: "Set the client secret, a certificate or a federated token in the settings"
  },
  7000112: {
    meaning: "The application is disabled in this tenant",
    remedy: "Under Enterprise applications, Properties, set \"Enabled for users to sign-in\" to Yes"
  },
  7000229: {
    meaning: "The application has no service principal in this tenant",
    remedy: "Grant admin consent for the app registration in this tenant, which creates one"
  },
  700027: {
    meaning: "The certificate is not registered with the application, or its signature is wrong",
    remedy:
      "Upload the certificate (the public part) under Certificates & secrets, and check that the key belongs to it"
  },
  700024: {
    meaning: "The signed assertion is not valid at this time",
    remedy:
      "Set this machine's clock: it differs from Microsoft's; with a federated token, check that its file is renewed"
  },
  700023: {
    meaning: "The signed assertion is for another audience",
    remedy: "Check the cloud of the settings and, with a federated token, its audience"
  },
  700211: {
    meaning: "No federated credential of the application matches the token's issuer",
    remedy: "Compare the issuer under Certificates & secrets, Federated credentials with that of the token"
  },
  700212: {
    meaning: "No federated credential of the application matches the token's audience",
    remedy: "Compare the audience under Certificates & secrets, Federated credentials with that of the token"
  },
  700213: {
    meaning: "No federated credential of the application matches the token's subject",
    remedy: "Compare the subject under Certificates & secrets, Federated credentials with that of the token"
  },
  70021: {
    meaning: "No federated credential of the application matches the token",
    remedy:
      "Compare issuer, subject and audience under Certificates & secrets, Federated credentials with those of the token"
  },
  700030: {
    meaning: "The certificate's subject is not one that the application accepts",
    remedy: "Upload the configured certificate under Certificates & secrets, or correct the trusted subject names"
  },
  900382: {
    meaning: "The tenant belongs to another cloud",
    remedy: "Set the instance's cloud to that of the tenant"
  },
  900432: {
    meaning: "The tenant belongs to another cloud",
    remedy: "Set the instance's cloud to that of the tenant"
  }
}

/**
 * Numbers of transient errors, whatever HTTP status they come with
 * (https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
 */
const transientNumbers: ReadonlySet<number> = new Set([50033, 50196, 90006, 90012, 90024, 90033, 90055, 90090])

/** OAuth's own words for a server that cannot answer now (RFC 6749, 4.1.2.1). */
const transientErrors: ReadonlySet<string> = new Set(["temporarily_unavailable", "server_error"])

/** Whether a refusal passes by itself, and no credential is at fault: by OAuth's `error` first, then by its number. */
export const isTransient = (error: string | undefined, aadsts: number): boolean =>
  (error !== undefined && transientErrors.has(error)) || transientNumbers.has(aadsts)

/** Returns the words for a refusal; for an unlisted number what Entra `said`, and general ones for a missing number. */
export const explain = (aadsts: number | undefined, said = ""): Refusal =>
  (aadsts === undefined ? undefined : refusals[aadsts]) ?? {
    meaning: aadsts === undefined
      ? "The token endpoint refused the credentials"
      : said === ""
      ? `The token endpoint refused the credentials (AADSTS${aadsts})`
      : `The token endpoint refused the credentials (AADSTS${aadsts}) and says: ${said}`,
    remedy: aadsts === undefined
      ? "Check tenant ID, client ID and client secret against the app registration"
      : `Check tenant ID, client ID and client secret; see https://login.microsoftonline.com/error?code=${aadsts}`
  }
