/** A day's Microsoft Secure Score, after Microsoft's published schema. */
import { Schema } from "effect"
import * as Shape from "./Shape.ts"

/** Schema for a score: every property may be null or missing. Its parts have properties that the schema lacks. */
export const SecureScore = Schema.Struct({
  id: Shape.text,
  activeUserCount: Shape.number,
  averageComparativeScores: Shape.anything,
  azureTenantId: Shape.text,
  controlScores: Shape.anything,
  createdDateTime: Shape.text,
  currentScore: Shape.number,
  enabledServices: Shape.texts,
  licensedUserCount: Shape.number,
  maxScore: Shape.number,
  vendorInformation: Shape.anything
})

/** Compares a score with Graph's published schema. */
export const shape: Shape.Shape = Shape.make({ name: "secureScore", schema: SecureScore })
