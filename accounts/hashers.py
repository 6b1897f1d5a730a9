"""How passwords are kept."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id as the OWASP Password Storage Cheat Sheet asks: 19 MiB, two passes, one lane.

    Django's own default (100 MiB in eight lanes) costs ten times as much processor, 0.3 to 0.4
    seconds of one here, and eight people who sign in at once would need 800 MiB. Passwords that
    were kept with other costs are kept anew when their owner signs in.
    """

    time_cost = 2
    memory_cost = 19 * 1024  # KiB
    parallelism = 1
