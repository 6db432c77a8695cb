#!/usr/bin/env bash
# Starts a mock vCenter with the lab of the demo, applies playbooks/software-ft.yaml to it, and stops it.
# Called by `make demo`, which builds first. DEMO_SPEED is how many times faster the mock's time runs.
set -euo pipefail
cd "$(dirname "$0")/.."

lockstep="${CARGO_TARGET_DIR:-target}/release/lockstep"
work="$(mktemp -d)"
mock=
finish() {
  if [ -n "$mock" ] && kill "$mock" 2>/dev/null; then wait "$mock" || true; fi
  rm -rf "$work"
}
trap finish EXIT

# A session of its own keeps Ctrl-C away from the mock, so that the run can still log out.
coproc MOCK {
  exec setsid "$lockstep" mock -l 127.0.0.1:0 --model seed-lab --time-scale "${DEMO_SPEED:-10}" \
    --ca-file "$work/ca.pem" 2>"$work/mock.log"
}
mock=$MOCK_PID

if ! read -r -t 60 line <&"${MOCK[0]}"; then
  echo "error: the mock vCenter did not start" >&2
  cat "$work/mock.log" >&2
  exit 1
fi
url="${line#export GOVC_URL=}"
export GOVC_URL="${url%% *}" GOVC_TLS_CA_CERTS="$work/ca.pem"
# What every host of the mock takes from `root`.
export LOCKSTEP_ESX_PASSWORD='VMware1!'

"$lockstep" apply --yes playbooks/software-ft.yaml --ledger software "$@"
