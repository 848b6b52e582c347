# Sourced by `run` and `nightly`. Runs a step, prints its time and the last line of its output, and exits at the first step that fails.
log=$(mktemp)
trap 'rm -f "$log"' EXIT

step() {
  local name=$1 start=$SECONDS
  shift
  if "$@" >"$log" 2>&1; then
    printf 'ok   %-12s %4d s  %s\n' "$name" $((SECONDS - start)) "$(summary)"
  else
    local status=$?
    plain | tail -n 200
    printf 'FAIL %-12s %4d s  %s\n' "$name" $((SECONDS - start)) "$*"
    exit "$status"
  fi
}

# runs functions with steps at the same time, each in a process of its own, and exits if a step of one of them failed
together() {
  local lane pid pids=() status=0
  for lane in "$@"; do
    (
      log=$(mktemp)
      trap 'rm -f "$log"' EXIT
      "$lane"
    ) &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do
    wait "$pid" || status=$?
  done
  [ "$status" = 0 ] || exit "$status"
}

# installs a package of Debian if its file is not there, as root in a container, else with sudo
install_package() {
  local package=$1 file=$2 as=()
  [ ! -e "$file" ] || return 0
  [ "$(id -u)" = 0 ] || as=(sudo)
  "${as[@]}" apt-get update
  DEBIAN_FRONTEND=noninteractive "${as[@]}" apt-get install -y --no-install-recommends "$package"
  [ -e "$file" ]
}

install_postgres() {
  install_package postgresql /usr/lib/postgresql
}

# the browser of `launchBrowser` in scripts/browser.mjs
install_browser() {
  install_package chromium-headless-shell "${CHROMIUM:-/usr/bin/chromium-headless-shell}"
}

# prints the log without colours and links
plain() {
  sed -E $'s/\x1b\\[[0-9;]*m|\x1b\\]8;;[^\x1b]*\x1b\\\\//g' "$log"
}

# prints the last line of the log with content
summary() {
  plain | grep -vE '^([[:space:]=-]*|npm warn .*|> .*)$' | tail -n 1 | cut -c 1-100 || true
}
