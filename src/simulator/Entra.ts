/** The token endpoint's refusals, in Entra ID's words. */
import * as Answer from "./Answer.ts"

interface Refusal {
  readonly status: number
  readonly error: string
  readonly says: string
}

const refusals: ReadonlyMap<number, Refusal> = new Map([[7000215, {
  status: 401,
  error: "invalid_client",
  says:
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'."
}], [7000222, {
  status: 401,
  error: "invalid_client",
  says:
    "The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
}], [700016, {
  status: 400,
  error: "unauthorized_client",
  says:
    "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
}], [7000112, {
  status: 401,
  error: "unauthorized_client",
  says: "Application '{client}'(contoso) is disabled."
}], [700025, {
  status: 401,
  error: "invalid_client",
  says: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."
}], [700027, {
  status: 401,
  error: "invalid_client",
  says: "The certificate with identifier used to sign the client assertion is not registered on application."
}], [700024, {
  status: 401,
  error: "invalid_client",
  says: "Client assertion is not within its valid time range. Please check the clock of the client."
}], [7000216, {
  status: 401,
  error: "invalid_request",
  says: "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."
}], [90002, {
  status: 400,
  error: "invalid_request",
  says:
    "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
}], [900023, {
  status: 400,
  error: "invalid_request",
  says: "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."
}], [900144, {
  status: 400,
  error: "invalid_request",
  says: "The request body must contain the following parameter: 'grant_type'."
}], [70003, {
  status: 400,
  error: "unsupported_grant_type",
  says: "The app requested an unsupported grant type."
}], [1002012, {
  status: 400,
  error: "invalid_scope",
  says:
    "The provided value for scope '{scope}' is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."
}], [500011, {
  status: 400,
  error: "invalid_resource",
  says: "The resource principal named '{scope}' was not found in the tenant named '{tenant}'."
}], [53003, {
  status: 400,
  error: "access_denied",
  says: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance."
}], [90033, {
  status: 503,
  error: "temporarily_unavailable",
  says: "A transient error has occurred. Please try again."
}], [90055, {
  status: 429,
  error: "temporarily_unavailable",
  says: "The server is terminating the request because it is currently experiencing an overload."
}]])

/** Client secrets that provoke a refusal, so that every refusal can be tried by hand. */
const meanings: ReadonlyMap<string, number> = new Map([
  ["wrong-secret", 7000215],
  ["expired-secret", 7000222],
  ["unknown-app", 700016],
  ["disabled-app", 7000112],
  ["public-client", 700025],
  ["conditional-access", 53003],
  ["unknown-resource", 500011],
  ["busy", 90033]
])

/** The fields of a token request; `proof` is the secret or assertion. */
export interface TokenRequest {
  readonly tenant: string
  readonly clientId: string
  readonly grantType: string | undefined
  readonly scope: string
  readonly proof: string | undefined
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const domain = /^([a-z0-9-]+\.)+[a-z]{2,}$/i

/** Returns the AADSTS number that refuses the request, or `undefined`. A secret `aadsts-<number>` picks the number. */
export const refusal = ({ grantType, proof, scope, tenant }: TokenRequest): number | undefined => {
  if (!guid.test(tenant) && !domain.test(tenant)) return 900023
  if (tenant === "00000000-0000-0000-0000-000000000000") return 90002
  if (grantType === undefined) return 900144
  if (grantType !== "client_credentials") return 70003
  if (!scope.endsWith("/.default")) return 1002012
  if (proof === undefined || proof === "") return 7000216
  const named = /^aadsts-(\d{1,9})$/.exec(proof)?.[1]
  return named === undefined ? meanings.get(proof) : Number(named)
}

/** Builds Entra's error body and status for an AADSTS number; an unknown number gives 400. */
export const refuse = (stamp: Answer.Stamp, code: number, request: TokenRequest): Answer.Answer => {
  const { error, says, status } = refusals.get(code) ?? { status: 400, error: "invalid_request", says: "Refused." }
  const text = says
    .replaceAll("{client}", request.clientId)
    .replaceAll("{tenant}", request.tenant)
    .replaceAll("{scope}", request.scope)
  const timestamp = Answer.entraTime(stamp)
  return Answer.of(status, {
    error,
    error_description:
      `AADSTS${code}: ${text} Trace ID: ${stamp.requestId} Correlation ID: ${stamp.clientRequestId} Timestamp: ${timestamp}`,
    error_codes: [code],
    timestamp,
    trace_id: stamp.requestId,
    correlation_id: stamp.clientRequestId,
    error_uri: `https://login.microsoftonline.com/error?code=${code}`
  }, { "x-ms-request-id": stamp.requestId })
}

/** The OpenID configuration of a tenant on this server's `origin`. */
export const configuration = (origin: string, tenant: string): Answer.Answer =>
  Answer.of(200, {
    token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
    response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    issuer: `${origin}/${tenant}/v2.0`,
    authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
    tenant_region_scope: "EU"
  })

/** The instance discovery document, which says that this host is a cloud of its own. */
export const discovery = (origin: string, tenant: string): Answer.Answer => {
  const host = origin.replace(/^https?:\/\//, "")
  return Answer.of(200, {
    tenant_discovery_endpoint: `${origin}/${tenant}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }]
  })
}
