/** Tests the mapping of directory audits by worked examples. Long because each example shows a whole artifact. */
import { assert, describe, it } from "@effect/vitest"
import { Struct } from "effect"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as DirectoryAudits from "../../src/artifacts/DirectoryAuditArtifacts.ts"
import { expected, type Json, one, type severities, shown, type Wanted } from "./Examples.ts"

describe("directory audits", () => {
  const base = {
    id: "Directory_aaaaaaaa_XYZ_1",
    activityDateTime: "2026-07-17T10:12:27.185138Z",
    activityDisplayName: "Add member to role",
    category: "RoleManagement",
    correlationId: "aaaaaaaa-0000-4000-8000-0000000000c2",
    loggedByService: "Core Directory",
    operationType: "Assign",
    result: "success",
    resultReason: "",
    initiatedBy: {
      app: null,
      user: {
        id: "aaaaaaaa-0000-4000-8000-0000000000a2",
        userPrincipalName: "Admin@C0ntoso.example",
        ipAddress: "198.51.100.20"
      }
    },
    targetResources: [] as ReadonlyArray<Json>,
    additionalDetails: [] as ReadonlyArray<Json>
  }
  const modified = (displayName: string, newValue: string, oldValue: string | null = null) => ({
    displayName,
    newValue,
    oldValue
  })
  const byApp = (displayName: string) => ({ user: null, app: { displayName, appId: null, servicePrincipalId: "sp" } })
  const eve = (...properties: ReadonlyArray<Json>) => ({
    id: "t1",
    type: "User",
    userPrincipalName: "Eve@C0ntoso.example",
    modifiedProperties: properties
  })
  const start = { startTimeUTC: "2026-07-17T10:12:27.185138Z" }
  const audit = (
    type: Artifact["messageType"],
    severity: keyof typeof severities,
    more: Partial<Artifact>,
    ...tags: ReadonlyArray<string>
  ) =>
    expected("azure_directory_audit", type, severity, "success", {
      userName: "admin@c0ntoso.example",
      clientIP: "198.51.100.20",
      application: "Core Directory",
      ...start,
      ...more
    }, ...tags)
  const withoutAddress = (wanted: Wanted): Wanted => Struct.omit(wanted, ["clientIP"])

  const role = modified("Role.DisplayName", `"\\"Global Administrator\\""`)

  for (
    const [name, value, wanted] of [[
      "a Global Administrator who is made",
      { ...base, targetResources: [eve(role), { id: "t2", type: "Role", modifiedProperties: [] }] },
      audit(
        "privilege_escalation",
        "high",
        { vendorCode: "Assign", ruleName: "Add member to role", ruleCategory: "RoleManagement" },
        "service:Core Directory",
        "operation:Assign",
        "role:Global Administrator",
        "target:eve@c0ntoso.example",
        "targetType:User",
        "changed:Role.DisplayName",
        "targetType:Role"
      )
    ], [
      "the same by an activation",
      { ...base, initiatedBy: byApp("MS-PIM"), targetResources: [eve(role)] },
      withoutAddress(audit(
        "audit_log",
        "low",
        {
          userName: "MS-PIM",
          application: "MS-PIM",
          vendorCode: "Assign",
          ruleName: "Add member to role",
          ruleCategory: "RoleManagement"
        },
        "service:Core Directory",
        "operation:Assign",
        "role:Global Administrator",
        "target:eve@c0ntoso.example",
        "targetType:User",
        "changed:Role.DisplayName"
      ))
    ], [
      "a harmless permission of an application",
      {
        ...base,
        activityDisplayName: "Add app role assignment to service principal",
        category: "ApplicationManagement",
        initiatedBy: byApp("homelab-mgmt"),
        targetResources: [{
          id: "t1",
          type: "ServicePrincipal",
          displayName: "Microsoft Graph",
          modifiedProperties: [
            modified("AppRole.Value", `"\\"TeamSettings.Read.All\\""`),
            modified("ServicePrincipal.DisplayName", `"\\"x\\""`)
          ]
        }]
      },
      withoutAddress(audit(
        "config_change",
        "low",
        {
          userName: "homelab-mgmt",
          application: "homelab-mgmt",
          vendorCode: "Assign",
          ruleName: "Add app role assignment to service principal",
          ruleCategory: "ApplicationManagement"
        },
        "service:Core Directory",
        "operation:Assign",
        "permission:TeamSettings.Read.All",
        "target:Microsoft Graph",
        "targetType:ServicePrincipal",
        "changed:AppRole.Value",
        "changed:ServicePrincipal.DisplayName"
      ))
    ], [
      "a grave permission of an application",
      {
        ...base,
        activityDisplayName: "Add app role assignment to service principal",
        category: "ApplicationManagement",
        targetResources: [{
          id: "t1",
          type: "ServicePrincipal",
          displayName: "Microsoft Graph",
          modifiedProperties: [modified("AppRole.Value", `"\\"RoleManagement.ReadWrite.Directory\\""`)]
        }]
      },
      audit(
        "privilege_escalation",
        "high",
        {
          vendorCode: "Assign",
          ruleName: "Add app role assignment to service principal",
          ruleCategory: "ApplicationManagement"
        },
        "service:Core Directory",
        "operation:Assign",
        "permission:RoleManagement.ReadWrite.Directory",
        "target:Microsoft Graph",
        "targetType:ServicePrincipal",
        "changed:AppRole.Value"
      )
    ], [
      "a secret of an application",
      {
        ...base,
        activityDisplayName: "Update application – Certificates and secrets management ",
        category: "ApplicationManagement",
        operationType: "Update",
        targetResources: [{
          id: "t1",
          type: "Application",
          displayName: "Payroll",
          modifiedProperties: [modified("KeyDescription", `["[KeyIdentifier=1,KeyType=Password]"]`, "[]")]
        }]
      },
      audit(
        "privilege_escalation",
        "medium",
        {
          vendorCode: "Update",
          ruleName: "Update application – Certificates and secrets management",
          ruleCategory: "ApplicationManagement"
        },
        "service:Core Directory",
        "operation:Update",
        "target:Payroll",
        "targetType:Application",
        "changed:KeyDescription"
      )
    ], [
      "a Conditional Access policy that is deleted",
      {
        ...base,
        activityDisplayName: "Delete conditional access policy",
        category: "Policy",
        operationType: "Delete",
        loggedByService: "Conditional Access",
        targetResources: [{ id: "t1", type: "Policy", displayName: "Require MFA for admins", modifiedProperties: [] }]
      },
      audit(
        "defense_evasion",
        "high",
        {
          application: "Conditional Access",
          vendorCode: "Delete",
          ruleName: "Delete conditional access policy",
          ruleCategory: "Policy"
        },
        "service:Conditional Access",
        "operation:Delete",
        "target:Require MFA for admins",
        "targetType:Policy"
      )
    ], [
      "a device that Intune updates",
      {
        ...base,
        activityDateTime: "2026-07-17T13:48:10.9301252Z",
        activityDisplayName: "Update device",
        category: "Device",
        operationType: "Update",
        initiatedBy: byApp("Intune Compliance Client Prod"),
        targetResources: [{
          id: "t1",
          type: "Device",
          displayName: "Rob’s MacBook Pro",
          modifiedProperties: [modified("IsCompliant", "[true]", "[false]")]
        }],
        additionalDetails: [{ key: "DeviceId", value: "8c42f011" }, { key: "DeviceOSType", value: "MacMDM" }]
      },
      withoutAddress(audit(
        "audit_log",
        "informational",
        {
          userName: "Intune Compliance Client Prod",
          application: "Intune Compliance Client Prod",
          vendorCode: "Update",
          ruleName: "Update device",
          ruleCategory: "Device",
          startTimeUTC: "2026-07-17T13:48:10.9301252Z",
          endTimeUTC: "2026-07-17T13:48:10.9301252Z"
        },
        "service:Core Directory",
        "operation:Update",
        "target:Rob’s MacBook Pro",
        "targetType:Device",
        "changed:IsCompliant",
        "os:MacMDM"
      ))
    ], [
      "a prompt that a user reports",
      {
        ...base,
        activityDisplayName: "Suspicious activity reported",
        category: "UserManagement",
        operationType: "",
        loggedByService: "MFA",
        initiatedBy: {
          app: null,
          user: { id: "a", userPrincipalName: "alice@c0ntoso.example", ipAddress: "203.0.113.7" }
        }
      },
      withoutAddress(audit("malicious_session", "high", {
        userName: "alice@c0ntoso.example",
        application: "MFA",
        ruleName: "Suspicious activity reported",
        ruleCategory: "UserManagement"
      }, "service:MFA"))
    ]] as const
  ) {
    it(`map ${name}`, () => assert.deepStrictEqual(shown(one(DirectoryAudits.map, value)), wanted))
  }

  it("decide by the first row that holds", () => {
    const typeOf = (activityDisplayName: string, properties: ReadonlyArray<Json> = [], more: Json = {}) => {
      const { messageType, severityLabel } = one(DirectoryAudits.map, {
        ...base,
        activityDisplayName,
        targetResources: [{ id: "t", type: "x", modifiedProperties: properties }],
        ...more
      })
      return `${messageType} ${severityLabel}`
    }
    const named = (name: string) => [modified("Role.DisplayName", `"${name}"`)]
    for (
      const [activity, properties, wanted, more] of [
        ["Add member to role", [], "privilege_escalation high", {}],
        ["Add eligible member to role", named("Teams Administrator"), "privilege_escalation medium", {}],
        ["Add member to role", named("Message Center Reader"), "config_change low", {}],
        ["Add member to role outside of PIM (permanent)", named("Reports Reader"), "privilege_escalation high", {}],
        ["Add member to role", named("Global Administrator"), "audit_log low", { result: "failure" }],
        ["Update user", [], "audit_log informational", { result: "failure" }],
        ["Add member to role completed (PIM activation)", [], "audit_log low", {}],
        ["User has elevated their access to User Access Administrator", [], "privilege_escalation high", {}],
        ["Set domain authentication", [], "privilege_escalation high", {}],
        ["Remove service principal credentials", [], "config_change low", {}],
        ["Add service principal credentials", [], "privilege_escalation medium", {}],
        ["Add owner to application", [], "privilege_escalation low", {}],
        [
          "Consent to application",
          [modified("ConsentAction.Permissions", "Scope: Mail.Read")],
          "config_change medium",
          {}
        ],
        ["Consent to application", [modified("ConsentAction.Permissions", "Scope: openid")], "config_change low", {}],
        [
          "Update conditional access policy",
          [modified("ConditionalAccessPolicy", `{"state":"disabled"}`)],
          "defense_evasion high",
          {}
        ],
        [
          "Update conditional access policy",
          [modified("ConditionalAccessPolicy", `{"state":"enabled"}`)],
          "config_change medium",
          {}
        ],
        ["Disable Strong Authentication", [], "defense_evasion medium", {}],
        ["Triggered PIM alert", [], "anomalous_behavior medium", {}],
        ["Read BitLocker key", [], "credential_access low", {}],
        ["Download users - started (bulk)", [], "data_staging low", {}],
        ["Delete Subscription", [], "data_destruction high", {}],
        ["Hard Delete user", [], "data_destruction medium", {}],
        ["Delete user", [], "audit_log low", {}],
        ["Reset password (by admin)", [], "audit_log low", {}],
        ["Update user", [], "audit_log informational", {}]
      ] as const
    ) {
      assert.strictEqual(typeOf(activity, properties, more), wanted, activity)
    }
  })

  it("leave the values of a credential out of the message", () => {
    const secret = "hunter2hunter2"
    const { message } = one(DirectoryAudits.map, {
      ...base,
      targetResources: [eve(modified("Credential", secret, secret), modified("Other", "kept"))]
    })
    assert.notInclude(message, secret)
    assert.include(message, "[left out]")
    assert.include(message, "kept")
  })
})
