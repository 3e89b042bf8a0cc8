/** Readings of evidence about computers, networks, files, processes and the registry. */
import * as N from "../domain/NormalForms.ts"
import { complete, type Observation } from "./Entities.ts"
import { list, object, type Reading, word } from "./EvidenceReading.ts"
import * as Parts from "./ReadParts.ts"

/** Reads the first of several objects with a usable address, and its country. */
const firstHost = (to: Observation, candidates: ReadonlyArray<unknown>) => {
  for (const one of candidates.map(object)) {
    const host = Parts.hostOf(to, one.ipAddress)
    if (host.ip !== undefined) return { host, country: Parts.countryOf(one) }
  }
  return undefined
}

const joined = (...parts: ReadonlyArray<unknown>): string | undefined => {
  const found = parts.map(N.text).filter((part) => part !== undefined)
  return found.length === 0 ? undefined : found.join("\\")
}

const deviceDetails =
  "ntDomain mdeDeviceId aadDeviceId=azureAdDeviceId os=osPlatform osBuild osVersion=version deviceRisk=riskScore externalIp=lastExternalIpAddress firstSeen=firstSeenDateTime vmId=vmMetadata.vmId azureResource=vmMetadata.resourceId subscription=vmMetadata.subscriptionId"

/** By evidence type. */
export const readings: Readonly<Record<string, Reading>> = {
  ip: {
    details: "country=location.countryName state=location.state city=location.city stream=stream.name",
    read: (value, to) => {
      const host = Parts.hostOf(to, value.ipAddress)
      if (host.ip !== undefined) to.hosts.push(host)
      to.country = Parts.countryOf(value)
      const { latitude, longitude } = object(value.location)
      if (typeof latitude === "number" && typeof longitude === "number") to.tell("geo", `${latitude},${longitude}`)
    }
  },
  url: { read: (value, to) => Parts.url(to, value.url) },
  dns: {
    sets: "domain=domainName",
    details: "dnsServer=dnsServerIp.ipAddress",
    nested: "~hostIpAddress:ip ~dnsServerIp:ip ~ipAddresses:ip",
    read: (value, to) => {
      const resolved = list(value.ipAddresses)
      const peer = firstHost(to, [...resolved, value.dnsServerIp])
      to.protocol = "DNS"
      to.client = Parts.hostOf(to, object(value.hostIpAddress).ipAddress)
      to.server = peer?.host
      to.country = peer?.country
      for (const one of resolved) to.list("resolved", N.address(object(one).ipAddress))
    }
  },
  networkConnection: {
    sets: "protocol",
    nested: "~sourceAddress:ip ~destinationAddress:ip",
    read: (value, to) => {
      const [source, destination] = [object(value.sourceAddress), object(value.destinationAddress)]
      // Graph's source opened the connection: it is the client, whichever end is hostile.
      to.client = complete({ port: N.port(value.sourcePort) }, Parts.hostOf(to, source.ipAddress))
      to.server = complete({ port: N.port(value.destinationPort) }, Parts.hostOf(to, destination.ipAddress))
      to.country = Parts.countryOf(destination)
      to.tell("sourceCountry", Parts.countryOf(source))
    }
  },
  nic: {
    details: "vlan*=vlans",
    nested: "ipAddress:ip",
    read: (value, to) =>
      void to.hosts.push({
        mac: N.text(value.macAddress),
        ip: Parts.hostOf(to, object(value.ipAddress).ipAddress).ip
      })
  },
  device: {
    details:
      `${deviceDetails} av=defenderAvStatus health=healthStatus onboarding=onboardingStatus rbacGroup=rbacGroupName rbacGroupId`,
    read: (value, to) => {
      Parts.device(to, value)
      for (const one of list(value.loggedOnUsers)) {
        const name = N.domainUser(object(one))
        to.owner ??= name
        to.list("loggedOn", name)
      }
    }
  },
  ioTDevice: {
    details:
      "deviceId deviceType deviceSubType manufacturer model serial=serialNumber site zone sensor purdue=purdueLayer os=operatingSystem importance scanner=isScanner authorized=isAuthorized programming=isProgramming agent=ioTSecurityAgentId source iotHub=ioTHub.resourceId|ioTHub.resourceName sourceRef=sourceRef.url devicePage=devicePageLink",
    nested: "ipAddress:ip nics:nic ioTHub:azureResource",
    read: (value, to) => {
      const [[protocol, ...protocols], [owner, ...owners]] = [list(value.protocols), list(value.owners)]
      to.hosts.push({
        name: N.name(value.deviceName) ?? N.name(value.deviceId),
        ip: Parts.hostOf(to, object(value.ipAddress).ipAddress).ip,
        mac: N.text(value.macAddress) ?? N.text(object(list(value.nics)[0]).macAddress)
      })
      to.protocol = N.protocol(protocol)
      to.owner = N.withAt(owner)
      for (const one of protocols) to.list("protocol", one)
      for (const one of owners) to.list("owner", one)
    }
  },
  file: { sets: "detection=detectionStatus", details: "mdeDeviceId", read: (value, to) => Parts.file(to, value) },
  fileHash: {
    details: "algorithm",
    read: (value, to) => {
      const hash = N.name(value.value)
      if (hash !== undefined) to.files.push({ [Parts.hashType(value.algorithm)]: hash })
    }
  },
  malware: { details: "malware=name malwareCategory=category", nested: "files:file processes:process" },
  process: {
    sets: "detection=detectionStatus started=processCreationDateTime",
    details: "mdeDeviceId",
    read: (value, to) => {
      to.processes.push(Parts.processOf(value))
      Parts.user(to, value.userAccount)
    }
  },
  registryKey: {
    details: "registryHive mdeDeviceId",
    read: (value, to) => {
      to.path = joined(value.registryHive, value.registryKey)
    }
  },
  registryValue: {
    details: "registryHive registryValueName registryValueType registryValue mdeDeviceId",
    read: (value, to) => {
      to.path = joined(value.registryHive, value.registryKey, value.registryValueName)
    }
  },
  hostLogonSession: {
    sets: "started=startUtcDateTime ended=endUtcDateTime",
    details: "sessionId",
    nested: "account:user host:device"
  },
  cloudLogonSession: {
    sets: "application=browser protocol started=startUtcDateTime",
    details: "sessionId os=operatingSystem userAgent previousLogon=previousLogonDateTime",
    nested: "account:user",
    read: (value, to) => {
      to.client = { name: N.name(value.deviceName) }
    }
  },
  activeDirectoryDomain: {
    sets: "domain=activeDirectoryDomainName",
    read: (value, to) => {
      to.hosts.push({ name: to.domain })
      for (const one of list(value.trustedDomains)) {
        to.list("trustedDomain", N.name(object(one).activeDirectoryDomainName))
      }
    }
  },
  cloudLogonRequest: { details: "requestId" }
}

/** Reads what the property names of an unknown type say. */
export const unknown: Reading = {
  read: (value, to) => {
    const host = Parts.hostOf(to, value.ipAddress)
    if (N.text(value.deviceDnsName) !== undefined || N.text(value.hostName) !== undefined) {
      Parts.device(to, { ...value, lastIpAddress: value.lastIpAddress ?? value.ipAddress })
    } else if (host.ip !== undefined) to.hosts.push(host)
    if (N.text(value.url) !== undefined) Parts.url(to, value.url)
    const named = word(value.fileName) !== undefined || N.text(value.filePath) !== undefined
    if (named || typeof value.fileDetails === "object") Parts.file(to, value)
    const principal = value.userPrincipalName
    Parts.user(to, typeof value.userAccount === "object" ? value.userAccount : { userPrincipalName: principal })
  }
}
