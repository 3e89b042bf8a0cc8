/** Artifacts with arbitrary content, for code that only passes them on. */
import type { Artifact } from "../../src/artifacts/Artifact.ts"

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
