import { Layer } from "effect"
import { suite } from "./LeasesSuite.ts"

suite("alone", Layer.empty)
