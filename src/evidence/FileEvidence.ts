/** Evidence types for files, malware and processes. */
import * as F from "./EvidenceFields.ts"
import * as Parts from "./EvidenceParts.ts"
import * as Words from "./EvidenceWords.ts"

/** Graph's `fileEvidence`. */
export const File = F.evidence("file", {
  detectionStatus: F.word(Words.detectionStatus),
  fileDetails: F.part(Parts.FileDetails),
  mdeDeviceId: F.text
})

/** Graph's `fileHashEvidence`. */
export const FileHash = F.evidence("fileHash", {
  algorithm: F.word(Words.fileHashAlgorithm),
  value: F.text
})

/** Graph's `malwareEvidence`. */
export const Malware = F.evidence("malware", {
  category: F.text,
  files: F.nested("file"),
  name: F.text,
  processes: F.nested("process")
})

/** Graph's `processEvidence`. */
export const Process = F.evidence("process", {
  detectionStatus: F.word(Words.detectionStatus),
  imageFile: F.part(Parts.FileDetails),
  mdeDeviceId: F.text,
  parentProcessCreationDateTime: F.text,
  parentProcessId: F.int64,
  parentProcessImageFile: F.part(Parts.FileDetails),
  processCommandLine: F.text,
  processCreationDateTime: F.text,
  processId: F.int64,
  userAccount: F.part(Parts.UserAccount)
})
