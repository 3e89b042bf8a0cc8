/** Entry of the page. */
import "./Shell.ts"
