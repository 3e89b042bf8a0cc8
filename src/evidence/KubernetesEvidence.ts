/** Evidence types for objects of a Kubernetes cluster. */
import * as F from "./EvidenceFields.ts"
import * as Parts from "./EvidenceParts.ts"
import * as Words from "./EvidenceWords.ts"

/** Graph's `kubernetesClusterEvidence`. */
export const KubernetesCluster = F.evidence("kubernetesCluster", {
  cloudResource: F.nested(),
  distribution: F.text,
  name: F.text,
  platform: F.word(Words.kubernetesPlatform),
  version: F.text
})

/** Graph's `kubernetesNamespaceEvidence`. */
export const KubernetesNamespace = F.evidence("kubernetesNamespace", {
  cluster: F.nested("kubernetesCluster"),
  labels: F.dictionary,
  name: F.text
})

/** Graph's `kubernetesControllerEvidence`. */
export const KubernetesController = F.evidence("kubernetesController", {
  labels: F.dictionary,
  name: F.text,
  namespace: F.nested("kubernetesNamespace"),
  type: F.text
})

/** Graph's `kubernetesPodEvidence`. */
export const KubernetesPod = F.evidence("kubernetesPod", {
  containers: F.nested("container"),
  controller: F.nested("kubernetesController"),
  ephemeralContainers: F.nested("container"),
  initContainers: F.nested("container"),
  labels: F.dictionary,
  name: F.text,
  namespace: F.nested("kubernetesNamespace"),
  podIp: F.nested("ip"),
  serviceAccount: F.nested("kubernetesServiceAccount")
})

/** Graph's `kubernetesSecretEvidence`. */
export const KubernetesSecret = F.evidence("kubernetesSecret", {
  name: F.text,
  namespace: F.nested("kubernetesNamespace"),
  secretType: F.text
})

/** Graph's `kubernetesServiceEvidence`. */
export const KubernetesService = F.evidence("kubernetesService", {
  clusterIP: F.nested("ip"),
  externalIPs: F.nested("ip"),
  labels: F.dictionary,
  name: F.text,
  namespace: F.nested("kubernetesNamespace"),
  selector: F.dictionary,
  servicePorts: F.parts(Parts.KubernetesServicePort),
  serviceType: F.word(Words.kubernetesServiceType)
})

/** Graph's `kubernetesServiceAccountEvidence`. */
export const KubernetesServiceAccount = F.evidence("kubernetesServiceAccount", {
  name: F.text,
  namespace: F.nested("kubernetesNamespace")
})
