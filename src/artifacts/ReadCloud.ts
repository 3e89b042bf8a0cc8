/** Readings of evidence about cloud resources, containers and Kubernetes. */
import * as N from "../domain/NormalForms.ts"
import type { Json, Observation } from "./Entities.ts"
import { list, object, type Reading } from "./EvidenceReading.ts"
import * as Parts from "./ReadParts.ts"

/** Reads an open type, as `key=value`. OData's annotations in open types are none of its entries. */
const entries = (to: Observation, name: string, value: unknown): void => {
  for (const [key, content] of Object.entries(object(value))) {
    const found = typeof content === "boolean" ? String(content) : N.text(content)
    if (found !== undefined && !key.includes("@odata.")) to.list(name, `${key}=${found}`)
  }
}

const labels = (value: Json, to: Observation): void => entries(to, "label", value.labels)

const serviceAccount = (namespace: unknown, name: unknown): string | undefined => {
  const [space, account] = [N.text(namespace), N.text(name)]
  return space === undefined || account === undefined ? account : `system:serviceaccount:${space}:${account}`
}

const digestForm = /sha256:([\da-f]{64})/i

/** By evidence type. */
export const readings: Readonly<Record<string, Reading>> = {
  azureResource: { details: "resourceName resourceType", read: Parts.resource },
  amazonResource: {
    sets: "application=resourceType path=amazonResourceId",
    details: "amazonAccount=amazonAccountId resourceName resourceType amazonResource=amazonResourceId",
    read: (value, to) => {
      const instance = /:instance\/(i-[^/:]+)$/.exec(to.path ?? "")?.[1]
      if (instance !== undefined) to.hosts.push({ name: N.name(value.resourceName) ?? N.name(instance) })
    }
  },
  googleCloudResource: {
    sets: "application=resourceType path=fullResourceName",
    details: "gcpProject=projectId gcpProjectNumber=projectNumber resourceName resourceType location",
    read: (_, to) => {
      const instance = /^\/\/compute\.googleapis\.com\/.*\/instances\/([^/]+)$/.exec(to.path ?? "")?.[1]
      if (instance !== undefined) to.hosts.push({ name: N.name(instance) })
    }
  },
  blob: {
    details: "etag container=blobContainer.name",
    nested: "blobContainer:blobContainer",
    read: (value, to) => {
      const [name, folder] = [N.text(value.name), N.text(object(value.blobContainer).name)]
      const file: Record<string, string | undefined> = {
        name,
        path: folder === undefined || name === undefined ? name : `${folder}/${name}`
      }
      for (const one of list(value.fileHashes).map(object)) file[Parts.hashType(one.algorithm)] ??= N.name(one.value)
      to.files.push(file)
      Parts.link(to, value.url)
    }
  },
  blobContainer: {
    sets: "path=name",
    details: "container=name",
    nested: "storageResource:azureResource",
    read: (value, to) => void Parts.link(to, value.url)
  },
  sasToken: {
    details:
      "sasSignature=signatureHash sasPermission*=permissions sasStarts=startDateTime sasExpires=expiryDateTime sasServices*=allowedServices sasResourceTypes*=allowedResourceTypes sasSignedWith=signedWith allowedIps=allowedIpAddresses",
    nested: "storageResource:azureResource",
    read: (value, to) => {
      to.protocol = N.protocol(N.text(value.protocol)?.split(/[\s,;]+/).find((one) => one !== ""))
      to.client = Parts.hostOf(to, N.address(value.allowedIpAddresses))
    }
  },
  kubernetesCluster: {
    sets: "application=name",
    details: "cluster=name platform k8sVersion=version distribution",
    nested: "~cloudResource:",
    read: (value, to) => {
      to.domain = N.dotted(value.name)
      labels(value, to)
    }
  },
  kubernetesNamespace: {
    sets: "application=name",
    details: "namespace=name",
    nested: "cluster:kubernetesCluster",
    read: labels
  },
  kubernetesController: {
    sets: "application=name",
    details: "controller=name controllerType=type",
    nested: "namespace:kubernetesNamespace",
    read: labels
  },
  kubernetesPod: {
    sets: "application=name",
    details: "pod=name",
    nested:
      "podIp:ip containers:container initContainers:container ephemeralContainers:container controller:kubernetesController namespace:kubernetesNamespace serviceAccount:kubernetesServiceAccount",
    read: (value, to) => {
      const account = object(value.serviceAccount)
      to.hosts.push({ name: N.name(value.name), ip: Parts.hostOf(to, object(value.podIp).ipAddress).ip })
      const space = N.text(object(value.namespace).name) ?? object(account.namespace).name
      Parts.user(to, {}, serviceAccount(space, account.name))
      labels(value, to)
    }
  },
  kubernetesSecret: {
    sets: "application=name",
    details: "secret=name secretType",
    nested: "namespace:kubernetesNamespace",
    read: labels
  },
  kubernetesService: {
    sets: "application=name",
    details: "service=name serviceType clusterIp=clusterIP.ipAddress",
    nested: "~clusterIP:ip ~externalIPs:ip namespace:kubernetesNamespace",
    read: (value, to) => {
      const ports = list(value.servicePorts).map(object)
      const external = list(value.externalIPs).map((one) => object(one).ipAddress)
      const { ip } = Parts.hostOf(
        to,
        ...external.filter((one) => N.address(one) !== undefined),
        object(value.clusterIP).ipAddress
      )
      to.server = { ip, port: N.port(ports[0]?.port) }
      to.protocol = N.protocol(ports[0]?.protocol)
      for (const one of external) to.list("externalIp", one)
      for (const one of ports) {
        const [port, protocol] = [N.port(one.port), N.protocol(one.protocol)]
        if (port !== undefined) to.list("port", protocol === undefined ? port : `${port}/${protocol}`)
        to.list("portName", one.name)
        to.list("targetPort", one.targetPort)
        to.list("nodePort", one.nodePort)
        to.list("appProtocol", one.appProtocol)
      }
      entries(to, "selector", value.selector)
      labels(value, to)
    }
  },
  kubernetesServiceAccount: {
    nested: "namespace:kubernetesNamespace",
    read: (value, to) => Parts.user(to, {}, serviceAccount(object(value.namespace).name, value.name))
  },
  container: {
    sets: "application=name|containerId",
    details: "container=name containerId privileged=isPrivileged",
    nested: "image:containerImage pod:kubernetesPod",
    read: (value, to) => {
      const command = [...list(value.command), ...list(value.args)].map(N.text).filter((word) => word !== undefined)
      const name = N.text(list(value.command)[0]) ?? N.text(value.name)
      if (name === undefined && command.length === 0) return
      to.processes.push({ image: { name }, command: command.length === 0 ? undefined : command.join(" ") })
    }
  },
  containerImage: {
    sets: "application=imageId domain=registry.registry",
    details: "image=imageId",
    nested: "digestImage:containerImage registry:containerRegistry",
    read: (value, to) => {
      const ids = [object(value.digestImage).imageId, value.imageId]
      const digest = N.name(ids.map((id) => digestForm.exec(N.text(id) ?? "")?.[1]).find((one) => one !== undefined))
      if (digest === undefined) return
      to.files.push({ sha256: digest })
      to.tell("digest", `sha256:${digest}`)
    }
  },
  containerRegistry: { sets: "domain=registry", read: (value, to) => to.tell("registry", N.name(value.registry)) }
}
