"""One database, two dialects: sessions, plain-SQL migrations, blobs on disk, vectors."""
