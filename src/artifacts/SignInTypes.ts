/** Decides what a sign-in is to WitFoo's rules: the first of ten rows that holds. See `.github/MAPPING.md`, "Sign-ins". */
import type { MessageType } from "./MessageTypes.ts"

/** What decides. */
export interface SignInFacts {
  /** `status.errorCode`; 0 for a success. */
  readonly errorCode: number
  /** `status.additionalDetails`. */
  readonly details: string
  /** The level of a risk that is open; undefined for none. */
  readonly risk: "low" | "medium" | "high" | "other" | undefined
}

/** What was decided. `base` is the severity before the risk raises it. */
export interface SignInType {
  readonly row: number
  readonly type: MessageType
  readonly action: "success" | "failure" | "interrupted"
  readonly base: "high" | "medium" | "low" | "informational"
}

const numbers = (list: string): ReadonlySet<number> => new Set(list.split(/\s+/).map(Number))

/** Locked out, or an address with malicious activity; the account is disabled. */
const locked = numbers("50053 50057")
/** Strong authentication failed. */
const strong = 500_121
/** Wrong name or password, no such password or user, a credential that is not valid. */
const wrong = numbers("50126 50056 50064 50034 51004")
/** Stopped for risk. */
const risky = numbers("53004 53011 530034")
/** Stopped by Conditional Access, security defaults or tenant restrictions. */
const policy = numbers("50005 50131 53000 53001 53002 53003 53010 530003 530032 530035 500021 500212 500213")
/** Interrupted: something is asked of the user, or a password that was right has expired. */
const interrupts = numbers(
  "16000 16001 16003 50058 50059 50072 50074 50076 50078 50079 50097 50125 50127 50129 50132 50133 50140 50143 50158 50168 50173 50199 50203 65001 65004 70008 70043 70044 90094 90095 700082 50055 50144"
)

const ofStrong = (details: string): SignInType["base"] =>
  /fraud/i.test(details) ? "high" : /declin|denied by|user denied/i.test(details) ? "medium" : "low"

/** Returns the first row that holds. A code that is not listed is the last row's: a new one must not make attackers. */
export const decide = ({ details, errorCode, risk }: SignInFacts): SignInType => {
  const isGrave = risk === "medium" || risk === "high"
  const failed = (row: number, type: MessageType, base: SignInType["base"]): SignInType => ({
    row,
    type,
    base,
    action: "failure"
  })
  if (errorCode === 0) {
    const [row, type] = isGrave
      ? [1, "malicious_session"] as const
      : risk === undefined
      ? [3, "account_logon"] as const
      : [2, "anomalous_behavior"] as const
    return { row, type, action: "success", base: "informational" }
  }
  if (locked.has(errorCode)) return failed(4, "auth_failure", "medium")
  if (errorCode === strong) return failed(5, "auth_failure", ofStrong(details))
  if (wrong.has(errorCode)) return failed(6, "auth_failure", "low")
  if (risky.has(errorCode)) return failed(7, "malicious_session", "medium")
  if (policy.has(errorCode)) return failed(8, isGrave ? "malicious_session" : "policy_violation", "low")
  if (interrupts.has(errorCode)) {
    const type = isGrave ? "anomalous_behavior" : "account_logon"
    return { row: 9, type, action: "interrupted", base: "informational" }
  }
  return failed(10, "account_logon", "informational")
}
