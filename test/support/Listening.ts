/** Stands in for a server that listens on the default address. */
import { Layer } from "effect"
import { HttpServer } from "effect/http"
import { NetAddress } from "effect/net"

export const layer = Layer.mock(HttpServer.HttpServer, {
  address: NetAddress.socketAddressFromInputUnsafe("127.0.0.1:9464")
})
