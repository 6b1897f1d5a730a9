#!/bin/sh
# Redis with the password of the address that the portal is given; `ping` asks a running one.
set -eu

password=$(sed -E 's#^[a-z]+://:([^@]+)@.*$#\1#' /run/secrets/redis_url)

if [ "${1:-}" = ping ]; then
    REDISCLI_AUTH=$password redis-cli ping | grep -q PONG
    exit
fi

# On standard input: a command line could be read by other processes.
exec redis-server - <<END
requirepass $password
dir /data
appendonly yes
save ""
maxmemory-policy noeviction
END
