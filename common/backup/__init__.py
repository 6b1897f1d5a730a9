"""Backup and restore: one file that holds the database and the files, and is proven whole.

archive.py is the format, sealing.py how uploads and reports are encrypted in it, database.py what
PostgreSQL does, files.py the folder of files, actions.py the two verbs. docs/operation.md says how
they are used, docs/decisions/0009 why they are so.
"""
