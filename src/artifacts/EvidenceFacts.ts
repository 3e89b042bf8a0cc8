/**
 * Reads evidence into artifact fields: one reader for each evidence type, found by the type's name.
 *
 * A reader accepts any object. Values that do not fit Graph's schema are left out, the others are kept.
 * What each reader sets: `.github/MAPPING.md`, "Evidence types".
 */
import { type DecodedEvidence, nested } from "../evidence/Evidence.ts"
import * as Cloud from "./CloudFacts.ts"
import { type EvidenceFacts, FactsDraft, list, type Reader } from "./FactsDraft.ts"
import * as File from "./FileFacts.ts"
import * as Identity from "./IdentityFacts.ts"
import * as Kubernetes from "./KubernetesFacts.ts"
import * as Mail from "./MailFacts.ts"
import * as Network from "./NetworkFacts.ts"
import * as N from "./NormalForms.ts"

export type { EvidenceFacts, Side } from "./FactsDraft.ts"

const families = [Cloud, File, Identity, Kubernetes, Mail, Network]

const readers: ReadonlyMap<string, Reader> = new Map(families.flatMap((family) => Object.entries(family.readers)))

const unknown: Reader = (_value, draft) => draft.tag("decode", "unknown")

const read = (evidence: Pick<DecodedEvidence, "type" | "known" | "value">, depth: number): FactsDraft => {
  const draft = new FactsDraft((raw, declared) => {
    const inner = nested(raw, declared, depth + 1)
    return inner === undefined ? undefined : read(inner, depth + 1).facts()
  })
  // The raw name of an unknown type may equal the short name of a known one.
  const reader = evidence.known ? readers.get(evidence.type) ?? unknown : unknown
  reader(evidence.value, draft)
  return draft
}

/** Returns the facts of one piece of evidence. Pure; never throws, whatever the object holds. */
export const factsOf = (evidence: DecodedEvidence): EvidenceFacts => {
  const draft = read(evidence, 0)
  const [first, ...others] = N.cves(list(evidence.value.tags))
  draft.set("cve", first)
  for (const other of others) draft.tag("cve", other)
  return draft.facts()
}
