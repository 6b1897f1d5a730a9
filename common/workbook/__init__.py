"""Reading one ledger file (.xlsx, .xls, .csv) safely.

`reader.open_table` is the way in; the file itself is only ever opened in a guarded child process.
"""
