"""Attachments: what is stored, what is on its way, which records refer to it (protocol §6)."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from wuye.storage.synced import run_sql

ID = "wuye_core_2026_11_23t04_00_00"
VERSION = "1.38.0"
DESCRIPTION = "attachments"

SQLITE = (
    # Bytes that are stored. idle_ms: since when nothing refers to them.
    "CREATE TABLE wuye_blob (sha TEXT PRIMARY KEY, size INTEGER NOT NULL, type TEXT NOT NULL,"
    " stored_ms INTEGER NOT NULL, idle_ms INTEGER) WITHOUT ROWID",
    # Who has sent how much of what. done: all of it, and it had the hash.
    'CREATE TABLE wuye_blob_upload (sha TEXT NOT NULL, user TEXT NOT NULL, size INTEGER NOT NULL, type TEXT NOT NULL,'
    ' "offset" INTEGER NOT NULL, touched_ms INTEGER NOT NULL, done INTEGER NOT NULL, PRIMARY KEY (sha, user))'
    " WITHOUT ROWID",
    "CREATE INDEX wuye_blob_upload_waiting ON wuye_blob_upload (user) WHERE NOT done",
    # Which field of which record refers to what, on whose word. A site's number * 2^40 is none of its records.
    "CREATE TABLE wuye_blob_ref (record INTEGER NOT NULL, field TEXT NOT NULL, sha TEXT NOT NULL,"
    " author TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (record, field, sha, author)) WITHOUT ROWID",
    "CREATE INDEX wuye_blob_ref_sha ON wuye_blob_ref (sha)",
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="wuye_core", description=DESCRIPTION)
    run_sql(manager, SQLITE)
    return manager
