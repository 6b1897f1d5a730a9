"""What every test may use."""

import signal

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.database", "tests.browser", "tests.cast", "tests.protocol"]

# A terminated run takes its databases, workers and browsers with it.
signal.signal(signal.SIGTERM, signal.default_int_handler)

# How long an example takes says more about the other users of the machine than about the code.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")
