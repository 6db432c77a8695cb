"""Looks at a vCenter and says whether its cluster is built and every VM in it protected.

Usage: verify.py CLUSTER PAIRS. Prints what it found as JSON; fails with every shortcoming named.
"""

import json
import sys

from pyVmomi import vim

import server


def main(cluster_name, pairs):
    with server.session() as instance:
        content = instance.RetrieveContent()
        clusters = server.everything(content, vim.ClusterComputeResource)
        cluster = next(item for item in clusters if item.name == cluster_name)
        shortcomings = []

        def expect(holds, sentence):
            if not holds:
                shortcomings.append(sentence)

        look_at_cluster(cluster, expect)
        look_at_hosts(cluster, expect)
        found = [look_at_vm(vm, expect) for vm in server.primaries(content).values()]
        expect(len(found) == pairs, f"there are {len(found)} pairs, not {pairs}")
        print(json.dumps({"cluster": cluster.name, "pairs": found}))
    if shortcomings:
        sys.exit("\n".join(shortcomings))


def look_at_cluster(cluster, expect):
    config = cluster.configurationEx
    expect(config.dasConfig.enabled, "HA is off")
    expect(config.dasConfig.hostMonitoring == "enabled", "HA does not watch the hosts")
    mode = cluster.EvcManager().evcState.currentEVCModeKey
    expect(mode == "intel-ivybridge", f"EVC is {mode}")
    expect(cluster.summary.currentEVCModeKey == mode, "summary and EVC manager differ")


def look_at_hosts(cluster, expect):
    expect(len(cluster.host) == 2, f"{len(cluster.host)} hosts are in the cluster")
    for host in cluster.host:
        name, config = host.name, host.summary.config
        expect(host.runtime.connectionState == "connected", f"{name} is not connected")
        expect(config.vmotionEnabled, f"{name} has no vMotion adapter")
        expect(config.faultToleranceEnabled, f"{name} has no FT logging adapter")
        state = host.runtime.dasHostState
        healthy = state is not None and state.state in ("master", "connectedToMaster")
        expect(healthy, f"the HA agent of {name} is {state and state.state}")
        nics = host.configManager.virtualNicManager
        for kind in ("vmotion", "faultToleranceLogging"):
            query = nics.QueryNetConfig(kind)
            expect(query.selectedVnic, f"{name} has selected no adapter for {kind}")


def look_at_vm(primary, expect):
    name, info = primary.name, primary.config.ftInfo
    state = primary.runtime.faultToleranceState
    expect(state == "running", f"{name} is {state}, not protected")
    if not isinstance(info, vim.vm.FaultTolerancePrimaryConfigInfo):
        expect(False, f"{name} is the primary of no pair")
        return {"vm": name, "state": state}
    expect(len(info.secondaries) == 1, f"{name} has {len(info.secondaries)} secondaries")
    secondary = info.secondaries[0]
    other_state = secondary.runtime.faultToleranceState
    expect(other_state == "running", f"the secondary of {name} is {other_state}")
    expect(secondary.config.ftInfo.role > 1, f"the secondary of {name} has another role")
    expect(secondary.config.instanceUuid in info.instanceUuids, f"{name} does not know its secondary")
    here, there = primary.runtime.host, secondary.runtime.host
    expect(here != there, f"both of {name} are on {here.name}")
    protection = primary.runtime.dasVmProtection
    expect(protection is not None and protection.dasProtected, f"HA does not protect {name}")
    return {"vm": name, "state": state, "primary": here.name, "secondary": there.name}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
