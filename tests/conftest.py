"""What every test may use."""

import signal

pytest_plugins = ["tests.database", "tests.browser", "tests.cast"]

# A terminated run takes its databases, workers and browsers with it.
signal.signal(signal.SIGTERM, signal.default_int_handler)
