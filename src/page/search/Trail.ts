/**
 * Where one goes within the search, as the browser's history has it: a step for each query, and for each artifact whose
 * details are opened.
 */
import { views } from "../Views.ts"
import { fromAddress, type Place, toAddress } from "./TimeRange.ts"

const { path } = views.find(({ view }) => view === "search")!

/** The address that was left, for who comes back by the navigation. */
let last = ""

/** How many steps ago no details were open; 0 where that is not known. */
export const stepsIn = (): number => {
  const state: unknown = history.state
  return typeof state === "object" && state !== null && "details" in state ? Number(state.details) : 0
}

/** Whether the address is the search's own: a step of the history may lead to another view. */
export const isHere = (): boolean => location.pathname === path

/** The place that the address tells. */
export const told = (): Place => {
  last = location.search
  return fromAddress(last)
}

const write = (change: "pushState" | "replaceState", details: number, place: Place) => {
  last = toAddress(place)
  history[change]({ details }, "", `${location.pathname}${last}${location.hash}`)
}

/** The place where one comes to: that of last time where the navigation tells none. */
export const arrived = (): Place => {
  const place = history.state === null && location.search === "" ? fromAddress(last) : told()
  write("replaceState", stepsIn(), place)
  return place
}

/** Goes to another query, to details, or changes the present step. */
export const go = (from: Place, to: Place, as: "query" | "details" | "same"): void => {
  const steps = stepsIn()
  if (as === "same") return write("replaceState", steps, to)
  const isWithin = as === "details" && (steps > 0 || from.artifact === undefined)
  write("pushState", isWithin ? steps + 1 : 0, to)
}

/** Whether the same is searched for. */
export const isSameSearch = (one: Place, other: Place): boolean =>
  toAddress({ ...one, artifact: undefined }) === toAddress({ ...other, artifact: undefined })
