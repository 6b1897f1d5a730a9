"""What long tests have measured, printed at the end of the run: seeds, counts, seconds."""

from collections.abc import Callable

import pytest

KEY = "protocol"


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """``tell(text)``: have the text printed after the run, whether the test passes or fails."""

    def told(text: str) -> None:
        request.node.user_properties.append((KEY, text))

    return told


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests have told; their reports bring it from other processes too."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "teardown":
                for key, text in report.user_properties:
                    if key == KEY:
                        terminalreporter.write_line(f"{report.nodeid}: {text}")
