"""The store on SQLite: one process, one writer, many readers."""

from wuye.storage.sqlite.accounts import Account, Accounts, Device, Enrolment, Pulse, Replica, Session, StartCode
from wuye.storage.sqlite.snapshot import SqliteSnapshot
from wuye.storage.sqlite.store import BlockingStore, SqliteStore
from wuye.storage.sqlite.transaction import SqliteTransaction

__all__ = [
    "Account",
    "Accounts",
    "BlockingStore",
    "Device",
    "Enrolment",
    "Pulse",
    "Replica",
    "Session",
    "SqliteSnapshot",
    "SqliteStore",
    "SqliteTransaction",
    "StartCode",
]
