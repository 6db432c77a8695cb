"""The vSphere Automation SDK, which speaks JSON-RPC: tags two machines, lists, shows and switches one, meets refusals.

The server is named by VC_HOST, VC_PORT, VC_USER, VC_PASSWORD and VC_CA. The arguments are the names of two virtual
machines; the second one is on. Prints one line of JSON: what was seen.
"""

import json
import os
import sys

import requests
from com.vmware.cis.tagging_client import CategoryModel
from com.vmware.vapi.std.errors_client import (
    AlreadyExists,
    AlreadyInDesiredState,
    InvalidArgument,
    NotFound,
    Unauthenticated,
)
from com.vmware.vapi.std_client import DynamicID
from com.vmware.vcenter_client import VM
from vmware.vapi.vsphere.client import create_vsphere_client


def connect(password):
    """A client in a session of its own."""
    http = requests.Session()
    # Authorities that the environment names must not replace the one to trust.
    http.trust_env = False
    http.verify = os.environ["VC_CA"]
    server = f"{os.environ['VC_HOST']}:{os.environ['VC_PORT']}"
    user = os.environ["VC_USER"]
    return create_vsphere_client(server=server, username=user, password=password, session=http)


def refused(kind, call, *arguments, **named):
    """Demands this refusal."""
    try:
        call(*arguments, **named)
    except kind:
        return
    raise AssertionError(f"{kind.__name__} was expected of {call}")


def tag(client, machines):
    """Attaches a tag to all machines; what it is attached to then."""
    tagging = client.tagging
    category = tagging.Category.CreateSpec(
        name="Tier",
        description="",
        cardinality=CategoryModel.Cardinality.SINGLE,
        associable_types={"VirtualMachine"},
    )
    key = tagging.Category.create(category)
    refused(AlreadyExists, tagging.Category.create, category)
    gold, silver = (
        tagging.Tag.create(tagging.Tag.CreateSpec(name=name, description="", category_id=key))
        for name in ("Gold", "Silver")
    )
    ids = [DynamicID(type="VirtualMachine", id=machine.vm) for machine in machines]
    done = tagging.TagAssociation.attach_tag_to_multiple_objects(gold, ids)
    assert done.success and not done.error_messages, done
    refused(InvalidArgument, tagging.TagAssociation.attach, silver, ids[0])
    refused(NotFound, tagging.Tag.get, "none")
    return [found.id for found in tagging.TagAssociation.list_attached_objects(gold)]


def main(*names):
    """Does all of it."""
    refused(Unauthenticated, connect, "wrong")
    client = connect(os.environ["VC_PASSWORD"])
    machines = client.vcenter.VM.list(VM.FilterSpec(names=set(names)))
    # One under Fault Tolerance is listed with its secondary, which has the same name.
    machines.sort(key=lambda machine: names.index(machine.name))
    attached = tag(client, machines)
    power, machine = client.vcenter.vm.Power, machines[-1].vm
    refused(AlreadyInDesiredState, power.start, machine)
    power.stop(machine)
    shown = client.vcenter.VM.get(machine)
    print(
        json.dumps(
            {
                "attached": sorted(attached) == sorted(machine.vm for machine in machines),
                "power": str(shown.power_state),
                "cpus": shown.cpu.count,
                "disks": len(shown.disks),
                "networks": [nic.backing.network_name for nic in shown.nics.values()],
            }
        )
    )
    client.session_svc.delete()


if __name__ == "__main__":
    main(*sys.argv[1:])
