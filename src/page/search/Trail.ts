/** The search in the browser's history: a step for each query, and for each artifact whose details are opened. */
import { views } from "../Views.ts"
import { fromAddress, type Place, toAddress } from "./TimeRange.ts"

const { path } = views.find(({ view }) => view === "search")!

/** The last address, for a return by the navigation. */
let last = ""

/** Steps back to where no details were open; 0 when unknown. */
export const stepsIn = (): number => {
  const state: unknown = history.state
  return typeof state === "object" && state !== null && "details" in state ? Number(state.details) : 0
}

/** Whether the search is open: a step of the history may lead to another view. */
export const isHere = (): boolean => location.pathname === path

/** Reads the place in the address. */
export const told = (): Place => {
  last = location.search
  return fromAddress(last)
}

const write = (change: "pushState" | "replaceState", details: number, place: Place) => {
  last = toAddress(place)
  history[change]({ details }, "", `${location.pathname}${last}${location.hash}`)
}

/** The place on arrival; the last one when the navigation gives none. */
export const arrived = (): Place => {
  const place = history.state === null && location.search === "" ? fromAddress(last) : told()
  write("replaceState", stepsIn(), place)
  return place
}

/** Adds a step for a query or for details, or replaces the present one. */
export const go = (from: Place, to: Place, as: "query" | "details" | "same"): void => {
  const steps = stepsIn()
  if (as === "same") return write("replaceState", steps, to)
  const isWithin = as === "details" && (steps > 0 || from.artifact === undefined)
  write("pushState", isWithin ? steps + 1 : 0, to)
}

/** Whether both places have the same query and range. */
export const isSameSearch = (one: Place, other: Place): boolean =>
  toAddress({ ...one, artifact: undefined }) === toAddress({ ...other, artifact: undefined })
