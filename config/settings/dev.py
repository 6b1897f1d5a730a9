"""A developer's machine: error pages, keys made when missing, static files as they lie."""

import os

os.environ.setdefault("PORTAL_CREATE_KEYS", "1")

from config.settings.base import *  # noqa: F403 -- the variable above must be set first
from config.settings.base import STORAGES

DEBUG = True
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
