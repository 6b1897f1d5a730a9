"""导入台账 in the browser: upload, check, confirm, receipt, undo. The engine is common/ledgers."""
