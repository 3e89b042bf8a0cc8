/** Readers of evidence about Kubernetes objects and containers. */
import { type FactsDraft, type Json, list, object, type Reader } from "./FactsDraft.ts"
import * as N from "./NormalForms.ts"

const labels = (draft: FactsDraft, value: unknown): void => {
  for (const [key, content] of Object.entries(object(value))) {
    const found = typeof content === "boolean" ? String(content) : N.text(content)
    // OData's annotations in open types are not labels.
    if (found !== undefined && !key.includes("@odata.")) draft.tag("label", `${key}=${found}`)
  }
}

/** The cloud resource behind a cluster gives only tags: the alert is not about it. */
const clusterTags = (draft: FactsDraft, cluster: Json): void => {
  draft.tag("cluster", cluster.name)
  draft.tagAll(draft.nested(cluster.cloudResource)?.tags ?? [])
}

const namespaceTags = (draft: FactsDraft, namespace: Json): void => {
  draft.tag("namespace", namespace.name)
  clusterTags(draft, object(namespace.cluster))
}

const inNamespace = (draft: FactsDraft, value: Json): void => {
  namespaceTags(draft, object(value.namespace))
  draft.fill(draft.nested(value.namespace, "kubernetesNamespace"))
}

const serviceAccount = (namespace: unknown, name: unknown): string | undefined => {
  const [space, account] = [N.text(namespace), N.text(name)]
  return space === undefined || account === undefined ? account : `system:serviceaccount:${space}:${account}`
}

const kubernetesCluster: Reader = (value, draft) => {
  draft.set("application", N.text(value.name))
  draft.set("fqdn", N.dotted(value.name))
  draft.tag("platform", value.platform)
  draft.tag("k8sVersion", value.version)
  draft.tag("distribution", value.distribution)
  clusterTags(draft, value)
}

const kubernetesNamespace: Reader = (value, draft) => {
  draft.set("application", N.text(value.name))
  namespaceTags(draft, value)
  labels(draft, value.labels)
  draft.fill(draft.nested(value.cluster, "kubernetesCluster"))
}

const kubernetesController: Reader = (value, draft) => {
  draft.set("application", N.text(value.name))
  draft.tag("controller", value.name)
  draft.tag("controllerType", value.type)
  inNamespace(draft, value)
  labels(draft, value.labels)
}

const kubernetesPod: Reader = (value, draft) => {
  const account = object(value.serviceAccount)
  const namespace = N.text(object(value.namespace).name) ?? object(account.namespace).name
  draft.set("application", N.text(value.name))
  draft.place("side", { hostname: N.name(value.name), ip: N.address(object(value.podIp).ipAddress) })
  draft.set("userName", serviceAccount(namespace, account.name))
  draft.tag("pod", value.name)
  draft.tag("controller", object(value.controller).name)
  const containers = [value.containers, value.initContainers, value.ephemeralContainers].flatMap(list)
  for (const one of containers) draft.tag("image", object(object(one).image).imageId)
  draft.fill(draft.nested(value.podIp, "ip"))
  draft.fill(draft.nested(containers[0], "container"))
  inNamespace(draft, value)
  labels(draft, value.labels)
}

const kubernetesSecret: Reader = (value, draft) => {
  draft.set("application", N.text(value.name))
  draft.tag("secret", value.name)
  draft.tag("secretType", value.secretType)
  inNamespace(draft, value)
}

const kubernetesService: Reader = (value, draft) => {
  const ports = list(value.servicePorts).map(object)
  const external = list(value.externalIPs).map((one) => N.address(object(one).ipAddress))
  draft.set("application", N.text(value.name))
  draft.place("server", {
    ip: external.find((one) => one !== undefined) ?? N.address(object(value.clusterIP).ipAddress),
    port: N.port(ports[0]?.port)
  })
  draft.set("protocol", N.protocol(ports[0]?.protocol))
  draft.tag("service", value.name)
  draft.tag("serviceType", value.serviceType)
  for (const one of ports) draft.tag("port", N.port(one.port))
  inNamespace(draft, value)
  labels(draft, value.labels)
}

const kubernetesServiceAccount: Reader = (value, draft) => {
  draft.set("userName", serviceAccount(object(value.namespace).name, value.name))
  inNamespace(draft, value)
}

const container: Reader = (value, draft) => {
  const [image, pod] = [object(value.image), object(value.pod)]
  const command = [...list(value.command), ...list(value.args)].map(N.text).filter((word) => word !== undefined)
  draft.set("application", N.text(value.name) ?? N.text(value.containerId))
  draft.set("program", N.text(list(value.command)[0]) ?? N.text(value.name))
  draft.tag("containerId", value.containerId)
  draft.tag("image", image.imageId)
  draft.tag("registry", N.name(object(image.registry).registry))
  draft.tag("pod", pod.name)
  namespaceTags(draft, object(pod.namespace))
  draft.tag("privileged", value.isPrivileged)
  draft.tag("command", command.join(" "))
  draft.fill(draft.nested(value.image, "containerImage"))
  draft.fill(draft.nested(value.pod, "kubernetesPod"))
}

const digestForm = /sha256:([\da-f]{64})/i

const containerImage: Reader = (value, draft) => {
  const digests = [object(value.digestImage).imageId, value.imageId].map((id) => digestForm.exec(N.text(id) ?? "")?.[1])
  const digest = N.name(digests.find((one) => one !== undefined))
  draft.set("application", N.text(value.imageId))
  draft.set("fqdn", N.name(object(value.registry).registry))
  draft.set("fileHash", digest)
  draft.tag("image", value.imageId)
  if (digest !== undefined) draft.tag("digest", `sha256:${digest}`)
  draft.fill(draft.nested(value.digestImage, "containerImage"))
  draft.fill(draft.nested(value.registry, "containerRegistry"))
}

const containerRegistry: Reader = (value, draft) => {
  draft.set("fqdn", N.name(value.registry))
  draft.tag("registry", N.name(value.registry))
}

/** Readers by evidence type, for `EvidenceFacts`. */
export const readers: Readonly<Record<string, Reader>> = {
  kubernetesCluster,
  kubernetesNamespace,
  kubernetesController,
  kubernetesPod,
  kubernetesSecret,
  kubernetesService,
  kubernetesServiceAccount,
  container,
  containerImage,
  containerRegistry
}
