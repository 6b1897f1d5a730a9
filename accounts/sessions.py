"""Sessions in the database, as Django keeps them, written by one statement."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError


class SessionStore(db.SessionStore):
    """Django opens a transaction around the one UPDATE; every page would take three round trips
    to the database where one does."""

    def save(self, must_create: bool = False) -> None:
        if must_create or self.session_key is None:
            super().save(must_create)
            return
        row = self.create_model_instance(self._get_session(no_load=False))
        found = self.model.objects.filter(pk=row.pk).update(
            session_data=row.session_data, expire_date=row.expire_date
        )
        if not found:
            raise UpdateError
