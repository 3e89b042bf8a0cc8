/** Readers of evidence about resources of Azure, Amazon, Google and GitHub. */
import { type Json, list, object, type Reader, word } from "./FactsDraft.ts"
import * as N from "./NormalForms.ts"
import * as Shared from "./SharedFacts.ts"

const azureResource: Reader = (value, draft) => Shared.resource(draft, value)

const amazonResource: Reader = (value, draft) => {
  draft.set("application", N.text(value.resourceType))
  draft.set("filePath", N.text(value.amazonResourceId))
  draft.tag("amazonAccount", value.amazonAccountId)
  draft.tag("resourceName", value.resourceName)
  draft.tag("amazonResource", value.amazonResourceId)
}

const googleCloudResource: Reader = (value, draft) => {
  draft.set("application", N.text(value.resourceType))
  draft.set("filePath", N.text(value.fullResourceName))
  draft.tag("gcpProject", value.projectId)
  draft.tag("gcpProjectNumber", value.projectNumber)
  draft.tag("resourceName", value.resourceName)
  draft.tag("location", value.location)
}

const hashesOf = (entries: unknown): Json => {
  const hashes = list(entries).map(object)
  const of = (kind: string) => hashes.find((one) => N.text(one.algorithm)?.toLowerCase() === kind)?.value
  return { sha256: of("sha256"), sha1: of("sha1"), md5: of("md5"), sha256Ac: of("sha256ac") }
}

const blob: Reader = (value, draft) => {
  const container = object(value.blobContainer)
  const [name, folder] = [N.text(value.name), N.text(container.name)]
  draft.set("fileName", name)
  Shared.link(draft, value.url)
  Shared.hashes(draft, hashesOf(value.fileHashes))
  draft.set("filePath", folder === undefined || name === undefined ? name : `${folder}/${name}`)
  draft.tag("etag", value.etag)
  draft.tag("container", folder)
  Shared.resourceTags(draft, object(container.storageResource))
  draft.fill(draft.nested(value.blobContainer, "blobContainer"))
}

const blobContainer: Reader = (value, draft) => {
  Shared.link(draft, value.url)
  draft.set("filePath", N.text(value.name))
  draft.tag("container", value.name)
  Shared.resourceTags(draft, object(value.storageResource))
  draft.fill(draft.nested(value.storageResource, "azureResource"))
}

const sasToken: Reader = (value, draft) => {
  const allowed = N.text(value.allowedIpAddresses)
  draft.set("protocol", N.protocol(N.text(value.protocol)?.split(/[\s,;]+/).find((one) => one !== "")))
  draft.place("client", { ip: N.address(allowed) })
  draft.tag("sasSignature", value.signatureHash)
  draft.tagEach("sasPermission", value.permissions)
  draft.tag("sasExpires", value.expiryDateTime)
  draft.tagEach("sasServices", value.allowedServices)
  draft.tag("allowedIps", allowed)
  Shared.resourceTags(draft, object(value.storageResource))
  draft.fill(draft.nested(value.storageResource, "azureResource"))
}

const gitHubOrganization: Reader = (value, draft) => {
  draft.set("application", "GitHub")
  Shared.link(draft, value.webUrl)
  draft.set("userName", N.withAt(value.login))
  draft.tag("orgId", value.orgId)
  draft.tag("company", value.company)
  draft.tag("email", N.mailAddress(value.email))
  draft.tag("displayName", value.displayName)
}

/** Returns `owner/name` from the URL of a repository. */
const repositoryOf = (url: unknown): string | undefined =>
  /^[a-z]+:\/\/[^/]+\/(?:repos\/)?([^/?#]+\/[^/?#]+)/i.exec(N.text(url) ?? "")?.[1]

const gitHubRepo: Reader = (value, draft) => {
  draft.set("application", "GitHub")
  Shared.link(draft, value.baseUrl)
  draft.set("userName", N.withAt(value.owner) ?? N.withAt(value.login))
  draft.tag("repoId", value.repoId)
  draft.tag("ownerType", value.ownerType)
  draft.tag("repo", repositoryOf(value.baseUrl))
}

/** An account's mail address is not a sender: `emailFrom` stays empty. */
const gitHubUser: Reader = (value, draft) => {
  draft.set("application", "GitHub")
  draft.set("userName", N.mailAddress(value.email) ?? N.withAt(value.login))
  Shared.link(draft, value.webUrl)
  draft.tag("login", value.login)
  draft.tag("userId", value.userId)
  draft.tag("displayName", word(value.name))
}

/** Readers by evidence type, for `EvidenceFacts`. */
export const readers: Readonly<Record<string, Reader>> = {
  azureResource,
  amazonResource,
  googleCloudResource,
  blob,
  blobContainer,
  sasToken,
  gitHubOrganization,
  gitHubRepo,
  gitHubUser
}
