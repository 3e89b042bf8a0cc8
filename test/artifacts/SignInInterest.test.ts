import { assert, describe, it } from "@effect/vitest"
import { interest } from "../../src/artifacts/SignInInterest.ts"

const quiet = {
  userId: "A1",
  userPrincipalName: "alice@c0ntoso.example",
  appId: "B1",
  appDisplayName: "Mail",
  conditionalAccessStatus: "notApplied",
  riskDetail: "none",
  riskLevelAggregated: "none",
  riskLevelDuringSignIn: "none",
  riskState: "none",
  riskEventTypes_v2: [],
  status: { errorCode: 0, failureReason: "Other.", additionalDetails: null },
  location: { city: "London", countryOrRegion: "GB" }
}
const failed = (errorCode: number) => ({ ...quiet, status: { errorCode } })

describe("an interesting sign-in", () => {
  for (
    const [name, sent] of [
      ["failed", failed(50_126)],
      ["failed for a reason that is not known yet", failed(999_999)],
      ["was stopped by Conditional Access, though it was asked for more", {
        ...failed(50_074),
        conditionalAccessStatus: "failure"
      }],
      ["has a result of Conditional Access that is not known", {
        ...quiet,
        conditionalAccessStatus: "unknownFutureValue"
      }],
      ["is at risk", { ...quiet, riskState: "atRisk" }],
      ["was at risk, which was remediated", { ...quiet, riskState: "remediated" }],
      ["has a level", { ...quiet, riskLevelDuringSignIn: "low" }],
      ["has a level by what came later", { ...quiet, riskLevelAggregated: "high" }],
      ["has a risk event", { ...quiet, riskEventTypes_v2: ["unfamiliarFeatures"] }],
      ["names its properties in another case", { RiskState: "atRisk" }]
    ] as const
  ) {
    it(name, () => assert.isTrue(interest.is(sent)))
  }

  for (
    const [name, sent] of [["succeeded", quiet], ["was only asked for more", failed(50_074)], [
      "is of a tenant without P2, which hides its levels",
      {
        ...quiet,
        riskLevelAggregated: "hidden",
        riskLevelDuringSignIn: "hidden"
      }
    ], ["says nothing", {}]] as const
  ) {
    it(`is none that ${name}`, () => assert.isFalse(interest.is(sent)))
  }

  it("is one of a user from a country or to an application that is new", () => {
    assert.deepStrictEqual(interest.news(quiet), ["country a1 gb", "application a1 b1"])
    assert.deepStrictEqual(interest.news({ userPrincipalName: "Bob@x.example", appDisplayName: "Mail" }), [
      "application bob@x.example mail"
    ])
    assert.deepStrictEqual(interest.news({}), [])
  })
})
