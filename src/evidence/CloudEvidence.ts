/** Evidence types for resources of Azure, Amazon and Google, and for Azure storage. */
import * as F from "./EvidenceFields.ts"
import * as Parts from "./EvidenceParts.ts"
import * as Words from "./EvidenceWords.ts"

/** Graph's `azureResourceEvidence`. */
export const AzureResource = F.evidence("azureResource", {
  resourceId: F.text,
  resourceName: F.text,
  resourceType: F.text
})

/** Graph's `amazonResourceEvidence`. */
export const AmazonResource = F.evidence("amazonResource", {
  amazonAccountId: F.text,
  amazonResourceId: F.text,
  resourceName: F.text,
  resourceType: F.text
})

/** Graph's `googleCloudResourceEvidence`. */
export const GoogleCloudResource = F.evidence("googleCloudResource", {
  fullResourceName: F.text,
  location: F.text,
  locationType: F.word(Words.googleCloudLocationType),
  projectId: F.text,
  projectNumber: F.int64,
  resourceName: F.text,
  resourceType: F.text
})

/** Graph's `blobEvidence`. */
export const Blob = F.evidence("blob", {
  blobContainer: F.nested("blobContainer"),
  etag: F.text,
  fileHashes: F.parts(Parts.FileHash),
  name: F.text,
  url: F.text
})

/** Graph's `blobContainerEvidence`. */
export const BlobContainer = F.evidence("blobContainer", {
  name: F.text,
  storageResource: F.nested("azureResource"),
  url: F.text
})

/** Graph's `sasTokenEvidence`. */
export const SasToken = F.evidence("sasToken", {
  allowedIpAddresses: F.text,
  allowedResourceTypes: F.texts,
  allowedServices: F.texts,
  expiryDateTime: F.text,
  permissions: F.texts,
  protocol: F.text,
  signatureHash: F.text,
  signedWith: F.text,
  startDateTime: F.text,
  storageResource: F.nested("azureResource")
})
