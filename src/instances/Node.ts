/** The appliance that this process runs on. */
import { Context } from "effect"

/** Ids that artifacts carry, where this process runs on an appliance. */
export const Node = Context.Reference<{ readonly orgId?: string; readonly applianceId?: string }>(
  "azure-security/instances/Node",
  { defaultValue: () => ({}) }
)
