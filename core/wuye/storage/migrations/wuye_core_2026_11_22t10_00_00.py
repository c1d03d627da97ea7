"""What shared tablets need of log-in, and how devices are doing."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from wuye.storage.synced import run_sql

ID = "wuye_core_2026_11_22t10_00_00"
VERSION = "1.38.0"
DESCRIPTION = "push tokens, one-time passwords, start codes, enrolments, pulses"

SQLITE = (
    "ALTER TABLE wuye_account ADD COLUMN once_until_ms INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE wuye_session ADD COLUMN push_digest BLOB",
    "CREATE INDEX wuye_session_push ON wuye_session (push_digest)",
    "CREATE TABLE wuye_start_code (user TEXT PRIMARY KEY, hash TEXT NOT NULL, expires_ms INTEGER NOT NULL)",
    "CREATE TABLE wuye_enrolment (digest BLOB PRIMARY KEY, site TEXT NOT NULL, name TEXT NOT NULL,"
    ' "by" TEXT NOT NULL, people TEXT NOT NULL, expires_ms INTEGER NOT NULL, used_ms INTEGER) WITHOUT ROWID',
    "CREATE TABLE wuye_pulse (replica TEXT PRIMARY KEY, seen_ms INTEGER NOT NULL, synced_ms INTEGER,"
    " app TEXT NOT NULL, outbox INTEGER NOT NULL, oldest TEXT, blobs INTEGER NOT NULL, free INTEGER NOT NULL,"
    " persisted INTEGER NOT NULL, app_waiting INTEGER NOT NULL) WITHOUT ROWID",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="wuye_core", description=DESCRIPTION)
    run_sql(manager, SQLITE)
    return manager
