//! Replication without IO: versions, vectors, conflicts as values.
