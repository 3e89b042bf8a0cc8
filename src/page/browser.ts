/** Entry of the page. The token of a link leaves the address first. */
import "./Arrival.ts"
import "./Shell.ts"
