"""Tests: fast hashes, jobs run at once, files in a folder that goes away."""

import atexit
import os
import shutil
import tempfile

_state = tempfile.mkdtemp(prefix="portal-test-")
atexit.register(shutil.rmtree, _state, ignore_errors=True)
os.environ["PORTAL_STATE"] = _state
os.environ["PORTAL_CREATE_KEYS"] = "1"
os.environ["PORTAL_HTTPS"] = "0"

from config.settings.base import *  # noqa: E402, F403 -- the variables above must be set first
from config.settings.base import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
# Nothing in a test database needs to survive a power cut.
DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
