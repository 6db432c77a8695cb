#!/usr/bin/env bash
# Plays playbooks/hardware-ft.yaml from a bare machine to the end: one mock is the server, which boots from what the
# playbook writes, another the vCenter. What hands would do is answered by a file. Called by `make demo-hardware`,
# which builds first; needs python3 and qemu-img. DEMO_SPEED is how many times faster the mocks' time runs.
set -euo pipefail
cd "$(dirname "$0")/.."

lockstep="$(realpath "${CARGO_TARGET_DIR:-target}/release/lockstep")"
speed="${DEMO_SPEED:-300}"
work="$(mktemp -d)"
mocks=()
finish() {
  for mock in "${mocks[@]}"; do
    if kill "$mock" 2>/dev/null; then wait "$mock" 2>/dev/null || true; fi
  done
  rm -rf "$work"
}
trap finish EXIT

command -v qemu-img >/dev/null || { echo "error: qemu-img is missing (qemu-utils on Debian)" >&2; exit 1; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# A session of its own keeps Ctrl-C away from a mock, so that the run can still log out.
start_mock() {
  local name="$1"
  shift
  setsid "$lockstep" mock --time-scale "$speed" --ca-file "$work/$name.pem" "$@" >"$work/$name.out" 2>"$work/$name.log" &
  mocks+=("$!")
  for _ in $(seq 600); do
    if grep -q GOVC_URL "$work/$name.out"; then return; fi
    sleep 0.1
  done
  echo "error: the mock $name did not start" >&2
  cat "$work/$name.log" >&2
  exit 1
}

cp playbooks/hardware-ft.yaml "$work/"
python3 scripts/make-appliance.py "$work"
printf 'gates: { drives: "yes", cables: "yes", bios: "yes", boot: "yes", second-drive: "yes" }\n' >"$work/answers.yaml"
esx="$(free_port)" ssh="$(free_port)" serve="$(free_port)"

start_mock server -l "127.0.0.1:$esx" --model ft-server --release 5.5 --ssh "127.0.0.1:$ssh" \
  --boot-from "$work/kickstart/boot.cfg.lines"
start_mock vcenter -l 127.0.0.1:0 --model ft-vcenter --release 6.5
url="$(sed -n 's/^export GOVC_URL=\([^ ]*\).*/\1/p' "$work/vcenter.out")"
export GOVC_URL="$url" GOVC_TLS_CA_CERTS="$work/vcenter.pem" XDG_STATE_HOME="$work/state"
# What the mock takes from `root`, and the appliance's passwords before and after.
export LOCKSTEP_ESX_PASSWORD='VMware1!' LOCKSTEP_APPLIANCE_PASSWORD='Appliance-1' LOCKSTEP_APPLIANCE_INITIAL_PASSWORD='ftServer'

cd "$work"
"$lockstep" apply --yes hardware-ft.yaml --gate-answers answers.yaml --ledger hardware \
  --var "host_url=https://127.0.0.1:$esx/sdk" --var "serve=127.0.0.1:$serve" \
  --var ssh_address=127.0.0.1 --var "ssh_port=$ssh" --var every=1s "$@"
