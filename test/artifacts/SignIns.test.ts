/** Tests the mapping of sign-ins by worked examples. Long because each example shows a whole artifact. */
import { assert, describe, it } from "@effect/vitest"
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import * as SignIns from "../../src/artifacts/SignInArtifacts.ts"
import { context, expected, type Json, one, type severities, shown } from "./Examples.ts"

describe("sign-ins", () => {
  const base = {
    id: "66ea54eb-6301-4ee5-be62-ff5a759b0100",
    createdDateTime: "2026-07-17T14:10:02Z",
    userDisplayName: "Alice",
    userPrincipalName: "Alice@C0ntoso.example",
    userId: "aaaaaaaa-0000-4000-8000-0000000000a1",
    appId: "aaaaaaaa-0000-4000-8000-0000000000b1",
    appDisplayName: "Office 365 Exchange Online",
    ipAddress: "203.0.113.7",
    clientAppUsed: "Browser",
    correlationId: "aaaaaaaa-0000-4000-8000-0000000000c1",
    conditionalAccessStatus: "notApplied",
    isInteractive: true,
    riskDetail: "none",
    riskLevelAggregated: "none",
    riskLevelDuringSignIn: "none",
    riskState: "none",
    riskEventTypes: [],
    riskEventTypes_v2: [],
    homeTenantId: context.tenantId,
    resourceTenantId: context.tenantId,
    status: { errorCode: 0, failureReason: "Other.", additionalDetails: null },
    deviceDetail: { deviceId: "", displayName: "", operatingSystem: "", browser: "", trustType: "" },
    location: { city: "London", state: "England", countryOrRegion: "GB" },
    appliedConditionalAccessPolicies: []
  }
  const failed = (errorCode: number, failureReason = "Other.", more: Json = {}) => ({
    ...base,
    status: { errorCode, failureReason, additionalDetails: null },
    ...more
  })
  const usual = {
    userName: "alice@c0ntoso.example",
    clientIP: "203.0.113.7",
    application: "Office 365 Exchange Online",
    geoRegion: "GB",
    ruleCategory: "Authentication",
    startTimeUTC: "2026-07-17T14:10:02Z"
  }
  const signIn = (
    ...given: [Artifact["messageType"], keyof typeof severities, string, Partial<Artifact>, ...ReadonlyArray<string>]
  ) => {
    const [type, severity, action, more, ...tags] = given
    return expected("microsoft_entra_signin", type, severity, action, { ...usual, ...more }, ...tags)
  }
  const common = ["clientApp:Browser", "conditionalAccess:notApplied", "city:London"]

  for (
    const [name, value, wanted] of [[
      "an ordinary one",
      {
        ...base,
        ipAddress: "2001:db8::1038",
        appDisplayName: "One Outlook Web",
        resourceDisplayName: "Office 365 Exchange Online",
        conditionalAccessStatus: "success",
        status: {
          errorCode: 0,
          failureReason: "Other.",
          additionalDetails: "MFA requirement satisfied by claim in the token"
        },
        deviceDetail: { deviceId: "", operatingSystem: "MacOs", browser: "Chrome 151.0.0", trustType: "" },
        appliedConditionalAccessPolicies: [{ displayName: "Reduced reauth frequency at home", result: "success" }, {
          displayName: "Require multifactor authentication for all users",
          result: "success"
        }, { displayName: "Block legacy", result: "notApplied" }]
      },
      signIn(
        "account_logon",
        "informational",
        "success",
        {
          clientIP: "2001:db8::1038",
          application: "One Outlook Web",
          vendorCode: "0",
          ruleName: "Sign-in succeeded"
        },
        "errorCode:0",
        "detail:MFA requirement satisfied by claim in the token",
        "resource:Office 365 Exchange Online",
        "clientApp:Browser",
        "conditionalAccess:success",
        "caPolicy:Reduced reauth frequency at home=success",
        "caPolicy:Require multifactor authentication for all users=success",
        "os:MacOs",
        "browser:Chrome 151.0.0",
        "city:London"
      )
    ], [
      "a wrong password",
      failed(50_126, "Error validating credentials due to invalid username or password."),
      signIn(
        "auth_failure",
        "low",
        "failure",
        { vendorCode: "50126", ruleName: "Error validating credentials due to invalid username or password." },
        "errorCode:50126",
        ...common
      )
    ], [
      "a smart lockout",
      failed(50_053, "The account is locked.", { clientAppUsed: "IMAP4" }),
      signIn(
        "auth_failure",
        "medium",
        "failure",
        { vendorCode: "50053", ruleName: "The account is locked." },
        "errorCode:50053",
        "clientApp:IMAP4",
        "conditionalAccess:notApplied",
        "city:London"
      )
    ], [
      "a disabled account",
      failed(50_057, "The user account is disabled."),
      signIn(
        "auth_failure",
        "medium",
        "failure",
        { vendorCode: "50057", ruleName: "The user account is disabled." },
        "errorCode:50057",
        ...common
      )
    ], [
      "one that asks for a second factor",
      { ...base, status: { errorCode: 50_074, failureReason: "x", additionalDetails: "MFA required in Azure AD" } },
      signIn(
        "account_logon",
        "informational",
        "interrupted",
        { vendorCode: "50074", ruleName: "Sign-in interrupted" },
        "errorCode:50074",
        "detail:MFA required in Azure AD",
        ...common
      )
    ], [
      "a second factor that the user declined",
      {
        ...base,
        status: {
          errorCode: 500_121,
          failureReason: "Authentication failed during strong authentication request.",
          additionalDetails: "MFA denied; user declined the authentication"
        }
      },
      signIn(
        "auth_failure",
        "medium",
        "failure",
        { vendorCode: "500121", ruleName: "Authentication failed during strong authentication request." },
        "errorCode:500121",
        "detail:MFA denied; user declined the authentication",
        ...common
      )
    ], [
      "one that Conditional Access stopped",
      failed(53_003, "Access has been blocked by Conditional Access policies.", {
        conditionalAccessStatus: "failure",
        appliedConditionalAccessPolicies: [{ displayName: "Only compliant devices", result: "failure" }]
      }),
      signIn(
        "policy_violation",
        "low",
        "failure",
        { vendorCode: "53003", ruleName: "Access has been blocked by Conditional Access policies." },
        "errorCode:53003",
        "clientApp:Browser",
        "conditionalAccess:failure",
        "caPolicy:Only compliant devices=failure",
        "city:London"
      )
    ], [
      "the question whether to stay signed in",
      failed(50_140),
      signIn(
        "account_logon",
        "informational",
        "interrupted",
        { vendorCode: "50140", ruleName: "Sign-in interrupted" },
        "errorCode:50140",
        ...common
      )
    ], [
      "a success at medium risk",
      {
        ...base,
        ipAddress: "185.220.101.4",
        location: { countryOrRegion: "NL" },
        riskLevelDuringSignIn: "medium",
        riskLevelAggregated: "medium",
        riskState: "atRisk",
        riskEventTypes_v2: ["anonymizedIPAddress"]
      },
      signIn(
        "malicious_session",
        "medium",
        "success",
        { clientIP: "185.220.101.4", geoRegion: "NL", vendorCode: "0", ruleName: "Sign-in succeeded" },
        "errorCode:0",
        "clientApp:Browser",
        "conditionalAccess:notApplied",
        "riskLevel:medium",
        "riskAggregated:medium",
        "riskState:atRisk",
        "riskEvent:anonymizedIPAddress"
      )
    ], [
      "a success whose risk was remedied",
      {
        ...base,
        riskLevelDuringSignIn: "medium",
        riskState: "remediated",
        riskDetail: "userPassedMFADrivenByRiskBasedPolicy"
      },
      signIn(
        "account_logon",
        "informational",
        "success",
        { vendorCode: "0", ruleName: "Sign-in succeeded" },
        "errorCode:0",
        "riskLevel:medium",
        "riskState:remediated",
        "riskDetail:userPassedMFADrivenByRiskBasedPolicy",
        ...common
      )
    ], [
      "a guest who is not known here",
      failed(90_072, "User account does not exist in tenant and cannot access the application.", {
        userPrincipalName: "bob@fabrikam.example",
        homeTenantId: "72f988bf-86f1-41af-91ab-2d7cd011db47"
      }),
      signIn(
        "account_logon",
        "informational",
        "failure",
        {
          userName: "bob@fabrikam.example",
          vendorCode: "90072",
          ruleName: "User account does not exist in tenant and cannot access the application."
        },
        "errorCode:90072",
        "homeTenant:72f988bf-86f1-41af-91ab-2d7cd011db47",
        ...common
      )
    ], [
      "a wrong password at high risk",
      failed(50_126, "Error validating credentials due to invalid username or password.", {
        userPrincipalName: "admin@c0ntoso.example",
        riskLevelDuringSignIn: "high",
        riskState: "atRisk"
      }),
      signIn(
        "auth_failure",
        "high",
        "failure",
        {
          userName: "admin@c0ntoso.example",
          vendorCode: "50126",
          ruleName: "Error validating credentials due to invalid username or password."
        },
        "errorCode:50126",
        "riskLevel:high",
        "riskState:atRisk",
        ...common
      )
    ]] as const
  ) {
    it(`maps ${name}`, () => assert.deepStrictEqual(shown(one(SignIns.map, value)), wanted))
  }

  it("keeps an interrupt at open risk apart, and tells the risk that was confirmed", () => {
    const stopped = failed(53_003, "x", { riskState: "atRisk", riskLevelAggregated: "medium" })
    assert.deepInclude(one(SignIns.map, stopped), { messageType: "malicious_session", severityLabel: "medium" })
    const asked = failed(50_076, "x", { riskState: "confirmedCompromised", riskLevelAggregated: "none" })
    assert.deepInclude(one(SignIns.map, asked), { messageType: "anomalous_behavior", severityLabel: "high" })
    const hidden = { ...base, riskState: "atRisk", riskLevelDuringSignIn: "hidden" }
    assert.deepInclude(one(SignIns.map, hidden), { messageType: "anomalous_behavior", severityLabel: "informational" })
  })

  it("names the reasons that Graph does not, and codes that nobody knows raise nothing", () => {
    assert.deepInclude(one(SignIns.map, failed(99_999_999)), {
      messageType: "account_logon",
      action: "failure",
      ruleName: "Sign-in failed (99999999)"
    })
    const declined = (additionalDetails: string) =>
      one(SignIns.map, { ...base, status: { errorCode: 500_121, additionalDetails } }).severityLabel
    assert.deepStrictEqual(["Fraud code entered", "User denied", "timed out"].map(declined), ["high", "medium", "low"])
  })

  it("takes no protocol's name for an application, and no loopback address for a client", () => {
    const odd = one(SignIns.map, { ...base, appDisplayName: "HTTP Toolkit", ipAddress: "127.0.0.1" })
    assert.isUndefined(odd.application)
    assert.isUndefined(odd.clientIP)
    assert.include(odd.tags, "application:HTTP Toolkit")
    assert.include(odd.tags, "ip:127.0.0.1")
  })

  it("adds what a device says only where there is one", () => {
    const device = {
      deviceId: "d1",
      displayName: "WS-25",
      isCompliant: true,
      isManaged: false,
      trustType: "Azure AD joined"
    }
    const { clientHostname, tags } = one(SignIns.map, { ...base, deviceDetail: device })
    assert.strictEqual(clientHostname, "ws-25")
    for (const tag of ["aadDeviceId:d1", "compliant:true", "managed:false", "trustType:Azure AD joined"]) {
      assert.include(tags, tag)
    }
  })

  it("survives whatever stands in the places of objects", () => {
    for (const status of [null, 5, "x", [], { errorCode: "50126" }, { errorCode: {} }]) {
      const made = one(SignIns.map, { ...base, status, location: 7, deviceDetail: "x", riskEventTypes_v2: "y" })
      assert.strictEqual(made.streamName, "microsoft_entra_signin")
    }
  })
})
