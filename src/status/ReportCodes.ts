/**
 * Codes of reports that are not failed requests, for the README's table and a test of every report. The codes of failed
 * requests are in `FailureTable`.
 */

interface Row {
  readonly says: string
  readonly remedy: string
}

/** Rows of the README's table, by code. */
export const reportCodes = {
  gap: {
    says:
      "Graph cannot answer for a range of time; it was left out, is shown in `/status`, and is tried again every hour for 7 days; one whose reading ended the process is not",
    remedy: "wait; report the range to Microsoft if it lasts; `ended_the_process`: collect it with `backfill`"
  },
  gap_given_up: {
    says: "a gap could not be read for 7 days, and is not tried again",
    remedy: "collect it with `backfill` once Microsoft answers for it again"
  },
  daily_refused: {
    says:
      "what is asked for of a list once a day only (`signInActivity` of users) is refused; the list is read without it",
    remedy:
      "grant what the report names (`AuditLog.Read.All`, with Entra ID P1 or P2), or leave it: it is asked for once an hour"
  },
  list_cut: {
    says:
      "Graph's list lacks more than a fifth of the objects that it had, and more than ten: it looks cut short, and none of them is published as removed",
    remedy:
      "wait: each poll compares again; if they were really deleted, `checkpoint rewind --by 1h --republish` forgets them and publishes the others again"
  },
  mark_unmoved: {
    says:
      "every poll brings new records, but the position does not move: a provider of legacy alerts does not answer, or records are dated in the future",
    remedy: "report it with the log; nothing is lost"
  },
  checkpoint_lag: {
    says:
      "no pass has ended well for an hour, or six intervals where they are longer; not told of an outage, whose report says why",
    remedy: "see the endpoint's other reports and the sink's"
  },
  endpoint_silent: {
    says: "no data: a busy endpoint has had nothing new for a day, and six times its longest silence before",
    remedy: "look in the Microsoft Defender portal whether there are newer ones, and whether a product was disconnected"
  },
  legacy_silent: {
    says: "legacy alerts have had nothing for a day while `alerts_v2` has: retired, probed once a day",
    remedy: "turn the endpoint off"
  },
  next_link_refused: {
    says:
      "Graph sent a link to the next page that leads elsewhere; it was not followed, and its page's records are kept",
    remedy: "look for a proxy in between; report it with its request ID if it lasts"
  },
  next_link_repeats: {
    says: "Graph sent the same link to the next page twice",
    remedy: "reading goes on without it; report it with its request ID if it lasts"
  },
  next_link_endless: {
    says: "twenty links to a next page in a row showed nothing new; the query was begun anew, and read no further",
    remedy: "what came is kept; report it with its request ID if it lasts"
  },
  provider_refuses: {
    says:
      "a provider of legacy alerts answered 400 or 401 for its part; one that is not licensed (403) is in `/status` only",
    remedy: "check what the provider demands of the app registration; report a 400"
  },
  query_negotiated: {
    says:
      "Graph refused a part of the query (`$top`, `$orderby`, digits of a time, `Prefer`), which is left out for a day",
    remedy: "nothing is to be done"
  },
  waiting: {
    says: "a request takes longer than a minute, tries included; the report says for what it waits and since when",
    remedy: "check firewall and proxy if it goes on"
  },
  broker_lost: {
    says:
      "the broker's stream no longer has artifacts that it had acknowledged: its store went back, or it was made again; they are read from Graph again and published with the same ids, and the endpoint is `broker_lost` meanwhile",
    remedy:
      "nothing is to be done for these; see *Which guarantees the broker gives* for what keeps it from happening again"
  },
  stream_missing: {
    says: "no stream keeps the subject of the artifacts; what is read waits",
    remedy: "start Conductor, which makes it, or make it by the report's command"
  },
  stream_duplicate_window: {
    says:
      "the stream's `duplicate_window` is shorter than an hour, the longest outage that is ridden out without duplicates",
    remedy: "`nats stream edit STREAM --dupe-window=1h`"
  },
  stream_discards: {
    says: "the stream discards the oldest (`discard: old`) at a limit that a day's artifacts reach",
    remedy: "raise `max_bytes` or `max_msgs`; the report has the command"
  },
  stream_max_age: {
    says: "the stream's `max_age` is shorter than a weekend",
    remedy: "`nats stream edit STREAM --max-age=72h`"
  },
  stream_memory: {
    says: "the stream is in memory",
    remedy: "back it up, and make it again with `--storage=file`; the report has the commands"
  },
  stream_replicas: {
    says: "the stream has one replica on a cluster",
    remedy: "`nats stream edit STREAM --replicas=3`"
  },
  stream_async: {
    says: "the stream acknowledges before it writes (`persist_mode: async`)",
    remedy: "back it up, and make it again with the default; the report has the commands"
  },
  stream_message_size: {
    says: "an artifact was larger than the stream's `max_msg_size`, and was shortened",
    remedy: "raise it; the report has the command"
  },
  stream_unread: {
    says: "the stream has no consumer for the subject of the artifacts, and no stream copies it",
    remedy: "look whether Conductor's parser runs"
  },
  sink_unavailable: {
    says: "artifacts or positions cannot be written; the page is kept, and polling waits and resumes by itself",
    remedy: "free space, or repair the directory or the broker"
  },
  disk_filling: {
    says: "the disk of the artifact files has less room than a day's files take",
    remedy: "free space, or lower `sink.keep_days` or `sink.keep_bytes`"
  },
  checkpoint_newer: {
    says: "a stored position was written by a newer version; it is not overwritten, and that endpoint waits",
    remedy: "run the newer version again"
  },
  checkpoint_corrupt: {
    says:
      "a stored position or a part of the ledger could not be read, or is another endpoint's, and was set aside; polling goes on from what the ledger remembers",
    remedy: "check the disk"
  },
  clock_off: {
    says: "this machine's clock differs from Microsoft's by two minutes or more; at five, tokens are refused",
    remedy: "set the clock (chronyd, ntpd or the host's)"
  },
  credential_expiring: {
    says: "the client secret expires in 30, 14, 7 days or 1 day, by `client_secret_expires`",
    remedy: "create a new client secret under Certificates & secrets, and paste its Value"
  },
  duplicate_tenant: {
    says: "two instances have the same tenant; the second waits for the first",
    remedy: "delete or disable one of the two"
  },
  duplicate_name: {
    says: "another instance has the same name but for case and punctuation; it came later and is not polled",
    remedy: "delete the other, or create it again under another name"
  },
  integration_type: {
    says: "`integration_type` is not `microsoft_graph`; the instance is polled all the same",
    remedy: "set it to `microsoft_graph`"
  },
  internal_fault: {
    says: "a fault of the connector itself stopped a poll; that endpoint alone is tried again",
    remedy: "report it with the log and the version"
  },
  settings_invalid: {
    says: "changed settings cannot be used; the last good ones stay in use, and nothing is `ok` meanwhile",
    remedy: "correct the settings; a correction takes effect within seconds"
  }
} as const satisfies Record<string, Row>
