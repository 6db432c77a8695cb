"""Reads properties of every virtual machine with pyVmomi, page by page.

Usage: pyvmomi_read.py PATH... Prints the number of virtual machines that were read. Without paths it only
opens and ends a session.
"""

import os
import ssl
import sys

from pyVim import connect
from pyVmomi import vim, vmodl

PAGE = 1000


def main(paths):
    instance = connect.SmartConnect(
        host=os.environ["VC_HOST"],
        port=int(os.environ["VC_PORT"]),
        user=os.environ["VC_USER"],
        pwd=os.environ["VC_PASSWORD"],
        sslContext=ssl.create_default_context(cafile=os.environ["VC_CA"]),
    )
    print(read(instance.RetrieveContent(), paths) if paths else 0)
    connect.Disconnect(instance)


def read(content, paths):
    query = vmodl.query.PropertyCollector
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    every = query.TraversalSpec(name="view", type=vim.view.ContainerView, path="view", skip=False)
    spec = query.FilterSpec(
        objectSet=[query.ObjectSpec(obj=view, skip=True, selectSet=[every])],
        propSet=[query.PropertySpec(type=vim.VirtualMachine, pathSet=paths)],
    )
    collector, count = content.propertyCollector, 0
    page = collector.RetrievePropertiesEx([spec], query.RetrieveOptions(maxObjects=PAGE))
    while page is not None:
        count += sum(1 for item in page.objects if len(item.propSet) == len(paths))
        page = collector.ContinueRetrievePropertiesEx(page.token) if page.token else None
    view.Destroy()
    return count


if __name__ == "__main__":
    main(sys.argv[1:])
