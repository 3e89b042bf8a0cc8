/**
 * Keys and values of a Windows registry.
 *
 * @since 0.1.0
 */
import * as F from "./EvidenceFields.ts"

/**
 * `registryKeyEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const RegistryKey = F.evidence("registryKey", {
  registryHive: F.text,
  registryKey: F.text
})

/**
 * `registryValueEvidence`.
 *
 * @category types
 * @since 0.1.0
 */
export const RegistryValue = F.evidence("registryValue", {
  mdeDeviceId: F.text,
  registryHive: F.text,
  registryKey: F.text,
  registryValue: F.text,
  registryValueName: F.text,
  registryValueType: F.text
})
