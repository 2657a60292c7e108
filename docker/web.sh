#!/usr/bin/env bash
# Writes nginx's configuration for this container and becomes nginx. What may be set: scripts/nginx-render, and
#   `UPSTREAM`         where the servers listen: a name with a port, or addresses with commas; default: `server:4000`
#   `LISTEN`           what plain HTTP listens on: a port, or an address with one; default: 8080
#   `TLS_LISTEN`       what TLS listens on, where there is a certificate; default: 8443
#   `CLIENT_ROOT`      the built client; default: `/srv/client`
#   `RUN_DIR`          a folder that nginx may write to; default: `/tmp/nginx`
# With certificates of its own, nginx takes renewed ones while it runs; those that cannot be used are told of, and it keeps the old.
set -euo pipefail
# As a container's first process bash would not hear them; nginx does.
trap 'exit 0' TERM QUIT INT
nginx=(nginx -e stderr -p "$RUN_DIR" -c "$RUN_DIR/nginx.conf")
"$(dirname "$0")/../scripts/nginx-render" "$RUN_DIR" "${LISTEN:-8080}" "$UPSTREAM" "${CLIENT_ROOT:-/srv/client}"

log() {
  local reason=${3:-}
  reason=${reason//\\/\\\\}
  reason=${reason//\"/\\\"}
  [[ -z $reason ]] || reason=",\"reason\":\"${reason//[[:cntrl:]]/ }\""
  local now=$EPOCHREALTIME
  printf '{"level":"%s","time":"%(%Y-%m-%dT%H:%M:%S)T.%sZ","msg":"%s"%s}\n' "$1" "${now%[.,]*}" "${now: -6:3}" "$2" "$reason"
}

# Every two seconds, without starting a program: `read` waits for what never comes, and bash compares dates by itself.
watch_certificates() {
  local nginx_pid=$1 never reason name
  local -A seen=([TLS_CERTIFICATE_FILE]=$RUN_DIR/certificate-seen [TLS_KEY_FILE]=$RUN_DIR/key-seen)
  exec {never}<> <(:)
  pause() { read -rt 2 -u "$never" || true; }
  remember() { for name in "${!seen[@]}"; do touch -r "${!name}" "${seen[$name]}" || true; done; }
  changed() {
    for name in "${!seen[@]}"; do
      [[ ! ${!name} -nt ${seen[$name]} && ! ${!name} -ot ${seen[$name]} ]] || return 0
    done
    return 1
  }
  remember
  while pause && kill -0 "$nginx_pid" 2>/dev/null; do
    changed || continue
    # Certificate and key are written one after the other.
    pause
    remember
    if reason=$("${nginx[@]}" -t -q 2>&1); then
      kill -HUP "$nginx_pid"
      log info "the renewed certificate is used"
    else
      log error "the renewed certificate cannot be used, the old one stays" "$reason"
    fi
  done
}

# `exec` keeps the process's id.
[[ -z ${TLS_CERTIFICATE_FILE:-} ]] || TZ=UTC watch_certificates $$ &
exec "${nginx[@]}" -g 'daemon off;'
