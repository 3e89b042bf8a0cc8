/** Tells what each evidence of an alert is about. */
import type { Fact } from "../search/Facts.ts"
import { harmless, visible } from "../Text.ts"
import { type EvidenceKind, formOf, kinds, type Told } from "./EvidenceForms.ts"
import { mention, type Sort } from "./Mention.ts"
import { at, type Json, listOf, objectOf, textOf, textsOf } from "./RecordJson.ts"
import { capital, remediationOf, type Said, spaced, verdictOf } from "./StoryWords.ts"

/** One evidence. */
export interface Item {
  readonly kind: EvidenceKind
  /** Its type in words: `analyzed message`. */
  readonly type: string
  /** What it is about. */
  readonly about: Fact
  /** What that is. */
  readonly sort: Sort
  /** Further words for a list of it: a mail's sender, the number of a cluster's mails. */
  readonly besides: string
  readonly facts: ReadonlyArray<Fact>
  readonly verdict: Said | undefined
  readonly remediation: Said | undefined
  readonly roles: ReadonlyArray<string>
  /** When it was found: ISO 8601; empty where that is unknown. */
  readonly created: string
  readonly evidence: Json
}

/** Evidence of one kind. */
export interface Items {
  readonly kind: EvidenceKind
  readonly items: ReadonlyArray<Item>
}

/** Evidence of an alert that is told; the artifacts have all of it. */
export const itemsMax = 200
/** Values of a list of an evidence, and facts of one whose type is not known. */
const valuesMax = 20

/** The type of an evidence: `analyzedMessage`. */
export const typeOf = (evidence: Json): string =>
  (textOf(evidence["@odata.type"]) ?? "").replace(/^.*\./, "").replace(/^#/, "").replace(/Evidence$/i, "")

/** The values at a path; on the way, and at its end, a list stands for each of its elements. */
const valuesAt = (value: unknown, path: string): ReadonlyArray<string> => {
  const [name = "", ...rest] = path.split(".")
  const found = objectOf(value)[name]
  if (rest.length > 0) {
    return (Array.isArray(found) ? found.slice(0, valuesMax) : [found]).flatMap((one) => valuesAt(one, rest.join(".")))
  }
  const one = textOf(found)
  return one === undefined ? textsOf(found).slice(0, valuesMax) : [one]
}

const factsOf = (evidence: Json, told: ReadonlyArray<Told>): ReadonlyArray<Fact> =>
  told.flatMap(({ label, path, sort }) => valuesAt(evidence, path).map((value) => mention(label, sort, value)))

/** Properties of every evidence, which are told otherwise or nothing to an analyst. */
const ofEach = new Set([
  "@odata.type",
  "createdDateTime",
  "verdict",
  "remediationStatus",
  "roles",
  "detailedRoles",
  "tags"
])

/** The scalars of an evidence whose type is not known. */
const scalarsOf = (evidence: Json): ReadonlyArray<Told> =>
  Object.keys(evidence).filter((name) => !ofEach.has(name) && textOf(evidence[name]) !== undefined)
    .slice(0, valuesMax).map((name) => ({ label: capital(name), path: name, sort: "text" }))

const besidesOf = (type: string, evidence: Json): string => {
  const said = (path: string) => textOf(at(evidence, path))
  switch (type) {
    case "analyzedMessage":
    case "submissionMail": {
      const from = said(type === "analyzedMessage" ? "p2Sender.emailAddress" : "sender")
      const to = said(type === "analyzedMessage" ? "recipientEmailAddress" : "recipient")
      return [from && `from ${from}`, to && `to ${to}`].filter((part) => part !== undefined).join(" ")
    }
    case "mailCluster": {
      const count = said("emailCount")
      return [count && `${count} mail${count === "1" ? "" : "s"}`, said("clusterBy") && `alike in ${said("clusterBy")}`]
        .filter((part) => part !== undefined).join(" ")
    }
    case "process":
      return said("imageFile.fileName") ?? ""
    case "registryValue":
      return [said("registryValueName"), said("registryValue")].filter((part) => part !== undefined).join(" = ")
    default:
      return ""
  }
}

/** The host that an evidence names only by its id in Defender. */
const hostFact = (evidence: Json, hosts: ReadonlyMap<string, string>): ReadonlyArray<Fact> => {
  const host = hosts.get(textOf(evidence["mdeDeviceId"]) ?? "")
  return host === undefined || typeOf(evidence) === "device" ? [] : [mention("Host", "host", host)]
}

const itemOf = (evidence: Json, hosts: ReadonlyMap<string, string>): Item => {
  const type = typeOf(evidence)
  const form = formOf(type) ?? { kind: "Other evidence" as const, about: [], told: scalarsOf(evidence) }
  const facts = factsOf(evidence, form.told)
  const first = form.about.find(({ path }) => valuesAt(evidence, path).length > 0)
  const about = (first && factsOf(evidence, [first])[0]) ?? facts[0] ?? mention("", "text", capital(type))
  return {
    sort: first?.sort ?? "text",
    kind: form.kind,
    type: spaced(type) || "evidence without a type",
    about,
    besides: harmless(besidesOf(type, evidence)),
    facts: [...hostFact(evidence, hosts), ...facts].filter(({ label, value }) => label !== "" && value !== about.value),
    verdict: verdictOf(textOf(evidence["verdict"])),
    remediation: remediationOf(textOf(evidence["remediationStatus"])),
    roles: textsOf(evidence["roles"]).filter((role) => !role.startsWith("unknown")).map((role) =>
      visible(spaced(role))
    ),
    created: textOf(evidence["createdDateTime"]) ?? "",
    evidence
  }
}

/** The names of hosts by their ids in Defender. */
export const hostsOf = (evidence: ReadonlyArray<Json>): ReadonlyMap<string, string> =>
  new Map(evidence.flatMap((one) => {
    const [id, name] = [textOf(one["mdeDeviceId"]), textOf(one["deviceDnsName"]) ?? textOf(one["hostName"])]
    return typeOf(one) === "device" && id !== undefined && name !== undefined ? [[id, name] as const] : []
  }))

/** The evidence of an alert's record, or an evidence itself. */
export const evidenceOf = (record: Json): ReadonlyArray<Json> =>
  record["@odata.type"] !== undefined && record["evidence"] === undefined
    ? [record]
    : listOf(record["evidence"]).slice(0, itemsMax).map(objectOf)

/** What each evidence is about. */
export const itemsOf = (evidence: ReadonlyArray<Json>): ReadonlyArray<Item> => {
  const hosts = hostsOf(evidence)
  return evidence.map((one) => itemOf(one, hosts))
}

/** Evidence by kind, in the order of {@link kinds}. */
export const byKind = (items: ReadonlyArray<Item>): ReadonlyArray<Items> =>
  kinds.map((kind) => ({ kind, items: items.filter((item) => item.kind === kind) }))
    .filter(({ items }) => items.length > 0)
