# A private PostgreSQL cluster, for as long as standard input stays open: it goes with the test process, however
# that ends. Arguments: the directory of PostgreSQL's programs, a free port. The first line of standard input
# is the password of the superuser `harp`. Says `ready` once connections are taken.
bin=$1 port=$2
umask 077
dir=$(mktemp -d "${TMPDIR:-/tmp}/harp-postgres.XXXXXX") || exit 1
trap '"$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
read -r password && printf '%s\n' "$password" >"$dir/password"
# Nothing has to survive a power cut here, so nothing waits for the disk.
"$bin/initdb" -D "$dir/data" -U harp -A scram-sha-256 --pwfile="$dir/password" -E UTF8 --locale=C --no-sync \
  >"$dir/log" 2>&1 &&
  "$bin/pg_ctl" -D "$dir/data" -w -t 30 -l "$dir/log" -o "-F -p $port -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories='' -c synchronous_commit=off -c full_page_writes=off -c max_connections=300" \
    start >/dev/null 2>&1 || { cat "$dir/log" >&2; exit 1; }
echo ready
while read -r _; do :; done
