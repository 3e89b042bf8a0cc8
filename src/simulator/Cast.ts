/** The cast of one simulated attack. */
import type { Draw } from "./Draw.ts"
import * as Chance from "./Draw.ts"

/** An employee of Contoso. */
export interface Person {
  readonly account: string
  readonly name: string
  readonly mail: string
  readonly objectId: string
  readonly sid: string
}

/** A machine of Contoso. */
export interface Device {
  readonly host: string
  readonly ip: string
  readonly id: string
  readonly os: string
}

/** The people, device and addresses that the alerts of one attack share. */
export interface Cast {
  readonly tenantId: string
  readonly victim: Person
  readonly colleague: Person
  readonly device: Device
  /** Address in 203.0.113.0/24 or 198.51.100.0/24. */
  readonly attackerIp: string
  readonly country: string
  /** Host of the look-alike sign-in page. */
  readonly lure: string
  readonly campaign: string
}

const domain = "contoso.example"

const names = [
  ["amy", "Amy Alberts"],
  ["bert", "Bert Hansen"],
  ["chidi", "Chidi Okafor"],
  ["dana", "Dana Kowalski"],
  ["emre", "Emre Yilmaz"],
  ["fatima", "Fatima Haddad"],
  ["grace", "Grace Tanaka"],
  ["henrik", "Henrik Lund"],
  ["ines", "Inês Carvalho"],
  ["jonas", "Jonas Weber"],
  ["kavya", "Kavya Menon"],
  ["liam", "Liam O'Brien"],
  ["mei", "Mei Lin"],
  ["noor", "Noor de Vries"],
  ["oscar", "Oscar Díaz"]
] as const

const person = (index: number): Person => {
  const [account, name] = names[index % names.length]!
  const draw = Chance.from("person", account)
  return {
    account,
    name,
    mail: `${account}@${domain}`,
    objectId: draw.guid(),
    sid: `S-1-5-21-1085031214-1563985344-725345543-${1100 + index}`
  }
}

const device = (number: number): Device => ({
  host: `ws-${String(number).padStart(2, "0")}`,
  ip: `10.0.0.${number}`,
  id: Chance.from("device", number).hex(40),
  os: number % 5 === 0 ? "Windows10" : "Windows11"
})

/** The domain controller, attacked in brute-force alerts and named in legacy enumeration alerts. */
export const domainController: Device = {
  host: "dc01",
  ip: "10.0.0.5",
  id: Chance.from("device", "dc01").hex(40),
  os: "WindowsServer2025"
}

const lures = ["login.c0ntoso.example", "contoso-sso.example", "mail.contosso.example", "docs-contoso.example"]

/** Draws the cast of one attack. */
export const of = (tenantId: string, draw: Draw): Cast => {
  const first = draw.int(0, names.length - 1)
  return {
    tenantId,
    victim: person(first),
    colleague: person(first + draw.int(1, names.length - 1)),
    device: device(draw.int(10, 60)),
    attackerIp: `${draw.pick(["203.0.113", "198.51.100"])}.${draw.int(1, 254)}`,
    country: draw.pick(["NL", "BR", "VN", "RO", "US"]),
    lure: draw.pick(lures),
    campaign: draw.pick(["Your mailbox is almost full", "Invoice 88213 overdue", "Payroll: confirm your account"])
  }
}
