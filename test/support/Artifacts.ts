/** Artifacts and events with arbitrary content, for code that only passes them on. */
import type { Artifact } from "../../src/artifacts/Artifact.ts"
import type { OcsfEvent } from "../../src/artifacts/ocsf/OcsfEvent.ts"

export const artifact = (id: string): Artifact => ({
  id,
  hash: "0",
  action: "new",
  streamName: "azure_security_alert",
  messageType: "threat_event",
  severityCode: 4,
  severityLabel: "medium",
  senderHost: "s",
  program: "azure-security",
  ruleName: "r\u2028\n",
  tags: [],
  productIds: [94],
  message: "{\"a\":\"\\u0000\\n\"}"
})

export const event = (uid: string, raw_data = "{\"a\":\"\\u0000\\n\"}"): OcsfEvent => ({
  class_uid: 2004,
  metadata: { uid },
  unmapped: { text: "\"raw_data\":\"\"" },
  raw_data
})
