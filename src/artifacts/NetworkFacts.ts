/** Readers of evidence about addresses, URLs, DNS names, connections and devices. */
import { list, object, type Reader } from "./FactsDraft.ts"
import * as N from "./NormalForms.ts"
import * as Shared from "./SharedFacts.ts"

const ip: Reader = (value, draft) => {
  draft.place("side", { ip: N.address(value.ipAddress) })
  draft.set("geoRegion", Shared.regionOf(value))
  draft.tag("stream", object(value.stream).name)
}

const url: Reader = (value, draft) => Shared.url(draft, value.url)

const dns: Reader = (value, draft) => {
  const resolved = list(value.ipAddresses).map(object)
  const resolver = object(value.dnsServerIp)
  const peer = resolved.find((one) => N.address(one.ipAddress) !== undefined) ?? resolver
  draft.set("fqdn", N.name(value.domainName))
  draft.set("protocol", "DNS")
  draft.place("client", { ip: N.address(object(value.hostIpAddress).ipAddress) })
  draft.place("server", { ip: N.address(peer.ipAddress) })
  draft.set("geoRegion", Shared.regionOf(peer))
  for (const one of resolved) draft.tag("resolved", N.address(one.ipAddress))
  draft.tag("dnsServer", N.address(resolver.ipAddress))
}

/** Graph's source opened the connection: it is the client, whichever end is hostile. */
const networkConnection: Reader = (value, draft) => {
  const [source, destination] = [object(value.sourceAddress), object(value.destinationAddress)]
  draft.place("client", { ip: N.address(source.ipAddress), port: N.port(value.sourcePort) })
  draft.place("server", { ip: N.address(destination.ipAddress), port: N.port(value.destinationPort) })
  draft.set("protocol", N.protocol(value.protocol))
  draft.set("geoRegion", Shared.regionOf(destination))
}

const nic: Reader = (value, draft) => {
  draft.place("side", { mac: N.text(value.macAddress), ip: N.address(object(value.ipAddress).ipAddress) })
  draft.tagEach("vlan", value.vlans)
  draft.fill(draft.nested(value.ipAddress, "ip"))
}

const device: Reader = (value, draft) => {
  const users = list(value.loggedOnUsers).map((one) => N.domainUser(object(one)))
  Shared.device(draft, value)
  draft.set("userName", users[0])
  for (const user of users) draft.tag("loggedOn", user)
  draft.tag("av", value.defenderAvStatus)
  draft.tag("health", value.healthStatus)
  draft.tag("onboarding", value.onboardingStatus)
  draft.tag("rbacGroup", value.rbacGroupName)
}

const ioTDevice: Reader = (value, draft) => {
  const hub = object(value.ioTHub)
  draft.place("side", {
    hostname: N.name(value.deviceName) ?? N.name(value.deviceId),
    ip: N.address(object(value.ipAddress).ipAddress),
    mac: N.text(value.macAddress) ?? N.text(object(list(value.nics)[0]).macAddress)
  })
  draft.set("protocol", N.protocol(list(value.protocols)[0]))
  draft.set("userName", N.withAt(list(value.owners)[0]))
  draft.tag("deviceId", value.deviceId)
  draft.tag("deviceType", value.deviceType)
  draft.tag("manufacturer", value.manufacturer)
  draft.tag("model", value.model)
  draft.tag("serial", value.serialNumber)
  draft.tag("site", value.site)
  draft.tag("zone", value.zone)
  draft.tag("sensor", value.sensor)
  draft.tag("purdue", value.purdueLayer)
  draft.tag("os", value.operatingSystem)
  draft.tag("importance", value.importance)
  draft.tag("iotHub", N.text(hub.resourceId) ?? hub.resourceName)
  draft.tag("scanner", value.isScanner)
  draft.tag("authorized", value.isAuthorized)
  draft.fill(draft.nested(value.ipAddress, "ip"))
  draft.fill(draft.nested(list(value.nics)[0], "nic"))
  draft.fill(draft.nested(value.ioTHub, "azureResource"))
}

/** Readers by evidence type, for `EvidenceFacts`. */
export const readers: Readonly<Record<string, Reader>> = { ip, url, dns, networkConnection, nic, device, ioTDevice }
