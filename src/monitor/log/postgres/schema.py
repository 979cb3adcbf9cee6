"""The tables of a log in PostgreSQL, the guards that refuse every change, and the three roles that share it.

Owns the statements and nothing that runs with a workspace: `monitor log init-postgres` executes them, as the owner.
Append-only is a matter of privilege first: a writer may INSERT and SELECT, and overwrite a payload through one
function; a reader may SELECT. The triggers hold for the owner too. docs/security.md says what each can do if stolen.
"""

from __future__ import annotations

from collections.abc import Sequence

SCHEMA_VERSION = 1  # as `about` below says

# Rows are those of log.db (schema.py): what is hashed, byte for byte. Keys compare by bytes, whatever the database's
# collation, so that a key's neighbours are the same in every store.
TABLES: tuple[str, ...] = (
    "CREATE SCHEMA IF NOT EXISTS monitor",
    """CREATE TABLE IF NOT EXISTS monitor.events (
  position bigint PRIMARY KEY CHECK (position > 0),
  head text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  data bytea NOT NULL,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32)
)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS events_key ON monitor.events (key)",
    """CREATE TABLE IF NOT EXISTS monitor.payloads (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  sha bytea NOT NULL UNIQUE CHECK (octet_length(sha) = 32),
  form smallint NOT NULL,
  body bytea NOT NULL
)""",
    # Bodies are packed already; compressing them again costs the server time and gains nothing.
    "ALTER TABLE monitor.payloads ALTER COLUMN body SET STORAGE EXTERNAL",
    "ALTER TABLE monitor.events ALTER COLUMN data SET STORAGE EXTERNAL",
    "CREATE TABLE IF NOT EXISTS monitor.about (schema_version integer NOT NULL)",
    "INSERT INTO monitor.about SELECT 1 WHERE NOT EXISTS (SELECT FROM monitor.about)",
)

GUARDS: tuple[str, ...] = (
    """CREATE OR REPLACE FUNCTION monitor.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$""",
    """CREATE OR REPLACE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON monitor.events
FOR EACH STATEMENT EXECUTE FUNCTION monitor.refuse()""",
    """CREATE OR REPLACE TRIGGER payloads_no_delete BEFORE DELETE OR TRUNCATE ON monitor.payloads
FOR EACH STATEMENT EXECUTE FUNCTION monitor.refuse()""",
    """CREATE OR REPLACE FUNCTION monitor.only_erasing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sha <> OLD.sha OR NEW.id <> OLD.id OR NEW.form <> 0 OR octet_length(NEW.body) > 0 THEN
    RAISE EXCEPTION 'append-only: a payload can only be erased' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$""",
    """CREATE OR REPLACE TRIGGER payloads_only_erased BEFORE UPDATE ON monitor.payloads
FOR EACH ROW EXECUTE FUNCTION monitor.only_erasing()""",
    # The one way to change a row that a writer has: it empties payloads, and nothing else.
    """CREATE OR REPLACE FUNCTION monitor.erase(shas bytea[]) RETURNS void LANGUAGE sql SECURITY DEFINER
SET search_path = pg_catalog AS $$
  UPDATE monitor.payloads SET form = 0, body = '' WHERE sha = ANY(shas) AND form <> 0;
  INSERT INTO monitor.payloads (sha, form, body) SELECT s, 0, '' FROM unnest(shas) AS s ON CONFLICT (sha) DO NOTHING;
$$""",
    "REVOKE ALL ON FUNCTION monitor.erase(bytea[]) FROM PUBLIC",
)

TRIGGERS = ("events_append_only", "payloads_no_delete", "payloads_only_erased")


def role_statements(writer: str, reader: str, database: str) -> Sequence[str]:
    """Return what makes the writer's and the reader's privileges; the roles are made where they are missing.

    Names must have been checked by `role_name`: they stand in the statements as they are.
    """
    statements = []
    for role in (writer, reader):
        statements.append(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f'THEN CREATE ROLE "{role}" LOGIN; END IF; END $$'
        )
        statements += [
            f'GRANT CONNECT ON DATABASE "{database}" TO "{role}"',
            f'GRANT USAGE ON SCHEMA monitor TO "{role}"',
            f'GRANT SELECT ON ALL TABLES IN SCHEMA monitor TO "{role}"',
        ]
    return [
        *statements,
        f'GRANT INSERT ON monitor.events, monitor.payloads TO "{writer}"',
        f'GRANT EXECUTE ON FUNCTION monitor.erase(bytea[]) TO "{writer}"',
    ]
