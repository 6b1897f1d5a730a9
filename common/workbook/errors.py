"""How a ledger file can fail as a whole."""

from common.guarded.errors import Unreadable

__all__ = ["Unreadable"]
