/** A device of Entra ID, after Microsoft's published schema. */
import { Schema } from "effect"
import * as Shape from "./Shape.ts"

/** Schema for a device, of the properties that are asked for: every one may be null or missing. */
export const Device = Schema.Struct({
  id: Shape.text,
  accountEnabled: Shape.flag,
  approximateLastSignInDateTime: Shape.text,
  complianceExpirationDateTime: Shape.text,
  deviceCategory: Shape.text,
  deviceId: Shape.text,
  deviceOwnership: Shape.text,
  displayName: Shape.text,
  enrollmentProfileName: Shape.text,
  enrollmentType: Shape.text,
  isCompliant: Shape.flag,
  isManaged: Shape.flag,
  isManagementRestricted: Shape.flag,
  isRooted: Shape.flag,
  managementType: Shape.text,
  manufacturer: Shape.text,
  mdmAppId: Shape.text,
  model: Shape.text,
  onPremisesSecurityIdentifier: Shape.text,
  onPremisesSyncEnabled: Shape.flag,
  operatingSystem: Shape.text,
  operatingSystemVersion: Shape.text,
  profileType: Shape.text,
  registrationDateTime: Shape.text,
  systemLabels: Shape.texts,
  trustType: Shape.text
})

/** Compares a device with Graph's published schema. */
export const shape: Shape.Shape = Shape.make({ name: "device", schema: Device })
