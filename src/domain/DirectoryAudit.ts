/** A directory audit of Entra ID, after Microsoft's published schema. */
import { Schema } from "effect"
import * as Shape from "./Shape.ts"

const User = Schema.Struct({
  displayName: Shape.text,
  id: Shape.text,
  ipAddress: Shape.text,
  userPrincipalName: Shape.text
})

const App = Schema.Struct({
  appId: Shape.text,
  displayName: Shape.text,
  servicePrincipalId: Shape.text,
  servicePrincipalName: Shape.text
})

const Initiator = Schema.Struct({ app: Shape.part(App), user: Shape.part(User) })

const Modified = Schema.Struct({ displayName: Shape.text, newValue: Shape.text, oldValue: Shape.text })

const Target = Schema.Struct({
  displayName: Shape.text,
  groupType: Shape.text,
  id: Shape.text,
  modifiedProperties: Shape.parts(Modified),
  type: Shape.text,
  userPrincipalName: Shape.text
})

const Detail = Schema.Struct({ key: Shape.text, value: Shape.text })

/** Schema for a directory audit: every property may be null or missing, enums are open. */
export const DirectoryAudit = Schema.Struct({
  id: Shape.text,
  activityDateTime: Shape.text,
  activityDisplayName: Shape.text,
  additionalDetails: Shape.parts(Detail),
  category: Shape.text,
  correlationId: Shape.text,
  initiatedBy: Shape.part(Initiator),
  loggedByService: Shape.text,
  operationType: Shape.text,
  result: Shape.text,
  resultReason: Shape.text,
  targetResources: Shape.parts(Target)
})

/** Compares a directory audit with Graph's published schema. */
export const shape: Shape.Shape = Shape.make({
  name: "directoryAudit",
  schema: DirectoryAudit,
  words: { result: ["success", "failure", "timeout", "unknownFutureValue"] },
  parts: {
    additionalDetails: Shape.make({ name: "additionalDetails", schema: Detail }),
    initiatedBy: Shape.make({
      name: "initiatedBy",
      schema: Initiator,
      parts: {
        app: Shape.make({ name: "app", schema: App }),
        user: Shape.make({ name: "user", schema: User })
      }
    }),
    targetResources: Shape.make({
      name: "targetResources",
      schema: Target,
      parts: { modifiedProperties: Shape.make({ name: "modifiedProperties", schema: Modified }) }
    })
  }
})
