#!/usr/bin/env python
"""Django's command line. `./portal manage …` calls it with the services up and every value set."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

# These change, empty or copy tables: they run as the role that owns them (DATABASE_OWNER_URL),
# everything else as the application role (DATABASE_URL).
OWNER_COMMANDS = {"migrate", "flush", "sqlflush", "createcachetable", "backup", "restore"}


def main() -> None:
    """Run one management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ["DATABASE_ROLE"] = "owner"
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))  # a setting that is missing or wrong: the sentence is enough


if __name__ == "__main__":
    main()
