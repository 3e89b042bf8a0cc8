/** Evidence types for containers, their images and registries. */
import * as F from "./EvidenceFields.ts"

/** Graph's `containerEvidence`. */
export const Container = F.evidence("container", {
  args: F.texts,
  command: F.texts,
  containerId: F.text,
  image: F.nested("containerImage"),
  isPrivileged: F.flag,
  name: F.text,
  pod: F.nested("kubernetesPod")
})

/** Graph's `containerImageEvidence`. */
export const ContainerImage = F.evidence("containerImage", {
  digestImage: F.nested("containerImage"),
  imageId: F.text,
  registry: F.nested("containerRegistry")
})

/** Graph's `containerRegistryEvidence`. */
export const ContainerRegistry = F.evidence("containerRegistry", {
  registry: F.text
})
