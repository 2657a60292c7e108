#!/usr/bin/env bash
# Writes nginx's configuration for this container and becomes nginx.
set -euo pipefail
"$(dirname "$0")/../scripts/nginx-render" "$RUN_DIR" 8080 "$UPSTREAM" /srv/client
exec nginx -e stderr -p "$RUN_DIR" -c "$RUN_DIR/nginx.conf" -g 'daemon off;'
