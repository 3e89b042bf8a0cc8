/** Entry of the page. */
import "./Page.ts"
