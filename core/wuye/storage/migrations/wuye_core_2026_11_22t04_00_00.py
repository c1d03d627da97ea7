"""The first tables: records, feed, ledger, logs, log-in."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from wuye.storage.synced import run_sql

ID = "wuye_core_2026_11_22t04_00_00"
VERSION = "1.38.0"
DESCRIPTION = "records, feed, ledger, logs, log-in"

SQLITE = (
    # What the installation is known by; one row.
    "CREATE TABLE wuye_installation (one INTEGER PRIMARY KEY CHECK (one = 1),"
    " org TEXT NOT NULL, epoch TEXT NOT NULL, secret BLOB NOT NULL)",
    # Counters of a site. Records and ledger rows of a site are numbered from no * 2^40 on, so every one of their
    # keys starts with the site.
    "CREATE TABLE wuye_site (no INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " seq INTEGER NOT NULL DEFAULT 0, pos INTEGER NOT NULL DEFAULT 0, digest BLOB NOT NULL DEFAULT x'',"
    " floor INTEGER NOT NULL DEFAULT 0, records INTEGER NOT NULL DEFAULT 0)",
    "CREATE TABLE wuye_bucket (no INTEGER PRIMARY KEY AUTOINCREMENT, site INTEGER NOT NULL, name TEXT NOT NULL UNIQUE)",
    "CREATE INDEX wuye_bucket_site ON wuye_bucket (site)",
    # The present state of every record. buckets: numbers, as in 3,17; body: what a feed row carries.
    "CREATE TABLE wuye_record (no INTEGER PRIMARY KEY, site INTEGER NOT NULL, entity TEXT NOT NULL, id TEXT NOT NULL,"
    " seq INTEGER NOT NULL, deleted INTEGER NOT NULL, h INTEGER NOT NULL, buckets TEXT NOT NULL, body BLOB NOT NULL)",
    "CREATE UNIQUE INDEX wuye_record_id ON wuye_record (site, entity, id)",
    # The newest record of each entity: tells at a glance whether anything of it has changed.
    "CREATE TABLE wuye_newest (site INTEGER NOT NULL, entity TEXT NOT NULL, seq INTEGER NOT NULL, h INTEGER NOT NULL,"
    " PRIMARY KEY (site, entity)) WITHOUT ROWID",
    # The latest news of a record in a bucket. mark: 0 live, 1 deleted, 2 left.
    "CREATE TABLE wuye_feed (bucket INTEGER NOT NULL, seq INTEGER NOT NULL, record INTEGER NOT NULL,"
    " h INTEGER NOT NULL, mark INTEGER NOT NULL, PRIMARY KEY (bucket, seq, record)) WITHOUT ROWID",
    "CREATE INDEX wuye_feed_mark ON wuye_feed (record, bucket) WHERE mark > 0",
    # Members of fields that are sets, for finding records by them.
    "CREATE TABLE wuye_link (site INTEGER NOT NULL, entity TEXT NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL,"
    " record INTEGER NOT NULL, PRIMARY KEY (site, entity, field, value, record)) WITHOUT ROWID",
    "CREATE INDEX wuye_link_record ON wuye_link (record)",
    # The audit trail. place: the site's no * 2^40 + position.
    "CREATE TABLE wuye_ledger (place INTEGER PRIMARY KEY, seq INTEGER NOT NULL, op TEXT NOT NULL, user TEXT NOT NULL,"
    " replica TEXT NOT NULL, n INTEGER NOT NULL, entity TEXT NOT NULL, record TEXT NOT NULL, kind TEXT NOT NULL,"
    " status TEXT NOT NULL, code TEXT, fields TEXT, message TEXT, review TEXT, cause TEXT, at TEXT NOT NULL,"
    " at_ms INTEGER NOT NULL, received_at TEXT NOT NULL, clock_suspect INTEGER NOT NULL, body BLOB NOT NULL,"
    " changes BLOB NOT NULL, content BLOB NOT NULL, digest BLOB NOT NULL)",
    "CREATE INDEX wuye_ledger_op ON wuye_ledger (op)",
    "CREATE INDEX wuye_ledger_record ON wuye_ledger (record)",
    "CREATE TRIGGER wuye_ledger_no_update BEFORE UPDATE ON wuye_ledger"
    " BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END",
    "CREATE TRIGGER wuye_ledger_no_delete BEFORE DELETE ON wuye_ledger"
    " BEGIN SELECT raise(ABORT, 'the ledger is append-only'); END",
    # Replicas and their logs.
    "CREATE TABLE wuye_replica (id TEXT NOT NULL UNIQUE, user TEXT NOT NULL, device TEXT NOT NULL, fork_of TEXT,"
    " synced_ms INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX wuye_replica_user ON wuye_replica (user, device)",
    "CREATE TABLE wuye_acked (site TEXT NOT NULL, replica TEXT NOT NULL, n INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " PRIMARY KEY (replica, site)) WITHOUT ROWID",
    "CREATE TABLE wuye_carried (site INTEGER NOT NULL, replica TEXT NOT NULL, op TEXT NOT NULL, n INTEGER NOT NULL,"
    " content BLOB NOT NULL, PRIMARY KEY (site, replica, op)) WITHOUT ROWID",
    'CREATE TABLE wuye_held (site INTEGER NOT NULL, op TEXT NOT NULL, user TEXT NOT NULL, replica TEXT NOT NULL,'
    ' n INTEGER NOT NULL, pos INTEGER NOT NULL, "group" TEXT, entity TEXT NOT NULL, record TEXT NOT NULL,'
    " creates INTEGER NOT NULL, wait TEXT NOT NULL, received_ms INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " clock_suspect INTEGER NOT NULL, review TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (site, user, op))",
    "CREATE TABLE wuye_number (site INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,"
    " PRIMARY KEY (site, name)) WITHOUT ROWID",
    "CREATE TABLE wuye_balance (site INTEGER NOT NULL, entity TEXT NOT NULL, owner TEXT NOT NULL,"
    " value INTEGER NOT NULL, PRIMARY KEY (site, owner, entity)) WITHOUT ROWID",
    "CREATE TABLE wuye_bucket_set (digest TEXT PRIMARY KEY, names TEXT NOT NULL) WITHOUT ROWID",
    # What happens after a commit, until every consumer has seen it.
    "CREATE TABLE wuye_event (number INTEGER PRIMARY KEY AUTOINCREMENT, site TEXT NOT NULL, name TEXT NOT NULL,"
    " body BLOB NOT NULL)",
    # Log-in.
    "CREATE TABLE wuye_account (user TEXT PRIMARY KEY, username TEXT NOT NULL, folded TEXT NOT NULL UNIQUE,"
    " hash TEXT NOT NULL, changed_ms INTEGER NOT NULL, failed INTEGER NOT NULL, locked_until_ms INTEGER NOT NULL)",
    "CREATE TABLE wuye_device (id TEXT PRIMARY KEY, name TEXT NOT NULL, platform TEXT NOT NULL, app TEXT NOT NULL,"
    " revoked_ms INTEGER, wipe INTEGER NOT NULL)",
    "CREATE TABLE wuye_session (digest BLOB PRIMARY KEY, user TEXT NOT NULL, device TEXT NOT NULL,"
    " replica TEXT NOT NULL, issued_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, ended_ms INTEGER) WITHOUT ROWID",
    "CREATE INDEX wuye_session_user ON wuye_session (user)",
    "CREATE INDEX wuye_session_device ON wuye_session (device)",
    "CREATE TABLE wuye_login_attempt (address TEXT NOT NULL, at_ms INTEGER NOT NULL)",
    "CREATE INDEX wuye_login_attempt_address ON wuye_login_attempt (address, at_ms)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="wuye_core", description=DESCRIPTION)
    run_sql(manager, SQLITE)
    return manager
