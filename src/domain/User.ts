/** A user of Entra ID, after Microsoft's published schema. */
import { Schema } from "effect"
import * as Shape from "./Shape.ts"

/** Schema for a user, of the properties that are asked for: every one may be null or missing. */
export const User = Schema.Struct({
  id: Shape.text,
  accountEnabled: Shape.flag,
  assignedLicenses: Shape.anything,
  companyName: Shape.text,
  country: Shape.text,
  createdDateTime: Shape.text,
  creationType: Shape.text,
  department: Shape.text,
  displayName: Shape.text,
  employeeId: Shape.text,
  employeeType: Shape.text,
  externalUserState: Shape.text,
  externalUserStateChangeDateTime: Shape.text,
  identities: Shape.anything,
  isManagementRestricted: Shape.flag,
  isResourceAccount: Shape.flag,
  jobTitle: Shape.text,
  lastPasswordChangeDateTime: Shape.text,
  mail: Shape.text,
  onPremisesDistinguishedName: Shape.text,
  onPremisesDomainName: Shape.text,
  onPremisesSamAccountName: Shape.text,
  onPremisesSecurityIdentifier: Shape.text,
  onPremisesSyncEnabled: Shape.flag,
  onPremisesUserPrincipalName: Shape.text,
  passwordPolicies: Shape.text,
  proxyAddresses: Shape.texts,
  securityIdentifier: Shape.text,
  signInSessionsValidFromDateTime: Shape.text,
  usageLocation: Shape.text,
  userPrincipalName: Shape.text,
  userType: Shape.text
})

/** Compares a user with Graph's published schema. */
export const shape: Shape.Shape = Shape.make({
  name: "user",
  schema: Schema.Struct({ ...User.fields, signInActivity: Shape.anything })
})
