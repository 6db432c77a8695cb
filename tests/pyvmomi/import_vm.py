"""Imports a VM from an OVF package as pyVmomi's users do, powers it on and fetches its disks back.

Usage: import_vm.py DESCRIPTOR NAME DATASTORE. The package's files lie beside the descriptor. Disks are written
beside them as NAME.0.vmdk and so on. Prints what it found as JSON.
"""

import hashlib
import http.client
import json
import os
import pathlib
import ssl
import sys
import threading
import urllib.parse

from pyVmomi import vim

import server


def main(descriptor, name, datastore_name):
    package = pathlib.Path(descriptor)
    text = package.read_text()
    with server.session() as instance:
        content = instance.RetrieveContent()
        datacenter = server.everything(content, vim.Datacenter)[0]
        pool = server.everything(content, vim.ResourcePool)[0]
        datastore = next(it for it in datacenter.datastore if it.name == datastore_name)
        made = specification(content, text, name, pool, datastore)
        lease = pool.ImportVApp(made.importSpec, folder=datacenter.vmFolder)
        server.wait_until(content, [lease], "state", lambda state: state in ("ready", "error"))
        if lease.error:
            raise lease.error
        sums = upload(lease, made, package.parent)
        vm = lease.info.entity
        server.wait_until(content, [vm], "name", lambda seen: seen == name)
        lease.HttpNfcLeaseComplete()
        server.finish(vm.PowerOnVM_Task())
        server.wait_until(content, [vm], "guest.ipAddress", bool)
        disks = [it.backing.fileName for it in vm.config.hardware.device if isinstance(it, vim.vm.device.VirtualDisk)]
        cookie = instance._stub.cookie.split(";")[0]
        for place, path in enumerate(disks):
            fetch(cookie, datacenter.name, path, package.parent / f"{name}.{place}.vmdk")
        print(json.dumps({
            "disks": disks,
            "sums": sums,
            "tools": vm.guest.toolsRunningStatus,
            "address": vm.guest.ipAddress,
            "warnings": [type(it).__name__ for it in made.warning],
        }))


def specification(content, text, name, pool, datastore):
    manager = content.ovfManager
    told = manager.ParseDescriptor(text, vim.OvfManager.ParseDescriptorParams(locale="", deploymentOption=""))
    if told.error:
        raise told.error[0]
    params = vim.OvfManager.CreateImportSpecParams(
        locale="", deploymentOption="", entityName=name, diskProvisioning="thick"
    )
    made = manager.CreateImportSpec(text, pool, datastore, params)
    if made.error:
        raise made.error[0]
    return made


def upload(lease, made, folder):
    """Sends all files while a timer keeps the lease alive; SHA-1 sums as the server tells them must fit."""
    stop = threading.Event()

    def keep():
        while not stop.wait(1):
            lease.HttpNfcLeaseProgress(50)

    keeper = threading.Thread(target=keep, daemon=True)
    keeper.start()
    try:
        for item in made.fileItem:
            url = next(it for it in lease.info.deviceUrl if it.importKey == item.deviceId)
            send(url.url, folder / item.path, item.create)
    finally:
        stop.set()
        keeper.join()
    told = {entry.key: entry.sha1 for entry in lease.HttpNfcLeaseGetManifest()}
    for item in made.fileItem:
        key = next(it.key for it in lease.info.deviceUrl if it.importKey == item.deviceId)
        own = hashlib.sha1((folder / item.path).read_bytes()).hexdigest()
        if told[key] != own:
            raise server.Unmet(f"{item.path} arrived as {told[key]}, not {own}")
    return told


def connection():
    trust = ssl.create_default_context(cafile=os.environ["VC_CA"])
    return http.client.HTTPSConnection(os.environ["VC_HOST"], int(os.environ["VC_PORT"]), context=trust)


def send(url, path, is_new):
    """The server's own host and port stand in for `*`; its other addresses are its own anyway."""
    target = connection()
    kind = {} if is_new else {"Content-Type": "application/x-vnd.vmware-streamVmdk"}
    headers = {"Overwrite": "t", "Content-Length": str(path.stat().st_size), **kind}
    with path.open("rb") as body:
        target.request("PUT" if is_new else "POST", urllib.parse.urlsplit(url).path, body, headers)
        answer = target.getresponse()
    if answer.status not in (200, 201):
        raise server.Unmet(f"{path.name}: HTTP {answer.status}")


def fetch(cookie, datacenter, path, to):
    datastore, _, file = path.partition("] ")
    query = urllib.parse.urlencode({"dcPath": datacenter, "dsName": datastore.lstrip("[")})
    target = connection()
    target.request("GET", f"/folder/{urllib.parse.quote(file)}?{query}", headers={"Cookie": cookie})
    answer = target.getresponse()
    if answer.status != 200:
        raise server.Unmet(f"{path}: HTTP {answer.status}")
    to.write_bytes(answer.read())


if __name__ == "__main__":
    main(*sys.argv[1:])
