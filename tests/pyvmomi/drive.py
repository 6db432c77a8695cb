"""Builds a cluster of two hosts and puts every VM on them under Fault Tolerance, with pyVmomi alone.

Usage: drive.py DATACENTER CLUSTER EVC_MODE HOST... The password of root on the hosts is in HOST_PASSWORD.
Prints the protected VMs as JSON.
"""

import json
import os
import sys

from pyVmomi import vim

import server

# FT VMs and their vCPUs that one host may hold; primaries and secondaries both count.
FT_CAPS = {"das.maxftvmsperhost": "8", "das.maxftvcpusperhost": "16"}


def main(datacenter_name, cluster_name, evc_mode, host_names):
    with server.session() as instance:
        content = instance.RetrieveContent()
        datacenter = content.searchIndex.FindByInventoryPath(datacenter_name)
        cluster = create_cluster(datacenter, cluster_name)
        set_evc(cluster, evc_mode)
        hosts = [add_host(datacenter, cluster, name) for name in host_names]
        for host in hosts:
            select_adapters(host)
        raise_caps(cluster)
        wait_for_agents(content, hosts)
        machines = server.primaries(content)
        for machine in machines.values():
            turn_on(machine, hosts)
        path = "runtime.faultToleranceState"
        states = server.wait_until(content, list(machines.values()), path, lambda state: state == "running")
        print(json.dumps({machine.name: state for machine, state in states.items()}))


def create_cluster(datacenter, name):
    ha = vim.cluster.DasConfigInfo(
        enabled=True,
        hostMonitoring="enabled",
        admissionControlEnabled=True,
        admissionControlPolicy=vim.cluster.FailoverResourcesAdmissionControlPolicy(
            cpuFailoverResourcesPercent=50, memoryFailoverResourcesPercent=50
        ),
        defaultVmSettings=vim.cluster.DasVmSettings(restartPriority="medium", isolationResponse="none"),
        vmMonitoring="vmMonitoringDisabled",
        hBDatastoreCandidatePolicy="allFeasibleDs",
    )
    return datacenter.hostFolder.CreateClusterEx(name, vim.cluster.ConfigSpecEx(dasConfig=ha))


def set_evc(cluster, mode):
    manager = cluster.EvcManager()
    supported = [item.key for item in manager.evcState.supportedEVCMode]
    if mode not in supported:
        raise server.Unmet(f"{mode} is not among the supported modes {supported}")
    objections = server.finish(manager.CheckConfigureEvcMode_Task(mode))
    if objections:
        raise server.Unmet(f"EVC mode {mode} is objected to: {objections}")
    server.finish(manager.ConfigureEvcMode_Task(mode))
    if manager.evcState.currentEVCModeKey != mode:
        raise server.Unmet(f"EVC mode is {manager.evcState.currentEVCModeKey}")


def add_host(datacenter, cluster, name):
    login = {"userName": "root", "password": os.environ["HOST_PASSWORD"]}
    thumbprint = thumbprint_of(datacenter, cluster, name, login)
    info = datacenter.QueryConnectionInfo(
        hostname=name, port=-1, username=login["userName"], password=login["password"],
        sslThumbprint=thumbprint,
    )
    if not info.clusterSupported:
        raise server.Unmet(f"{name} cannot join a cluster")
    spec = vim.host.ConnectSpec(hostName=name, sslThumbprint=thumbprint, force=False, **login)
    return server.finish(cluster.AddHost_Task(spec, asConnected=True))


def thumbprint_of(datacenter, cluster, name, login):
    """Both ways to be told: by a call that fails, and by a task that fails. They must agree."""
    try:
        datacenter.QueryConnectionInfo(
            hostname=name, port=-1, username=login["userName"], password=login["password"]
        )
        raise server.Unmet(f"the certificate of {name} was believed unseen")
    except vim.fault.SSLVerifyFault as fault:
        told_by_call = fault.thumbprint
    try:
        server.finish(cluster.AddHost_Task(vim.host.ConnectSpec(hostName=name, force=False, **login), asConnected=True))
        raise server.Unmet(f"{name} was added with its certificate unseen")
    except vim.fault.SSLVerifyFault as fault:
        told_by_task = fault.thumbprint
    if told_by_call != told_by_task:
        raise server.Unmet(f"two thumbprints of {name}: {told_by_call}, {told_by_task}")
    return told_by_call


def select_adapters(host):
    nics = host.configManager.virtualNicManager
    for kind in ("vmotion", "faultToleranceLogging"):
        candidates = [nic.device for nic in nics.QueryNetConfig(kind).candidateVnic]
        nics.SelectVnicForNicType(kind, candidates[0])
        query = nics.QueryNetConfig(kind)
        selected = [nic.device for nic in query.candidateVnic if nic.key in query.selectedVnic]
        if selected != candidates[:1]:
            raise server.Unmet(f"{host.name} has selected {selected} for {kind}")


def raise_caps(cluster):
    options = [vim.option.OptionValue(key=key, value=value) for key, value in FT_CAPS.items()]
    spec = vim.cluster.ConfigSpecEx(dasConfig=vim.cluster.DasConfigInfo(option=options))
    server.finish(cluster.ReconfigureComputeResource_Task(spec, modify=True))
    kept = {option.key: option.value for option in cluster.configurationEx.dasConfig.option}
    if kept != FT_CAPS:
        raise server.Unmet(f"the advanced options are {kept}")


def wait_for_agents(content, hosts):
    def is_healthy(state):
        return state is not None and state.state in ("master", "connectedToMaster")

    server.wait_until(content, hosts, "runtime.dasHostState", is_healthy)


def turn_on(machine, hosts):
    errors = machine.QueryFaultToleranceCompatibilityEx()
    if errors:
        raise server.Unmet(f"{machine.name} cannot be protected: {errors}")
    if "CreateSecondaryVMEx_Task" in machine.disabledMethod:
        raise server.Unmet(f"Fault Tolerance is not offered for {machine.name}")
    other = next(host for host in hosts if host != machine.runtime.host)
    datastore = machine.datastore[0]
    disks = [
        vim.vm.FaultToleranceVMConfigSpec.FaultToleranceDiskSpec(disk=device, datastore=datastore)
        for device in machine.config.hardware.device
        if isinstance(device, vim.vm.device.VirtualDisk)
    ]
    spec = vim.vm.FaultToleranceConfigSpec(
        metaDataPath=vim.vm.FaultToleranceMetaSpec(metaDataDatastore=datastore),
        secondaryVmSpec=vim.vm.FaultToleranceVMConfigSpec(vmConfig=datastore, disks=disks),
    )
    server.finish(machine.CreateSecondaryVMEx_Task(host=other, spec=spec))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:])
