/** Readers of evidence about files, malware, processes and the registry. */
import { type FactsDraft, list, object, type Reader, word } from "./FactsDraft.ts"
import * as N from "./NormalForms.ts"
import * as Shared from "./SharedFacts.ts"

const detected = (draft: FactsDraft, value: unknown): void => {
  const found = word(value)
  if (found !== undefined) draft.detectionStatus = found
}

const file: Reader = (value, draft) => {
  Shared.file(draft, object(value.fileDetails))
  detected(draft, value.detectionStatus)
  draft.tag("mdeDeviceId", value.mdeDeviceId)
}

const fileHash: Reader = (value, draft) => {
  const hash = N.name(value.value)
  const partial = N.text(value.algorithm)?.toLowerCase() === "sha256ac"
  if (partial) draft.tag("sha256ac", hash)
  else draft.set("fileHash", hash)
  draft.tag("algorithm", value.algorithm)
}

const malware: Reader = (value, draft) => {
  const [first, running] = [list(value.files)[0], object(list(value.processes)[0])]
  draft.set("program", Shared.fileName(object(running.imageFile)))
  draft.set("pid", N.wholeNumber(running.processId))
  Shared.file(draft, object(object(first).fileDetails))
  draft.tag("malware", value.name)
  draft.tag("malwareCategory", value.category)
  draft.fill(draft.nested(first, "file"))
  draft.fill(draft.nested(list(value.processes)[0], "process"))
}

/** A running image is not a transferred file: its name goes to `program`, and `fileName` stays empty. */
const process: Reader = (value, draft) => {
  const image = object(value.imageFile)
  draft.set("program", Shared.fileName(image))
  draft.set("pid", N.wholeNumber(value.processId))
  draft.set("filePath", Shared.fullPath(image))
  Shared.hashes(draft, image)
  draft.tag("signer", image.signer)
  Shared.user(draft, object(value.userAccount))
  detected(draft, value.detectionStatus)
  draft.tag("command", value.processCommandLine)
  draft.tag("parentProcess", Shared.fileName(object(value.parentProcessImageFile)))
  draft.tag("parentPid", N.wholeNumber(value.parentProcessId))
  draft.tag("mdeDeviceId", value.mdeDeviceId)
}

const joined = (...parts: ReadonlyArray<unknown>): string | undefined => {
  const found = parts.map(N.text).filter((part) => part !== undefined)
  return found.length === 0 ? undefined : found.join("\\")
}

const registryKey: Reader = (value, draft) => {
  draft.set("filePath", joined(value.registryHive, value.registryKey))
  draft.tag("registryHive", value.registryHive)
}

const registryValue: Reader = (value, draft) => {
  draft.set("filePath", joined(value.registryHive, value.registryKey, value.registryValueName))
  draft.tag("registryHive", value.registryHive)
  draft.tag("registryValueName", value.registryValueName)
  draft.tag("registryValueType", value.registryValueType)
  draft.tag("registryValue", value.registryValue)
  draft.tag("mdeDeviceId", value.mdeDeviceId)
}

/** Readers by evidence type, for `EvidenceFacts`. */
export const readers: Readonly<Record<string, Reader>> = {
  file,
  fileHash,
  malware,
  process,
  registryKey,
  registryValue
}
