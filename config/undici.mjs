// The part of undici that the bundle needs. Its index loads everything: fetch, WebSocket, caches and mocks.
import api from "undici/lib/api/index.js"
import Agent from "undici/lib/dispatcher/agent.js"
import Dispatcher from "undici/lib/dispatcher/dispatcher.js"
import Pool from "undici/lib/dispatcher/pool.js"
import ProxyAgent from "undici/lib/dispatcher/proxy-agent.js"

Object.assign(Dispatcher.prototype, api)

export { Agent, Dispatcher, Pool, ProxyAgent }
export default { Agent, Dispatcher, Pool, ProxyAgent }
