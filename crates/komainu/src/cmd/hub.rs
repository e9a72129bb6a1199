//! `komainu hub`: the same server with its records in PostgreSQL.

use super::serve::serve_with;
use crate::cli::Hub;
use crate::data::Database;
use crate::failure::Done;

/// Serves the records of a PostgreSQL database; the data directory holds the keys and remembers where they are.
pub(crate) async fn hub(args: Hub) -> Done {
    let database = Database::new(&args.database, args.database_password_file.as_deref())?;
    serve_with(args.serve, |directory| database.note(directory)).await
}
