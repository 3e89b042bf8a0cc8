/**
 * Decides what a directory audit is to WitFoo's rules: the first of twenty rows that holds. See `.github/MAPPING.md`,
 * "Directory audits".
 */
import type { MessageType } from "./MessageTypes.ts"

/** What decides. */
export interface AuditFacts {
  /** `activityDisplayName` in lower case, with single blanks and plain hyphens. */
  readonly activity: string
  readonly isSuccess: boolean
  /** Name of the application that acted, in lower case. */
  readonly app: string
  /** The role that was given, where the record tells it. */
  readonly role: string | undefined
  /** The permissions that were given, separated by blanks. */
  readonly permission: string
  /** New values of all modified properties, as one text in lower case. */
  readonly values: string
  /** By how many keys `KeyDescription` grew; undefined where the record does not tell it. */
  readonly keysAdded: number | undefined
}

/** What was decided. */
export interface AuditType {
  readonly row: number
  readonly type: MessageType
  readonly severity: "high" | "medium" | "low" | "informational"
}

const set = (...words: ReadonlyArray<string>): ReadonlySet<string> => new Set(words)

/** Roles that lead to every other one. */
const tierZero = set(
  "global administrator",
  "company administrator",
  "privileged role administrator",
  "privileged authentication administrator",
  "authentication administrator",
  "authentication policy administrator",
  "partner tier1 support",
  "partner tier2 support",
  "application administrator",
  "cloud application administrator",
  "hybrid identity administrator",
  "directory synchronization accounts",
  "directory writers",
  "conditional access administrator",
  "security administrator",
  "domain name administrator",
  "external identity provider administrator",
  "intune administrator",
  "exchange administrator",
  "sharepoint administrator",
  "user administrator",
  "helpdesk administrator"
)

/** Permissions of applications that lead to every other one, or to everybody's mail and files. */
const grave =
  /(?:^|\s)(?:RoleManagement\.ReadWrite|AppRoleAssignment\.ReadWrite|Application\.ReadWrite|Directory\.ReadWrite|Directory\.AccessAsUser|Privileged\w*\.ReadWrite|UserAuthenticationMethod\.ReadWrite|User\.ReadWrite\.All|User-PasswordProfile\.ReadWrite|Group\.ReadWrite|GroupMember\.ReadWrite|Policy\.ReadWrite|Domain\.ReadWrite|Organization\.ReadWrite|EntitlementManagement\.ReadWrite|DeviceManagement\w*\.(?:ReadWrite|PrivilegedOperations)|Mail\.(?:Read|ReadWrite|Send)(?![\w-])|MailboxSettings\.ReadWrite|Files\.Read(?:Write)?\.All|Sites\.(?:Read|ReadWrite|Manage|FullControl)\.All|full_access_as_app|Exchange\.ManageAsApp|SynchronizationData-User\.Upload)/i

/** Scopes by which a consent gives away mail, files or the directory. */
const wide =
  /Mail\.|MailboxSettings\.ReadWrite|Files\.|Sites\.|Notes\.|Contacts\.|Directory\.|EWS\.AccessAsUser|IMAP\.|POP\.|SMTP\.|full_access|RoleManagement\.|Application\.ReadWrite|AllPrincipals/i

const policies =
  /^(?:add|update) conditional access policy|named location|security defaults|continuous access|authentication methods policy|authorization policy|permission grant policy|cross-tenant access|set dirsyncenabled|add (?:un)?verified domain|verify domain|add partner to company|set company information|set password policy|token ?lifetime|home ?realm|(?:certificate|trusted ca)\w* ?(?:based )?.*polic/
const lesser =
  /security info|reset (?:user )?password|password reset|change (?:user )?password|disable account|^delete (?:user|group|application|service principal|device)\b|^create application password|^confirm .*compromised/

/** `quiet` activities whose failure or request is worth a look. */
const delicate = /role|credential|conditional access|consent|security info/

interface Row {
  readonly row: number
  readonly when: (facts: AuditFacts) => boolean
  readonly decided: (facts: AuditFacts) => readonly [MessageType, AuditType["severity"]]
}

const row = (
  number: number,
  when: Row["when"] | RegExp,
  decided: Row["decided"] | ReturnType<Row["decided"]>
): Row => ({
  row: number,
  when: typeof when === "function" ? when : ({ activity }) => when.test(activity),
  decided: typeof decided === "function" ? decided : () => decided
})

const rows: ReadonlyArray<Row> = [
  row(1, ({ isSuccess }) =>
    !isSuccess, ({ activity }) => ["audit_log", delicate.test(activity) ? "low" : "informational"]),
  row(2, /^(?:suspicious activity reported|fraud reported)/, ["malicious_session", "high"]),
  row(
    3,
    ({ activity, app }) =>
      app === "ms-pim" || /pim activation|requested|request (?:approved|denied)|renew|expired/.test(activity),
    ({ activity }) => ["audit_log", /role/.test(activity) ? "low" : "informational"]
  ),
  row(
    4,
    /^add (?:eligible )?member to role|^add scoped member to role|^add (?:eligible ?)?role ?assignment to role definition/,
    ({ activity, role }) =>
      role === undefined || tierZero.has(role.toLowerCase()) || activity.includes("outside of pim")
        ? ["privilege_escalation", "high"]
        : /administrator/i.test(role)
        ? ["privilege_escalation", "medium"]
        : ["config_change", "low"]
  ),
  row(5, /elevated (?:their )?access to user access administrator/, ["privilege_escalation", "high"]),
  row(6, /^set (?:federation settings on domain|domain authentication|domain federation settings)/, [
    "privilege_escalation",
    "high"
  ]),
  row(7, /^add app role assignment to service principal$/, ({ permission }) =>
    grave.test(permission) ? ["privilege_escalation", "high"] : ["config_change", "low"]),
  row(8, /service principal credentials|certificates and secrets management/, ({ activity, keysAdded }) =>
    activity.startsWith("remove") || keysAdded !== undefined && keysAdded <= 0
      ? ["config_change", "low"]
      : ["privilege_escalation", "medium"]),
  row(9, /^add owner to (?:application|service principal)/, ["privilege_escalation", "low"]),
  row(
    10,
    /^(?:consent to application|add delegated permission grant|add oauth2permissiongrant)/,
    ({ permission, values }) => ["config_change", wide.test(`${permission} ${values}`) ? "medium" : "low"]
  ),
  row(11, ({ activity, values }) =>
    activity.startsWith("delete conditional access policy") ||
    activity.startsWith("update conditional access policy") &&
      /"state"\s*:\s*"?(?:disabled|enabledforreportingbutnotenforced|report-?only)/.test(values), [
    "defense_evasion",
    "high"
  ]),
  row(12, ({ activity, values }) =>
    activity === "disable strong authentication" || activity === "disable pim alert" ||
    activity === "update security defaults" && /\bfalse\b/.test(values), ["defense_evasion", "medium"]),
  row(13, policies, ["config_change", "medium"]),
  row(14, /^triggered pim alert/, ["anomalous_behavior", "medium"]),
  row(15, /^(?:read bitlocker key|reveal local administrator password|recover device local administrator password)/, [
    "credential_access",
    "low"
  ]),
  row(16, /^(?:bulk )?download (?:users|user list|group members)|^bulk download/, ["data_staging", "low"]),
  row(17, /^(?:directory scheduled for deletion|delete subscription)/, ["data_destruction", "high"]),
  row(18, /^(?:bulk delete users - finished|hard delete (?:user|group|application|service principal))/, [
    "data_destruction",
    "medium"
  ]),
  row(19, lesser, ["audit_log", "low"])
]

/** Returns the first row that holds; the last one is everything else. */
export const decide = (facts: AuditFacts): AuditType => {
  const found = rows.find(({ when }) => when(facts))
  if (found === undefined) return { row: 20, type: "audit_log", severity: "informational" }
  const [type, severity] = found.decided(facts)
  return { row: found.row, type, severity }
}
