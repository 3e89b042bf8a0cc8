/** What the worlds of both drivers of the model have in common. */
import { Duration } from "effect"
import type { Pace } from "../../src/config/Instance.ts"
import * as Timestamp from "../../src/domain/Timestamp.ts"
import { alerts } from "../../src/endpoints/Alerts.ts"
import { alertsV2 } from "../../src/endpoints/AlertsV2.ts"
import { each } from "../../src/endpoints/Endpoints.ts"
import type { Command, World } from "./ModelCommands.ts"
import * as ModelGraph from "./ModelGraph.ts"

export const noon = Timestamp.toMillis(Timestamp.normalize("2026-11-20T12:00:00Z")!)

/** Milliseconds that Graph takes for an answer, in which commands can act. */
export const answerMillis = 1000

export const paceOf = (world: Pick<World, "lateRowHours" | "overlapMinutes">): Pace => ({
  intervals: each(() => Duration.minutes(20)),
  lookback: Duration.hours(1),
  overlap: Duration.minutes(world.overlapMinutes),
  lateRows: Duration.hours(world.lateRowHours)
})

/** The endpoint of a world. Its pages are small enough to be halved to the floor within one poll. */
export const endpointOf = ({ legacy }: Pick<World, "legacy">) => ({ ...(legacy ? alerts : alertsV2), pageSize: 50 })

export const minutesFrom = (now: number, minutes: number): Timestamp.Timestamp =>
  Timestamp.fromMillis(now + minutes * 60_000)

/** Carries out what a command does to Graph, at an instant of Graph's clock; nothing for a command of another kind. */
export const performOnGraph = (
  graph: ModelGraph.ModelGraph,
  command: Command,
  now: number,
  appears: (row: ModelGraph.Row, replaced?: ModelGraph.Row) => void
): void => {
  switch (command._tag) {
    case "Rows":
      for (let n = 0; n < command.count; n++) {
        appears(ModelGraph.add(graph, minutesFrom(now - n * command.apart * 1000, -command.behind)))
      }
      return
    case "Future":
      // Without order, a page that begins with a row of the future would show the others in order by chance.
      if (graph.world.order !== "none") appears(ModelGraph.add(graph, minutesFrom(now, command.minutes)))
      return
    case "Update":
      return appears(...ModelGraph.update(graph, command.of, Timestamp.fromMillis(now)))
    case "Fault":
      return ModelGraph.spoil(graph, command.fault, command.after, command.times)
    case "Poison":
      return void graph.poison.add(ModelGraph.idOf(graph, command.of))
    case "Mended":
      return ModelGraph.mend(graph)
    case "Provider":
      graph.isMissing = !graph.isMissing
  }
}
