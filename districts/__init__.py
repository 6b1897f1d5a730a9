"""Fictional districts, written as real ledgers for demonstration and tests."""
