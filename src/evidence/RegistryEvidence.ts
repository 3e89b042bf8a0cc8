/** Evidence types for keys and values of a Windows registry. */
import * as F from "./EvidenceFields.ts"

/** Graph's `registryKeyEvidence`. */
export const RegistryKey = F.evidence("registryKey", {
  registryHive: F.text,
  registryKey: F.text
})

/** Graph's `registryValueEvidence`. */
export const RegistryValue = F.evidence("registryValue", {
  mdeDeviceId: F.text,
  registryHive: F.text,
  registryKey: F.text,
  registryValue: F.text,
  registryValueName: F.text,
  registryValueType: F.text
})
