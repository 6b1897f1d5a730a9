"""Ten times as many entities, once: does a row cost more then?"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import exports, figures, imports, ledgers, lists
from benchmarks.measure import Cost, alternate
from benchmarks.place import as_owner
from benchmarks.reading import ledger_file
from benchmarks.table import Figure

TEN = 10


def _costs(folder: Path, size: int) -> tuple[dict[str, Cost], float]:
    """What a ledger of ``size`` rows costs, and the memory of its export."""
    path = ledger_file(folder, size)
    imports.start_again()
    found = {name: Cost() for name in ("check", "apply")}
    imports.apply(
        imports.check(imports.upload("enterprises", path), found["check"]), found["apply"]
    )
    as_owner("VACUUM ANALYZE")
    client = lists.browser()
    figures.ours(), lists.page(client)
    found["coverage"], found["list"] = alternate(figures.ours, lambda: lists.page(client))
    return found, exports.peak(folder)


def measure(folder: Path) -> Iterator[Figure]:
    from common import parameters
    from common.dated import BEGINNING
    from common.models import Via

    imports.place(folder)
    parameters.set_from(
        key="import.row_limit", value=TEN * 100_000, on=BEGINNING, by=None, via=Via.COMMAND
    )
    one, little = _costs(folder, ledgers.SIZE)
    ten, much = _costs(folder, TEN * ledgers.SIZE)
    for name, cost in one.items():
        yield Figure(
            f"ten.{name}", ten[name].seconds / cost.seconds / TEN, f"{ten[name]} ÷ {cost}"
        )
    yield Figure("export.memory", much / little, f"{much:.0f} MB ÷ {little:.0f} MB")
