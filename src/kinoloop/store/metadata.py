"""The one catalogue of tables: every `tables.py` adds to it, the migrations are held against it."""

from sqlalchemy import MetaData

metadata = MetaData()
