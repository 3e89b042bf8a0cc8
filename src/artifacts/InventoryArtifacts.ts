/** Maps the objects of inventories: devices, users, applications. See `.github/MAPPING.md`, "Inventories". */
import { type Details, details } from "../domain/Details.ts"
import { shape as device } from "../domain/Device.ts"
import type { GraphRecord } from "../domain/GraphRecord.ts"
import { dotted, name } from "../domain/NormalForms.ts"
import type { Properties, Shape } from "../domain/Shape.ts"
import type { Drift } from "../evidence/Drift.ts"
import * as ArtifactId from "./ArtifactId.ts"
import * as Draft from "./Draft.ts"
import { type MappingContext, type Maps, mapsOf, type Steps } from "./Mapped.ts"
import * as Record from "./RecordDraft.ts"
import * as Severity from "./Severity.ts"
import type { Tags } from "./Tags.ts"

/** Stream of all inventories, as WitFoo's catalogue names those of other vendors. */
export const streamName = "Microsoft Graph Asset Inventory"

/** Microsoft's products in WitFoo's catalogue: Azure, and Graph. */
const productIds: ReadonlyArray<number> = [94, 164]

/** What the inventories differ in. */
interface Kind {
  readonly endpoint: string
  readonly ruleName: string
  readonly shape: Shape
  readonly told: Details
  readonly severity?: (value: Properties) => Severity.Severity
  /** Sets the fields that only this inventory has. */
  readonly set: (draft: Draft.Draft, tags: Tags, value: Properties) => void
}

/** Sets a host by the name that its inventory has. */
const setHost = (draft: Draft.Draft, value: unknown): void => {
  Draft.set(draft, "clientHostname", name(value))
  Draft.set(draft, "fqdn", dotted(value))
}

/** A system with its version. */
const system = (...parts: ReadonlyArray<unknown>): string =>
  parts.filter((part) => typeof part === "string" && part.trim() !== "").join(" ")

const maps = ({ endpoint, ruleName, set, severity = () => Severity.informational, shape, told }: Kind): Maps =>
  mapsOf(function*(context: MappingContext, record: GraphRecord, drift: Array<Drift>): Steps {
    const { isPartial, message, value } = Record.read(shape, record, drift)
    const { draft, tags } = Record.make(context, record, {
      endpoint,
      message,
      hash: yield* ArtifactId.digest(message),
      streamName,
      messageType: "management_message",
      severity: severity(value),
      action: record.change ?? "present",
      ruleName,
      ruleCategory: "Inventory"
    })
    draft.productIds = productIds
    // It is as it was when Graph showed it; Graph tells that to the second.
    Draft.setTimes(draft, `${record.cursor.slice(0, 19)}Z`, undefined)
    Record.addTold(tags, told, value)
    set(draft, tags, value)
    yield Record.finish(draft, tags, isPartial)
  })

/** Maps a device of Entra ID. */
export const devices = maps({
  endpoint: "devices",
  ruleName: "Entra device",
  shape: device,
  told: details(
    "aadObjectId=id aadDeviceId=deviceId trustType enabled=accountEnabled compliant=isCompliant managed=isManaged ownership=deviceOwnership manufacturer model registered=registrationDateTime lastSignIn=approximateLastSignInDateTime"
  ),
  set: (draft, tags, value) => {
    setHost(draft, value["displayName"])
    tags.add("os", system(value["operatingSystem"], value["operatingSystemVersion"]))
  }
})
