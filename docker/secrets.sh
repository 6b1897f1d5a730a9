#!/bin/sh
# Make the secrets of docker-compose.yml, once: docker/secrets.sh [FOLDER]. What is there stays.
# Nobody else may enter the folder; the files themselves must be readable for the users inside the
# containers, who are others than yours.
set -eu

folder=${1:-secrets}
(umask 077 && mkdir -p -- "$folder")

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }

secret() {
    [ ! -e "$folder/$1" ] || return 0
    printf '%s\n' "$2" >"$folder/.$1.new"
    chmod 444 "$folder/.$1.new"
    mv -- "$folder/.$1.new" "$folder/$1"
}

secret database_admin "$(random 24)"
secret database_url "postgres://portal:$(random 24)@db/portal"
secret database_owner_url "postgres://portal_owner:$(random 24)@db/portal"
secret redis_url "redis://:$(random 24)@redis:6379/0"
secret email_url dummymail:// # no e-mail; else smtp+tls://USER:PASSWORD@mail.example:587
secret secret_key "$(random 48)"
secret field_key "$(random 48)"
secret fingerprint_key "$(random 48)"
