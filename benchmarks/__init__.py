"""What the portal must reach in speed, measured: ./portal bench (docs/benchmarks.md).

table.py has the bounds, ledgers.py the seeded data, the other files one group of figures each.
"""
