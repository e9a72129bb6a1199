//! All SQL: SQLite and PostgreSQL, one list of migrations, one writer that groups commits.
