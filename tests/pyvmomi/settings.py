"""Prints what is set on the hosts of a server, on its clusters and VMs, as JSON: name to settings."""

import json

from pyVmomi import vim

import server


def addresses(allowed):
    networks = [f"{entry.network}/{entry.prefixLength}" for entry in allowed.ipNetwork]
    return "all" if allowed.allIp else sorted(list(allowed.ipAddress) + networks)


def open_rulesets(firewall):
    return {
        ruleset.key: addresses(ruleset.allowedHosts)
        for ruleset in firewall.ruleset
        if ruleset.enabled
    }


def services(service_info):
    return {entry.key: [entry.running, entry.policy] for entry in service_info.service}


def adapter(host, device):
    for vnic in host.config.network.vnic:
        if vnic.device == device:
            uses = [
                config.nicType
                for config in host.configManager.virtualNicManager.info.netConfig
                for candidate in config.candidateVnic
                if candidate.device == device and candidate.key in config.selectedVnic
            ]
            ip = vnic.spec.ip
            return [vnic.portgroup, ip.ipAddress, ip.subnetMask, vnic.spec.mtu, sorted(uses)]
    return None


def of_host(host):
    options = {entry.key: entry.value for entry in host.config.option}
    return {
        "rulesets": open_rulesets(host.configManager.firewallSystem.firewallInfo),
        "services": services(host.configManager.serviceSystem.serviceInfo),
        "options": {key: options[key] for key in options if key.startswith("Syslog.global.")},
        "ntp": list(host.config.dateTimeInfo.ntpConfig.server),
        "vmk1": adapter(host, "vmk1"),
        "vlans": {group.spec.name: group.spec.vlanId for group in host.config.network.portgroup},
        "lockdown": host.config.lockdownMode,
        "connected": host.runtime.connectionState,
        "issues": [type(issue).__name__.rpartition(".")[2] for issue in host.configIssue],
    }


def of_cluster(cluster):
    das = cluster.configurationEx.dasConfig
    return {
        "ha": [das.enabled, das.hostMonitoring, das.vmMonitoring],
        "failover": das.admissionControlPolicy.failoverLevel,
        "isolation": das.defaultVmSettings.isolationResponse,
        "options": {entry.key: entry.value for entry in das.option},
        "evc": cluster.summary.currentEVCModeKey,
        "hosts": sorted(host.name for host in cluster.host),
    }


def of_vm(vm):
    devices = vm.config.hardware.device
    disks = [entry for entry in devices if isinstance(entry, vim.vm.device.VirtualDisk)]
    return {
        "power": vm.runtime.powerState,
        "host": vm.runtime.host.name,
        "networks": [network.name for network in vm.network],
        "disks": [[disk.capacityInBytes, disk.backing.thinProvisioned] for disk in disks],
        "size": [vm.config.hardware.numCPU, vm.config.hardware.memoryMB],
    }


def main():
    with server.session() as instance:
        content = instance.RetrieveContent()
        found = {host.name: of_host(host) for host in server.everything(content, vim.HostSystem)}
        for cluster in server.everything(content, vim.ClusterComputeResource):
            found[cluster.name] = of_cluster(cluster)
        for vm in server.everything(content, vim.VirtualMachine):
            found[vm.name] = of_vm(vm)
        print(json.dumps(found))


if __name__ == "__main__":
    main()
