"""Moves and deletes a disk on a datastore as its two files, and looks for a host by its address.

Usage: files.py DATASTORE. Prints what it found as JSON.
"""

import base64
import json
import os
import ssl
import sys
import urllib.request

from pyVmomi import vim

import server


def main(datastore_name):
    with server.session() as instance:
        content = instance.RetrieveContent()
        datacenter = server.everything(content, vim.Datacenter)[0]
        datastore = next(it for it in datacenter.datastore if it.name == datastore_name)
        for name in ("one.vmdk", "one-flat.vmdk", "kept-flat.vmdk"):
            put(datacenter.name, datastore_name, name)
        found = {"sent": names(datastore), "root": names(datastore, f"[{datastore_name}] .")}
        manager, at = content.virtualDiskManager, f"[{datastore_name}] "
        server.finish(manager.MoveVirtualDisk_Task(at + "one.vmdk", datacenter, at + "two.vmdk", datacenter))
        found["refused"] = refused(manager.MoveVirtualDisk_Task, at + "two.vmdk", datacenter, at + "kept.vmdk", datacenter)
        found["itself"] = refused(
            manager.MoveVirtualDisk_Task, at + "two.vmdk", datacenter, at + "two.vmdk", datacenter, force=True
        )
        found["moved"] = names(datastore)
        server.finish(manager.DeleteVirtualDisk_Task(at + "two.vmdk", datacenter))
        found["deleted"] = names(datastore)
        try:
            server.finish(manager.DeleteVirtualDisk_Task(at + "two.vmdk", datacenter))
        except vim.fault.FileNotFound as fault:
            found["again"] = fault.file
        host = server.everything(content, vim.HostSystem)[0]
        address = host.config.network.vnic[0].spec.ip.ipAddress
        found["by_address"] = content.searchIndex.FindByIp(None, address, False) == host
        print(json.dumps(found))


def refused(method, *arguments, **more):
    try:
        server.finish(method(*arguments, **more))
    except vim.fault.FileAlreadyExists as fault:
        return fault.file
    return None


def put(datacenter, datastore, name):
    host, port = os.environ["VC_HOST"], os.environ["VC_PORT"]
    url = f"https://{host}:{port}/folder/{name}?dcPath={datacenter}&dsName={datastore}"
    login = base64.b64encode(f"{os.environ['VC_USER']}:{os.environ['VC_PASSWORD']}".encode()).decode()
    request = urllib.request.Request(url, b"disk", {"Authorization": f"Basic {login}"}, method="PUT")
    urllib.request.urlopen(request, context=ssl.create_default_context(cafile=os.environ["VC_CA"])).close()


def names(datastore, path=None):
    spec = vim.host.DatastoreBrowser.SearchSpec(matchPattern=["*.vmdk"])
    result = server.finish(datastore.browser.SearchDatastore_Task(path or f"[{datastore.name}]", spec))
    return sorted(it.path for it in result.file)


if __name__ == "__main__":
    main(*sys.argv[1:])
