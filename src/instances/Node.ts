/** The appliance that this process runs on. */
import { Context } from "effect"

/** Ids that artifacts carry when this process runs on an appliance; empty elsewhere. */
export const Node = Context.Reference<{ readonly orgId?: string; readonly applianceId?: string }>(
  "azure-security/instances/Node",
  { defaultValue: () => ({}) }
)
