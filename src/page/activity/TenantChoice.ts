/** Whose activity is shown: that of all tenants, of a group, or of one tenant. */
import { html, nothing, type TemplateResult } from "lit"
import type { StatusDocument } from "../Client.ts"
import { visible } from "../Text.ts"

/** Undefined for all tenants; an empty group is that of the tenants without one. */
export interface Choice {
  readonly instance?: string | undefined
  readonly group?: string | undefined
}

type Instances = ReadonlyArray<Pick<StatusDocument["instances"][number], "name" | "group" | "display_name">>

const nameMax = 200

/** Reads the choice in the address. */
export const choiceOf = (search: string): Choice => {
  const told = new URLSearchParams(search)
  const [instance, group] = ["tenant", "group"].map((name) => told.get(name)?.slice(0, nameMax))
  return instance === undefined ? group === undefined ? {} : { group } : { instance }
}

/** Writes the choice into parameters of the address. */
export const tellChoice = (told: URLSearchParams, { group, instance }: Choice): void => {
  for (const [name, value] of [["tenant", instance], ["group", group]] as const) {
    if (value === undefined) told.delete(name)
    else told.set(name, value)
  }
}

/** Whether a choice is not of all tenants. */
export const isChosen = ({ group, instance }: Choice): boolean => instance !== undefined || group !== undefined

/** Whether an instance is among those of a choice. */
export const chooses = ({ group, instance }: Choice, one: Instances[number]): boolean =>
  (instance === undefined || one.name === instance) && (group === undefined || (one.group ?? "") === group)

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" })

const keyOf = ({ group, instance }: Choice): string =>
  instance === undefined ? group === undefined ? "" : `g${group}` : `i${instance}`

/** The list to choose from; nothing while there is one tenant. A chosen tenant that is gone stays in the list. */
export const choiceList = (
  all: Instances,
  choice: Choice,
  choose: (choice: Choice) => void
): TemplateResult | typeof nothing => {
  if (all.length < 2 && !isChosen(choice)) return nothing
  const groups = Array.from(new Set(all.map(({ group = "" }) => group))).sort(collator.compare)
  const tenants = all.toSorted((one, other) => collator.compare(one.display_name, other.display_name))
  const gone = isChosen(choice) && !all.some((one) => chooses(choice, one))
  const option = (of: Choice, label: string) =>
    html`<option value=${keyOf(of)} ?selected=${keyOf(of) === keyOf(choice)}>${visible(label)}</option>`
  return html`<label class="choice"><span>Show</span><select .value=${keyOf(choice)} @change=${(event: Event) => {
    const { value } = event.target as HTMLSelectElement
    choose(value === "" ? {} : value.startsWith("g") ? { group: value.slice(1) } : { instance: value.slice(1) })
  }}>
    ${option({}, "All tenants")}
    ${gone ? option(choice, choice.instance ?? choice.group ?? "") : nothing}
    ${
    groups.length < 2
      ? nothing
      : html`<optgroup label="Groups">${
        groups.map((group) => option({ group }, group === "" ? "No group" : group))
      }</optgroup>`
  }
    <optgroup label="Tenants">${
    tenants.map(({ display_name, name }) => option({ instance: name }, display_name))
  }</optgroup>
  </select></label>`
}
