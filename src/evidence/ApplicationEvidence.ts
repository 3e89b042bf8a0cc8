/** Evidence types for applications and AI agents. */
import * as F from "./EvidenceFields.ts"
import * as Parts from "./EvidenceParts.ts"
import * as Words from "./EvidenceWords.ts"

/** Graph's `cloudApplicationEvidence`. */
export const CloudApplication = F.evidence("cloudApplication", {
  appId: F.int64,
  displayName: F.text,
  instanceId: F.int64,
  instanceName: F.text,
  saasAppId: F.int64,
  stream: F.part(Parts.Stream)
})

/** Graph's `oauthApplicationEvidence`. */
export const OauthApplication = F.evidence("oauthApplication", {
  appId: F.text,
  displayName: F.text,
  objectId: F.text,
  publisher: F.text
})

/** Graph's `aiAgentEvidence`. */
export const AiAgent = F.evidence("aiAgent", {
  agentId: F.text,
  agentName: F.text,
  hostingPlatformType: F.word(Words.aiAgentPlatform),
  instructions: F.text
})
