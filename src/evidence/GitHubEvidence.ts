/** Evidence types for organizations, repositories and users of GitHub. */
import * as F from "./EvidenceFields.ts"

/** Graph's `gitHubOrganizationEvidence`. */
export const GitHubOrganization = F.evidence("gitHubOrganization", {
  company: F.text,
  displayName: F.text,
  email: F.text,
  login: F.text,
  orgId: F.text,
  webUrl: F.text
})

/** Graph's `gitHubRepoEvidence`. */
export const GitHubRepo = F.evidence("gitHubRepo", {
  baseUrl: F.text,
  login: F.text,
  owner: F.text,
  ownerType: F.text,
  repoId: F.text
})

/** Graph's `gitHubUserEvidence`. */
export const GitHubUser = F.evidence("gitHubUser", {
  email: F.text,
  login: F.text,
  name: F.text,
  userId: F.text,
  webUrl: F.text
})
