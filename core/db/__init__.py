"""The database: typed models, one engine per process, sealed addresses, migrations."""
