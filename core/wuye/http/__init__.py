"""The server's HTTP side: routes, log-in, problem documents, live pokes (protocol §2)."""
