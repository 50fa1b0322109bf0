#!/bin/sh
# Run once by PostgreSQL's image, on an empty data folder: a database for each server, and nobody else lets himself in.
set -eu

make() {
    psql --quiet --set=ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set=name="$1" --set=password="$(cat "$2")" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
REVOKE CONNECT ON DATABASE :"name" FROM PUBLIC;
SQL
}

make pipit_backend /run/secrets/backend-database-password
make pipit_otp /run/secrets/otp-database-password
