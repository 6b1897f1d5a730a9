"""Tests: fast hashes, jobs run at once, files in a folder that goes away."""

import atexit
import os
import shutil
import tempfile

# A worker that a test starts shares the folder of the test.
if not (_state := os.environ.get("PORTAL_TEST_STATE", "")):
    _state = tempfile.mkdtemp(prefix="portal-test-")
    atexit.register(shutil.rmtree, _state, ignore_errors=True)
os.environ["PORTAL_STATE"] = _state
os.environ["PORTAL_CREATE_KEYS"] = "1"
os.environ["PORTAL_HTTPS"] = "0"

from config.settings.base import *  # noqa: F403 -- the variables above must be set first
from config.settings.base import (
    DATABASE_APPLICATION,
    DATABASE_APPLICATION_ROLE,
    DATABASE_OWNER,
    DATABASE_OWNER_ROLE,
    LOGGING,
    STORAGES,
)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
CELERY_TASK_ALWAYS_EAGER = os.environ.get("PORTAL_TEST_EAGER", "1") == "1"
CELERY_TASK_EAGER_PROPAGATES = True
# Apart from the queue of a portal that runs on the same Redis, and from other test processes.
CELERY_TASK_DEFAULT_QUEUE = f"test-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"

# Tens of thousands of refusals are asked for; each would be a line with a traceback.
LOGGING = LOGGING | {"loggers": LOGGING["loggers"] | {"django.request": {"level": "ERROR"}}}

# Given one role for both, the tests make a lesser one for the application (tests/database.py).
if DATABASE_APPLICATION_ROLE == DATABASE_OWNER_ROLE:
    DATABASE_APPLICATION_ROLE = "portal_test_application"
# Nothing in a test database needs to survive a power cut.
for _database in (DATABASE_APPLICATION, DATABASE_OWNER):
    _database["OPTIONS"]["options"] += " -c synchronous_commit=off"
