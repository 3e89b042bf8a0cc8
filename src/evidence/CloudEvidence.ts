/** Resources of Azure, Amazon and Google, and Azure storage. */
import * as F from "./EvidenceFields.ts"
import * as Parts from "./EvidenceParts.ts"
import * as Words from "./EvidenceWords.ts"

/** `azureResourceEvidence`. */
export const AzureResource = F.evidence("azureResource", {
  resourceId: F.text,
  resourceName: F.text,
  resourceType: F.text
})

/** `amazonResourceEvidence`. */
export const AmazonResource = F.evidence("amazonResource", {
  amazonAccountId: F.text,
  amazonResourceId: F.text,
  resourceName: F.text,
  resourceType: F.text
})

/** `googleCloudResourceEvidence`. */
export const GoogleCloudResource = F.evidence("googleCloudResource", {
  fullResourceName: F.text,
  location: F.text,
  locationType: F.word(Words.googleCloudLocationType),
  projectId: F.text,
  projectNumber: F.int64,
  resourceName: F.text,
  resourceType: F.text
})

/** `blobEvidence`. */
export const Blob = F.evidence("blob", {
  blobContainer: F.nested("blobContainer"),
  etag: F.text,
  fileHashes: F.parts(Parts.FileHash),
  name: F.text,
  url: F.text
})

/** `blobContainerEvidence`. */
export const BlobContainer = F.evidence("blobContainer", {
  name: F.text,
  storageResource: F.nested("azureResource"),
  url: F.text
})

/** `sasTokenEvidence`. */
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
