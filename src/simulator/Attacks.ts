/**
 * The attacks on Contoso, each with the alerts that Microsoft raises about it.
 *
 * Titles, services and categories are Microsoft's. People, hosts and addresses are reserved for documentation.
 */
import { domainController } from "./Cast.ts"
import * as Evidence from "./EvidenceRows.ts"
import type { Row } from "./Row.ts"

/** One alert of an attack, without IDs and times. */
export interface AlertPlan {
  /** Two letters that Microsoft puts before the provider's own id. */
  readonly prefix: string
  readonly title: string
  readonly description: string
  readonly severity: "informational" | "low" | "medium" | "high"
  readonly category: string
  readonly serviceSource: string
  readonly detectionSource: string
  readonly productName: string
  readonly techniques: ReadonlyArray<string>
  readonly evidence: (scene: Evidence.Scene) => ReadonlyArray<Row>
}

/** One attack: the name of its incident, and its alerts in order. */
export interface Attack {
  readonly name: string
  readonly determination: string
  readonly alerts: readonly [AlertPlan, ...Array<AlertPlan>]
}

const source = (serviceSource: string, productName: string, detectionSource = serviceSource) => ({
  serviceSource,
  detectionSource,
  productName
})
const office = source("microsoftDefenderForOffice365", "Microsoft Defender for Office 365")
const endpoint = source("microsoftDefenderForEndpoint", "Microsoft Defender for Endpoint")
const entra = source("azureAdIdentityProtection", "Microsoft Entra ID Protection")

const phishing: Attack = {
  name: "Phishing campaign with a look-alike sign-in page",
  determination: "phishing",
  alerts: [{
    ...office,
    prefix: "fa",
    title: "Email messages containing malicious URL removed after delivery",
    description: "Emails with malicious URL that were delivered and later removed -V1.0.0.3",
    severity: "informational",
    category: "InitialAccess",
    techniques: ["T1566.002"],
    evidence: (
      scene
    ) => [Evidence.mailbox(scene), Evidence.analyzedMessage(scene), Evidence.url(scene), Evidence.mailCluster(scene)]
  }, {
    ...office,
    prefix: "fa",
    title: "A potentially malicious URL click was detected",
    description:
      "We have detected that one of your users has recently clicked on a link that was found to be malicious.",
    severity: "high",
    category: "InitialAccess",
    techniques: ["T1566.002", "T1204.001"],
    evidence: (
      scene
    ) => [Evidence.user(scene), Evidence.url(scene), Evidence.analyzedMessage(scene), Evidence.mailbox(scene)]
  }, {
    ...entra,
    prefix: "ad",
    title: "Anomalous Token",
    description: "The token has unusual characteristics, such as its lifetime or an unfamiliar location of use.",
    severity: "medium",
    category: "InitialAccess",
    techniques: ["T1539", "T1550.001"],
    evidence: (
      scene
    ) => [
      Evidence.user(scene),
      Evidence.ip(scene),
      Evidence.other(scene, "cloudLogonRequest", { requestId: scene.draw.guid() }, "unknown")
    ]
  }]
}

const beacon: Attack = {
  name: "Multi-stage incident involving Execution & Command and control on one endpoint",
  determination: "multiStagedAttack",
  alerts: [{
    ...endpoint,
    prefix: "da",
    title: "Suspicious PowerShell command line",
    description: "A suspicious PowerShell activity was observed on the machine.",
    severity: "medium",
    category: "Execution",
    techniques: ["T1059.001"],
    evidence: (
      scene
    ) => [
      Evidence.device(scene),
      Evidence.process(scene, "powershell.exe", "powershell.exe -nop -w hidden -enc SQBFAFgA"),
      Evidence.file(scene, "update.ps1", "C:\\Users\\Public"),
      Evidence.other(scene, "registryValue", {
        mdeDeviceId: scene.cast.device.id,
        registryHive: "HKEY_CURRENT_USER",
        registryKey: "SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
        registryValueName: "Updater",
        registryValue: "C:\\Users\\Public\\update.ps1",
        registryValueType: "String"
      })
    ]
  }, {
    ...endpoint,
    prefix: "da",
    title: "Cobalt Strike beacon",
    description: "A process communicated with a known Cobalt Strike team server.",
    severity: "high",
    category: "CommandAndControl",
    techniques: ["T1071.001"],
    evidence: (
      scene
    ) => [
      Evidence.device(scene),
      Evidence.process(scene, "rundll32.exe", "rundll32.exe C:\\Users\\Public\\a.dll,Start"),
      Evidence.file(scene, "a.dll", "C:\\Users\\Public"),
      Evidence.ip(scene, "commandAndControl"),
      Evidence.user(scene)
    ]
  }]
}

const accounts: ReadonlyArray<Attack> = [{
  name: "Password spray against several accounts",
  determination: "compromisedAccount",
  alerts: [{
    ...entra,
    prefix: "ad",
    title: "Password Spray",
    description: "Several accounts were attacked with common passwords from one address.",
    severity: "high",
    category: "CredentialAccess",
    techniques: ["T1110.003"],
    evidence: (
      scene
    ) => [
      Evidence.ip(scene),
      Evidence.user(scene, scene.cast.victim, "attacked"),
      Evidence.user(scene, scene.cast.colleague, "attacked")
    ]
  }]
}, {
  name: "Suspected brute-force attack on one server",
  determination: "other",
  alerts: [{
    ...source("microsoftDefenderForIdentity", "Microsoft Defender for Identity"),
    prefix: "aa",
    title: "Suspected brute-force attack",
    description: "A suspicious number of failed authentications was made against the domain controller.",
    severity: "medium",
    category: "CredentialAccess",
    techniques: ["T1110.001"],
    evidence: (
      scene
    ) => [
      Evidence.ip(scene),
      Evidence.device(scene, domainController, "attacked"),
      Evidence.user(scene, scene.cast.victim, "attacked")
    ]
  }]
}]

const data: ReadonlyArray<Attack> = [{
  name: "DLP policy match on a shared document",
  determination: "maliciousUserActivity",
  alerts: [{
    ...source("dataLossPrevention", "Microsoft Data Loss Prevention", "microsoftDataLossPrevention"),
    prefix: "dl",
    title: "DLP policy (Financial data) matched for document with IBAN in OneDrive",
    description: "A document with financial data was shared with people outside the organisation.",
    severity: "medium",
    category: "Exfiltration",
    techniques: ["T1567.002"],
    evidence: (
      scene
    ) => [
      Evidence.user(scene, scene.cast.victim, "policyViolator"),
      Evidence.file(scene, "payments-2026.xlsx", "https://contoso-my.sharepoint.example/personal"),
      Evidence.other(scene, "cloudApplication", {
        appId: 20892,
        saasAppId: 20892,
        displayName: "Microsoft OneDrive for Business",
        instanceId: 0,
        instanceName: "Microsoft OneDrive for Business",
        stream: null
      })
    ]
  }]
}, {
  name: "Unusual access to a storage account",
  determination: "unwantedSoftware",
  alerts: [{
    ...source("microsoftDefenderForCloud", "Microsoft Defender for Cloud", "microsoftDefenderForStorage"),
    prefix: "dc",
    title: "Access from an unusual location to a storage blob container",
    description: "Someone has accessed your Azure Storage account from an unusual location.",
    severity: "low",
    category: "Exfiltration",
    techniques: ["T1530"],
    evidence: (scene) => {
      const resource = {
        resourceId:
          "/subscriptions/8a2f1c60-1d2e-4f6b-9c31-5a7e90cd1111/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/contosodata",
        resourceName: "contosodata",
        resourceType: "Microsoft.Storage/storageAccounts"
      }
      return [
        Evidence.other(scene, "azureResource", resource, "unknown"),
        Evidence.other(scene, "blobContainer", {
          name: "invoices",
          url: "https://contosodata.blob.example/invoices",
          storageResource: Evidence.other(scene, "azureResource", resource, "unknown")
        }),
        Evidence.ip(scene)
      ]
    }
  }]
}, {
  name: "Unfamiliar application with mail permissions",
  determination: "maliciousUserActivity",
  alerts: [{
    ...source("microsoftAppGovernance", "App Governance", "appGovernanceDetection"),
    prefix: "ag",
    title: "App with suspicious OAuth scope made graph calls to read email",
    description: "An OAuth application with a recent consent reads mail of several people.",
    severity: "medium",
    category: "Collection",
    techniques: ["T1114.002", "T1528"],
    evidence: (scene) => [
      Evidence.other(scene, "oauthApplication", {
        appId: scene.draw.guid(),
        displayName: "Mail Booster Pro",
        objectId: scene.draw.guid(),
        publisher: "Fabrikam"
      }),
      Evidence.user(scene, scene.cast.victim, "contextual"),
      Evidence.user(scene, scene.cast.colleague, "contextual")
    ]
  }]
}, {
  name: "Sign-in from an unusual location followed by a rule change",
  determination: "compromisedAccount",
  alerts: [{
    ...source("microsoftSentinel", "Microsoft Sentinel", "scheduledAlerts"),
    prefix: "sn",
    title: "Suspicious inbox manipulation rule",
    description: "A forwarding rule was created right after a sign-in from an unusual location.",
    severity: "high",
    category: "Persistence",
    techniques: ["T1114.003"],
    evidence: (
      scene
    ) => [
      Evidence.user(scene),
      Evidence.ip(scene, "source"),
      Evidence.other(scene, "mailboxConfiguration", {
        configurationId: scene.draw.hex(16),
        configurationType: "userInboxRule",
        displayName: "..",
        externalDirectoryObjectId: scene.cast.victim.objectId,
        mailboxPrimaryAddress: scene.cast.victim.mail,
        upn: scene.cast.victim.mail
      })
    ]
  }]
}]

/** The attacks, in the order in which they recur. */
export const attacks: readonly [Attack, ...Array<Attack>] = [phishing, beacon, ...accounts, ...data]
