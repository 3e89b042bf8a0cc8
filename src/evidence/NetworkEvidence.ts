/** Evidence types for addresses, URLs, DNS names and connections. */
import * as F from "./EvidenceFields.ts"
import * as Parts from "./EvidenceParts.ts"
import * as Words from "./EvidenceWords.ts"

/** Graph's `ipEvidence`. */
export const Ip = F.evidence("ip", {
  countryLetterCode: F.text,
  ipAddress: F.text,
  location: F.part(Parts.GeoLocation),
  stream: F.part(Parts.Stream)
})

/** Graph's `urlEvidence`. */
export const Url = F.evidence("url", {
  url: F.text
})

/** Graph's `dnsEvidence`. */
export const Dns = F.evidence("dns", {
  dnsServerIp: F.nested("ip"),
  domainName: F.text,
  hostIpAddress: F.nested("ip"),
  ipAddresses: F.nested("ip")
})

/** Graph's `networkConnectionEvidence`. */
export const NetworkConnection = F.evidence("networkConnection", {
  destinationAddress: F.nested("ip"),
  destinationPort: F.number,
  protocol: F.word(Words.protocolType),
  sourceAddress: F.nested("ip"),
  sourcePort: F.number
})

/** Graph's `nicEvidence`. */
export const Nic = F.evidence("nic", {
  ipAddress: F.nested("ip"),
  macAddress: F.text,
  vlans: F.texts
})
