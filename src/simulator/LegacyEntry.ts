/** Builds simulated legacy alerts (`/security/alerts`) of five providers. */
import { type Cast, domainController } from "./Cast.ts"
import type { Draw } from "./Draw.ts"
import { type Entry, type Progress, progress, version } from "./Entry.ts"
import { graphTime, type Row } from "./Row.ts"

interface LegacyPlan {
  readonly provider: string
  readonly subProvider: string | null
  readonly title: string
  readonly category: string
  readonly severity: string
  readonly states: (cast: Cast, draw: Draw, at: number) => Row
}

const userState = (cast: Cast, at: number, logonIp: string | null): Row => ({
  aadUserId: cast.victim.objectId,
  accountName: cast.victim.account,
  domainName: "contoso.example",
  emailRole: "unknown",
  isVpn: null,
  logonDateTime: logonIp === null ? null : graphTime(at),
  logonId: null,
  logonIp,
  logonLocation: logonIp === null ? null : cast.country,
  logonType: null,
  onPremisesSecurityIdentifier: null,
  riskScore: null,
  userAccountType: null,
  userPrincipalName: cast.victim.mail
})

const hostState = (fqdn: string, os: string, privateIpAddress: string): Row => ({
  fqdn,
  isAzureAdJoined: true,
  isAzureAdRegistered: null,
  isHybridAzureDomainJoined: null,
  netBiosName: null,
  os,
  privateIpAddress,
  publicIpAddress: "198.51.100.1",
  riskScore: "High"
})

const plans: readonly [LegacyPlan, ...Array<LegacyPlan>] = [{
  provider: "IPC",
  subProvider: null,
  title: "Anonymous IP address",
  category: "AnonymousLogin",
  severity: "medium",
  states: (cast, _, at) => ({ userStates: [userState(cast, at, cast.attackerIp)] })
}, {
  provider: "MCAS",
  subProvider: null,
  title: "Multiple failed login attempts",
  category: "MCAS_ALERT_ANUBIS_DETECTION_REPEATED_ACTIVITY_FAILED_LOGIN",
  severity: "low",
  states: (cast, _, at) => ({
    cloudAppStates: [{
      destinationServiceIp: null,
      destinationServiceName: "Microsoft SharePoint Online",
      riskScore: null
    }],
    userStates: [userState(cast, at, null)]
  })
}, {
  provider: "ASC",
  subProvider: null,
  title: "Suspicious authentication activity",
  category: "VM_LoginBruteForceSuccess",
  severity: "high",
  states: (cast) => ({
    CustomProperties: "[\"{\\\"Attacker IP\\\":\\\"" + cast.attackerIp + "\\\"}\"]",
    hostStates: [hostState("vm-web-01.contoso.example", "Linux", "10.0.1.4")],
    networkConnections: [{
      applicationName: null,
      destinationAddress: "10.0.1.4",
      destinationDomain: null,
      destinationLocation: null,
      destinationPort: "22",
      destinationUrl: null,
      direction: "inbound",
      domainRegisteredDateTime: null,
      localDnsName: null,
      natDestinationAddress: null,
      natDestinationPort: null,
      natSourceAddress: null,
      natSourcePort: null,
      protocol: "tcp",
      riskScore: null,
      sourceAddress: cast.attackerIp,
      sourceLocation: cast.country,
      sourcePort: "50612",
      status: "succeeded",
      urlParameters: null
    }]
  })
}, {
  provider: "Microsoft Defender ATP",
  subProvider: "MicrosoftDefenderATP",
  title: "An active 'Wintapp' backdoor was detected",
  category: "Malware",
  severity: "medium",
  states: (cast, draw) => ({
    fileStates: [{
      name: "wintapp.exe",
      path: "C:\\Users\\Public",
      riskScore: null,
      fileHash: { hashType: "sha1", hashValue: draw.hex(40) }
    }],
    hostStates: [hostState(`${cast.device.host}.contoso.example`, cast.device.os, cast.device.ip)],
    userStates: [userState(cast, 0, null)]
  })
}, {
  provider: "Azure Advanced Threat Protection",
  subProvider: null,
  title: "Reconnaissance using account enumeration",
  category: "AccountEnumerationSecurityAlert",
  severity: "medium",
  states: (cast, _, at) => ({
    hostStates: [hostState(`${domainController.host}.contoso.example`, "WindowsServer", domainController.ip)],
    userStates: [userState(cast, at, null)]
  })
}]

const empty = Object.fromEntries(
  [
    "alertDetections",
    "cloudAppStates",
    "fileStates",
    "hostStates",
    "historyStates",
    "investigationSecurityStates",
    "malwareStates",
    "messageSecurityStates",
    "networkConnections",
    "processes",
    "registryKeyStates",
    "securityResources",
    "triggers",
    "userStates",
    "uriClickSecurityStates",
    "vulnerabilityStates"
  ].map((name) => [name, []])
)

/** Builds a legacy alert; `number` picks the provider. */
export const of = ({ appears, cast, draw, number, pace }: {
  readonly number: number
  readonly cast: Cast
  readonly appears: number
  /** Unit of the security team's waiting times, in milliseconds. */
  readonly pace: number
  readonly draw: Draw
}): Entry => {
  const plan = plans[number % plans.length] ?? plans[0]
  const id = draw.hex(64)
  const created = appears - draw.int(1, 900)
  const ticks = draw.int(0, 9999)
  const states = plan.states(cast, draw, created - 60_000)
  const [first, ...later] = progress(appears, pace, draw)
  const make = ([state, from]: readonly [Progress, number]): Row => ({
    id,
    azureTenantId: cast.tenantId,
    azureSubscriptionId: plan.provider === "ASC" ? "8a2f1c60-1d2e-4f6b-9c31-5a7e90cd1111" : null,
    riskScore: null,
    tags: [],
    activityGroupName: null,
    assignedTo: state === "new" ? null : "soc@contoso.example",
    category: plan.category,
    closedDateTime: state === "resolved" ? graphTime(from - 2) : null,
    comments: [],
    confidence: null,
    createdDateTime: graphTime(created, ticks),
    description: `${plan.title}.`,
    detectionIds: [],
    eventDateTime: graphTime(created - 60_000, ticks),
    feedback: state === "resolved" ? "truePositive" : null,
    incidentIds: [],
    lastEventDateTime: null,
    lastModifiedDateTime: state === "new" ? graphTime(created, ticks) : graphTime(from - 1),
    recommendedActions: [],
    severity: plan.severity,
    sourceMaterials: [`https://security.microsoft.com/alerts/${id}`],
    status: state === "new" ? "newAlert" : state,
    title: plan.title,
    vendorInformation: {
      provider: plan.provider,
      providerVersion: null,
      subProvider: plan.subProvider,
      vendor: "Microsoft"
    },
    ...empty,
    ...states
  })
  return {
    id,
    versions: [version(first[1], () => make(first)), ...later.map((state) => version(state[1], () => make(state)))]
  }
}
