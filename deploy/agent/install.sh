#!/bin/sh
# Installs the Holdfast agent, enrols this machine, and starts the agent. Made for one release: the archives' hashes and the
# key that later releases must be signed with stand here, and whoever runs this demanded this very text by its own hash.
# The link, with its secret, comes by standard input, so that it is in no list of processes.
# Needs sh, tar, gzip, sha256sum, and curl or wget.
set -eu
umask 022

version='@VERSION@'
release_key='@RELEASE_KEY@'
archives='@ARCHIVES@'

say() { printf 'holdfast: %s\n' "$1" >&2; }
fail() { say "$1"; exit 1; }

read_link() {
  IFS= read -r link || fail "no link came by standard input; paste the whole line"
  case $link in
    http://*/enrol/*'#'?* | https://*/enrol/*'#'?*) origin=${link%%/enrol/*} ;;
    *) fail "this is not an enrolment link; paste the whole line, with what stands after \"#\"" ;;
  esac
}

choose_places() {
  if [ "$(id -u)" = 0 ]; then
    is_root=yes root=/opt/holdfast commands=/usr/local/bin state=/var/lib/holdfast
  else
    is_root=no root=$HOME/.local/share/holdfast commands=$HOME/.local/bin
    state=${XDG_STATE_HOME:-$HOME/.local/state}/holdfast
  fi
}

choose_archive() {
  [ "$(uname -s)" = Linux ] || fail "there is an agent for Linux only"
  case $(uname -m) in
    x86_64 | amd64) arch=x64 ;;
    aarch64 | arm64) arch=arm64 ;;
    *) fail "there is no agent for $(uname -m)" ;;
  esac
  sha256=
  for archive in $archives; do
    case $archive in "linux-$arch:"*) sha256=${archive#*:} ;; esac
  done
  [ -n "$sha256" ] || fail "this portal offers no agent for linux-$arch; ask your provider to publish one"
  name=$version-$(printf %.12s "$sha256")
}

fetch_archive() {
  mkdir -p "$root/versions" "$root/bin" "$commands"
  file=$root/versions/.archive.$$ folder=$root/versions/.unpacked.$$
  trap 'rm -rf "$file" "$folder"' EXIT
  address=$origin/agent/$sha256.tar.gz
  say "fetching agent $version for linux-$arch from $origin"
  if command -v curl >/dev/null 2>&1; then curl -fsS -o "$file" "$address"; else wget -q -O "$file" "$address"; fi ||
    fail "could not fetch $address; try the same line again in a minute"
  printf '%s  %s\n' "$sha256" "$file" | sha256sum -c - >/dev/null 2>&1 ||
    fail "what came from $address has another checksum than $sha256; nothing was installed"
}

unpack() {
  mkdir "$folder"
  gzip -dc "$file" | tar -xof - -C "$folder"
  "$folder/bin/node" --version >/dev/null 2>&1 ||
    fail "the agent's runtime does not start here: it needs the GNU C library 2.28 or later, with libstdc++"
}

# Whoever already has an agent keeps what was pinned then: this line must not be a way around the key.
pin_key() {
  if [ -f "$root/release-key" ] && [ "$(cat "$root/release-key")" != "$release_key" ]; then
    fail "an agent is installed in $root that takes releases of another key only; if your provider changed it, remove $root/release-key and paste the line again"
  fi
  printf '%s\n' "$release_key" >"$root/release-key"
}

# What runs from the folder that is replaced must have ended.
make_current() {
  stop_agent
  rm -rf "$root/versions/$name"
  mv "$folder" "$root/versions/$name"
  rm -f "$root/trial"
  ln -sfn "versions/$name" "$root/current"
  for program in holdfast keep; do
    cp "$root/current/$program" "$root/bin/.$program.$$"
    chmod 755 "$root/bin/.$program.$$"
    mv -f "$root/bin/.$program.$$" "$root/bin/$program"
  done
  command=$commands/holdfast
  if [ -e "$command" ] && [ ! -L "$command" ]; then
    say "$command is something else and stays; the agent's command is $root/bin/holdfast"
    command=$root/bin/holdfast
  else
    ln -sfn "$root/bin/holdfast" "$command"
  fi
}

stop_agent() {
  if has_systemd; then
    systemctl stop holdfast-agent 2>/dev/null || true
  elif has_user_systemd; then
    systemctl --user stop holdfast-agent 2>/dev/null || true
  fi
  [ -f "$root/keep.pid" ] || return 0
  pid=$(cat "$root/keep.pid")
  # After a restart of the machine the number may be of something else.
  is_keeper() { [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = keep ]; }
  is_keeper && kill "$pid" 2>/dev/null || true
  # A backup that runs is told to the portal as stopped.
  seconds=0
  while is_keeper && [ "$seconds" -lt 30 ]; do
    sleep 1
    seconds=$((seconds + 1))
  done
  rm -f "$root/keep.pid"
}

has_systemd() { [ "$is_root" = yes ] && [ -d /run/systemd/system ]; }
has_user_systemd() { [ "$is_root" = no ] && systemctl --user show-environment >/dev/null 2>&1; }

enrol() {
  if [ -f "$state/identity/agent.json" ]; then
    say "this machine is enrolled already ($state); the link stays unused"
  else
    printf '%s\n' "$link" | "$root/bin/holdfast" agent enrol - --state "$state"
  fi
  link=
}

start() {
  if has_systemd; then
    cp "$root/current/holdfast-agent.service" /etc/systemd/system/holdfast-agent.service
    systemctl daemon-reload
    systemctl enable --quiet holdfast-agent
    systemctl restart holdfast-agent
    say "it is kept running by systemd: systemctl status holdfast-agent"
  elif has_user_systemd; then
    units=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user
    mkdir -p "$units"
    cat >"$units/holdfast-agent.service" <<UNIT
[Unit]
Description=Holdfast backup agent

[Service]
ExecStart="$root/bin/keep" --state "$state"
Restart=always
RestartSec=60
KillMode=mixed
TimeoutStopSec=30
Nice=10

[Install]
WantedBy=default.target
UNIT
    systemctl --user daemon-reload
    systemctl --user enable --quiet holdfast-agent
    systemctl --user restart holdfast-agent
    say "it is kept running by systemd for this user: systemctl --user status holdfast-agent"
    say "to have it run while nobody is logged in: loginctl enable-linger"
  else
    (trap '' HUP; exec "$root/bin/keep" --state "$state" >>"$state/agent.log" 2>&1 </dev/null) &
    say "there is no systemd: it is kept running by $root/bin/keep, which has started; its log is $state/agent.log"
    say "that ends with this machine: have \"$root/bin/keep --state $state\" started at boot"
  fi
}

read_link
choose_places
choose_archive
fetch_archive
unpack
pin_key
make_current
enrol
start
say "agent $version is installed in $root. Back up what matters once, and the schedule takes over from there:"
say "  $command agent backup PATH"
