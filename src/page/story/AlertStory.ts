/** Tells an alert or incident: what happened, to whom, where and when, what was said about it, and in which order. */
import type { Detail } from "../Client.ts"
import { clockTime, fullTime } from "../search/ArtifactFormat.ts"
import type { Row } from "../search/Columns.ts"
import type { Fact } from "../search/Facts.ts"
import { harmless, titled, visible } from "../Text.ts"
import { type Tactic, tacticsOf } from "./Attack.ts"
import { evidenceOf, type Item, itemsOf } from "./EvidenceStory.ts"
import { mention, type Sort } from "./Mention.ts"
import { type Json, listOf, objectOf, recordOf, textOf, textsOf } from "./RecordJson.ts"
import { type Said, spaced, statusOf } from "./StoryWords.ts"

/** A comment of an analyst. */
export interface Comment {
  readonly by: string
  readonly at: string
  readonly text: string
}

/** Something that happened at a time. */
export interface Moment {
  /** ISO 8601. */
  readonly at: string
  readonly what: string
}

/** An alert or incident as it is told. */
export interface Story {
  readonly noun: "alert" | "incident" | "evidence"
  /** One sentence; facts in it can be searched for. */
  readonly sentence: ReadonlyArray<string | Fact>
  readonly status: Said | undefined
  readonly description: string
  /** Recommended actions, one step each. */
  readonly steps: ReadonlyArray<string>
  readonly comments: ReadonlyArray<Comment>
  readonly items: ReadonlyArray<Item>
  readonly tactics: ReadonlyArray<Tactic>
  readonly moments: ReadonlyArray<Moment>
}

/** Users, hosts or addresses that the sentence names. */
const namedMax = 3
const descriptionMax = 4000
const stepsMax = 30
const commentsMax = 50
const momentsMax = 60

/** Splits recommended actions into steps: a list of the older interface, or lines, with or without numbers. */
export const stepsOf = (actions: unknown): ReadonlyArray<string> => {
  const lines = Array.isArray(actions) ? textsOf(actions) : (textOf(actions) ?? "").split(/\r?\n/)
  return lines.map((line) => line.replace(/^\s*(?:\d{1,2}[.)]|[-*•])\s+/, "").trim()).filter((line) => line !== "")
    .slice(0, stepsMax).map((line) => harmless(line))
}

const commentsOf = (record: Json): ReadonlyArray<Comment> => {
  const given = listOf(record["comments"]).map((one) => {
    const comment = objectOf(one)
    return {
      by: textOf(comment["createdByDisplayName"]) ?? "",
      at: textOf(comment["createdDateTime"]) ?? "",
      // The older interface has texts.
      text: textOf(one) ?? textOf(comment["comment"]) ?? ""
    }
  })
  const resolving = textOf(record["resolvingComment"])
  const all = resolving === undefined ? given : [...given, {
    by: textOf(record["lastModifiedBy"]) ?? "",
    at: textOf(record["resolvedDateTime"]) ?? "",
    text: resolving
  }]
  return all.filter(({ text }) => text !== "").slice(0, commentsMax).map(({ at, by, text }) => ({
    at,
    by: visible(by),
    text: harmless(text)
  }))
}

/** Distinct values, whatever their case, in their order. */
const distinct = (values: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  Array.from(
    new Map(values.flatMap((value) => value === undefined ? [] : [[value.toLowerCase(), value] as const])).values()
  )

const valuesOf = (items: ReadonlyArray<Item>, sort: Sort): ReadonlyArray<string> => {
  const of = items.filter((item) => item.sort === sort)
  const isHit = ({ roles }: Item) => roles.some((role) => /compromised|attacked/.test(role))
  return [...of.filter(isHit), ...of.filter((item) => !isHit(item))].map(({ about }) => about.value)
}

/** `of henrik@contoso.example, amy@contoso.example and 3 others`. */
const enumerated = (before: string, sort: Sort, values: ReadonlyArray<string>): ReadonlyArray<string | Fact> => {
  const named = values.slice(0, namedMax)
  const others = values.length - named.length
  return named.flatMap((
    value,
    place
  ): ReadonlyArray<string | Fact> => [
    place === 0 ? `${before} ` : place === named.length - 1 && others === 0 ? " and " : ", ",
    mention({ user: "User", host: "Host", address: "Address" }[sort as string] ?? "Value", sort, value)
  ]).concat(others > 0 ? [` and ${others} other${others === 1 ? "" : "s"}`] : [])
}

/** `, active from 2026-11-25 16:18:47 to 16:20:01 +01:00`. */
const whenOf = (first: string, last: string): string => {
  if (first === "" && last === "") return ""
  if (first === "" || last === "" || first === last) return `, active at ${fullTime(first || last)}`
  const [from, to] = [clockTime(first), fullTime(last)]
  return `, active from ${from} to ${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11) : to}`
}

interface Told {
  readonly row: Row
  readonly record: Json
  readonly sent: Json
  readonly items: ReadonlyArray<Item>
  /** The alerts of an incident, with their evidence. */
  readonly members: ReadonlyArray<Row>
  readonly noun: Story["noun"]
}

const sentenceOf = ({ items, members, noun, record, row, sent }: Told): Story["sentence"] => {
  const status = statusOf(textOf(record["status"]) ?? row.action)
  const users = distinct([...valuesOf(items, "user"), row.user, ...members.map(({ user }) => user)])
  const hosts = distinct([...valuesOf(items, "host"), row.hostname, ...members.map(({ hostname }) => hostname)])
  const addresses = distinct([row.src_ip, ...valuesOf(items, "address"), ...members.map(({ src_ip }) => src_ip)])
  const tenant = textOf(sent["sourceInfo"]) ?? row.tenant_id
  const whole = noun === "incident" ? "incident" : "alert"
  const said = `${status === undefined ? "" : `${status.word.toLowerCase().replaceAll(" ", "-")} `}${whole}`
  const title = `“${titled(row.title, 200)}”`
  const subject = noun === "evidence"
    ? `This ${visible(spaced(row.evidence ?? ""))} is evidence of ${title},`
    : `${title} is`
  const severity = row.severity === "" ? "" : ` of ${visible(row.severity)} severity`
  return [
    `${subject} ${/^[aeiou]/i.test(said) ? "an" : "a"} ${said}${severity}`,
    ...(tenant === undefined ? [] : [` in ${visible(tenant)}`]),
    ...enumerated(", about", "user", users),
    ...enumerated(", on", "host", hosts),
    ...enumerated(", from", "address", addresses),
    `${whenOf(textOf(record["firstActivityDateTime"]) ?? "", textOf(record["lastActivityDateTime"]) ?? "")}.`
  ]
}

const momentsOf = (
  { items, members, record }: Pick<Told, "items" | "members" | "record">,
  comments: ReadonlyArray<Comment>
): ReadonlyArray<Moment> => {
  const found = new Map<string, Array<string>>()
  for (const { created, type } of items) if (created !== "") found.set(created, [...found.get(created) ?? [], type])
  const named = (name: string, what: string): ReadonlyArray<Moment> => {
    const at = textOf(record[name])
    return at === undefined ? [] : [{ at, what }]
  }
  const [created, changed] = [textOf(record["createdDateTime"]), textOf(record["lastUpdateDateTime"])]
  const all: ReadonlyArray<Moment> = [
    ...named("firstActivityDateTime", "First activity"),
    ...named("eventDateTime", "Activity"),
    ...named("lastActivityDateTime", "Last activity"),
    ...named("createdDateTime", "Microsoft created the record"),
    ...Array.from(found, ([at, types]) => ({ at, what: `Evidence: ${counts(types)}` })),
    ...members.filter(({ evidence }) => evidence === undefined).map(({ time, title }) => ({
      at: time,
      what: `Alert: ${titled(title, 120)}`
    })),
    ...comments.filter(({ at }) => at !== "").map(({ at, by }) => ({
      at,
      what: `Comment${by === "" ? "" : ` of ${by}`}`
    })),
    ...(changed === created ? [] : named("lastUpdateDateTime", "Last change")),
    ...named("resolvedDateTime", "Resolved")
  ]
  return all.filter(({ at }) => !Number.isNaN(Date.parse(at)))
    .toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at)).slice(0, momentsMax)
}

/** `2 mailbox, url`. */
const counts = (types: ReadonlyArray<string>): string =>
  Array.from(new Set(types), (type) => {
    const many = types.filter((one) => one === type).length
    return many === 1 ? visible(type) : `${many} ${visible(type)}`
  }).join(", ")

/** Tells an artifact; `artifact` has its message parsed, and is undefined where its file is gone. */
export const storyOf = ({ members, row }: Pick<Detail, "row" | "members">, artifact: unknown): Story => {
  const [sent, record] = [objectOf(artifact), recordOf(artifact)]
  const noun = row.evidence !== undefined
    ? "evidence"
    : row.stream === "azure_security_incident" && row.alert_id === undefined
    ? "incident"
    : "alert"
  const items = itemsOf(evidenceOf(record))
  const told: Told = { row, record, sent, items, members: noun === "incident" ? members : [], noun }
  const comments = commentsOf(record)
  const categories = [
    ...textsOf(record["categories"]),
    ...textsOf([record["category"]]),
    ...textsOf([sent["ruleCategory"]])
  ]
  // An incident has the techniques of its alerts.
  const own = noun === "incident" ? members : []
  const description = textOf(record["description"]) ?? textOf(record["summary"]) ?? ""
  return {
    noun,
    sentence: sentenceOf(told),
    status: statusOf(textOf(record["status"]) ?? row.action),
    description: harmless(description.slice(0, descriptionMax)),
    steps: stepsOf(record["recommendedActions"]),
    comments,
    items,
    tactics: tacticsOf(
      Array.from(
        new Set([
          ...textsOf(record["mitreTechniques"]),
          ...textsOf(sent["attackTechniqueIds"]),
          ...own.flatMap(({ techniques = "" }) => techniques.split(" ")).filter((id) => id !== "")
        ])
      ),
      [...categories, ...textsOf(own.map(({ category }) => category))]
    ),
    moments: noun === "evidence" ? [] : momentsOf(told, comments)
  }
}
