"""What a page shows: figures, tables, and the source of the package itself."""
