"""Ledgers by Excel: columns, check, apply, undo, export. See docs/ledgers for a tour."""

from common.ledgers.ledger import Ledger, all_ledgers, extend, ledger_of, register

__all__ = ["Ledger", "all_ledgers", "extend", "ledger_of", "register"]
