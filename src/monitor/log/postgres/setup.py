"""Setting a log up in PostgreSQL, once, as its owner: schema, guards, roles.

Running it again changes nothing that is right and mends what is missing.
"""

from __future__ import annotations

import re

from monitor.errors import InputError
from monitor.log.postgres.connect import driver, one_line_errors, shown
from monitor.log.postgres.schema import GUARDS, TABLES, TRIGGERS, role_statements


def init_postgres(address: str, *, writer: str, reader: str) -> list[str]:
    """Make schema, guards and roles in the database at `address`; return one line for each thing that holds now.

    Passwords are set by the owner in PostgreSQL's own ways. Raises InputError for a name that is none, StorageError.
    """
    for role in (writer, reader):
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", role):
            raise InputError(f"no role name: {role!r}; use small letters, digits and underscores")
    if writer == reader:
        raise InputError("the writer and the reader need different roles")
    with one_line_errors(shown(address)), driver().connect(address) as connection:
        database = connection.execute("SELECT current_database()").fetchone()[0]
        encoding = connection.execute("SHOW server_encoding").fetchone()[0]
        if encoding != "UTF8":
            raise InputError(f"the database {database} is in {encoding}: make one with ENCODING 'UTF8'")
        for statement in (*TABLES, *GUARDS, *role_statements(writer, reader, database)):
            connection.execute(statement)
        owner = connection.execute("SELECT current_user").fetchone()[0]
    return [
        f"{shown(address)}: tables and guards ({', '.join(TRIGGERS)})",
        f"owner   {owner}: keep this one off the workers",
        f"writer  {writer}: may append and erase; for `monitor tick`, `run`, `web`",
        f"reader  {reader}: may read; for copies and audits",
    ]
