/** A device and an application of Intune, after Microsoft's published schema. */
import { Schema } from "effect"
import * as Shape from "./Shape.ts"

/** Schema for a managed device, of the properties that are asked for: every one may be null or missing. */
export const ManagedDevice = Schema.Struct({
  id: Shape.text,
  androidSecurityPatchLevel: Shape.text,
  azureADDeviceId: Shape.text,
  azureADRegistered: Shape.flag,
  complianceGracePeriodExpirationDateTime: Shape.text,
  complianceState: Shape.text,
  configurationManagerClientEnabledFeatures: Shape.anything,
  deviceCategoryDisplayName: Shape.text,
  deviceEnrollmentType: Shape.text,
  deviceName: Shape.text,
  deviceRegistrationState: Shape.text,
  easActivated: Shape.flag,
  emailAddress: Shape.text,
  enrolledDateTime: Shape.text,
  enrollmentProfileName: Shape.text,
  exchangeAccessState: Shape.text,
  exchangeAccessStateReason: Shape.text,
  isEncrypted: Shape.flag,
  isSupervised: Shape.flag,
  jailBroken: Shape.text,
  lastSyncDateTime: Shape.text,
  managedDeviceName: Shape.text,
  managedDeviceOwnerType: Shape.text,
  managementAgent: Shape.text,
  managementCertificateExpirationDate: Shape.text,
  managementState: Shape.text,
  manufacturer: Shape.text,
  model: Shape.text,
  operatingSystem: Shape.text,
  osVersion: Shape.text,
  partnerReportedThreatState: Shape.text,
  serialNumber: Shape.text,
  totalStorageSpaceInBytes: Shape.number,
  userDisplayName: Shape.text,
  userId: Shape.text,
  userPrincipalName: Shape.text,
  wiFiMacAddress: Shape.text
})

/** Compares a managed device with Graph's published schema. */
export const managedDevice: Shape.Shape = Shape.make({
  name: "managedDevice",
  schema: ManagedDevice,
  words: {
    complianceState: ["unknown", "compliant", "noncompliant", "conflict", "error", "inGracePeriod", "configManager"],
    partnerReportedThreatState: [
      "unknown",
      "activated",
      "deactivated",
      "secured",
      "lowSeverity",
      "mediumSeverity",
      "highSeverity",
      "unresponsive",
      "compromised",
      "misconfigured"
    ]
  }
})

/** Schema for an application that Intune found on devices: every property may be null or missing. */
export const DetectedApp = Schema.Struct({
  id: Shape.text,
  deviceCount: Shape.number,
  displayName: Shape.text,
  platform: Shape.text,
  publisher: Shape.text,
  sizeInByte: Shape.number,
  version: Shape.text
})

/** Compares an application with Graph's published schema. */
export const detectedApp: Shape.Shape = Shape.make({ name: "detectedApp", schema: DetectedApp })
