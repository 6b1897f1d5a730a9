#!/bin/sh
# Run once by the image of PostgreSQL, on an empty volume: the two roles and the database, and what it
# is told beyond its defaults. The passwords are those of the addresses that the portal is given.
set -eu

password() { sed -E 's#^[a-z]+://[^:/]+:([^@]+)@.*$#\1#' "/run/secrets/$1"; }

APPLICATION=$(password database_url) OWNER=$(password database_owner_url) \
    psql -v ON_ERROR_STOP=1 -qX -U postgres -d postgres <<'END'
\getenv application APPLICATION
\getenv owner OWNER
CREATE ROLE portal LOGIN PASSWORD :'application';
CREATE ROLE portal_owner LOGIN PASSWORD :'owner' IN ROLE portal;
CREATE DATABASE portal OWNER portal_owner;
END

cat /portal.conf >>"$PGDATA/postgresql.conf"
