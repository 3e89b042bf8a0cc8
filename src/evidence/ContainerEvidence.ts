/**
 * Containers, their images and registries.
 *
 * @since 0.1.0
 */
import * as F from "./EvidenceFields.ts"

/**
 * `containerEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const Container = F.evidence("container", {
  args: F.texts,
  command: F.texts,
  containerId: F.text,
  image: F.nested("containerImage"),
  isPrivileged: F.flag,
  name: F.text,
  pod: F.nested("kubernetesPod")
})

/**
 * `containerImageEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const ContainerImage = F.evidence("containerImage", {
  digestImage: F.nested("containerImage"),
  imageId: F.text,
  registry: F.nested("containerRegistry")
})

/**
 * `containerRegistryEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const ContainerRegistry = F.evidence("containerRegistry", {
  registry: F.text
})
