"""A session with a vCenter, and waiting for what it does, as any careful pyVmomi script would have it.

The server is named by VC_HOST, VC_PORT, VC_USER, VC_PASSWORD and VC_CA (the file with the authority to trust).
"""

import contextlib
import os
import ssl
import time

from pyVim import connect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

# Seconds of this machine's time; far more than any wait needs, so that a hang ends as a failure.
PATIENCE = 120


class Unmet(Exception):
    """What was waited for or looked for is not so."""


@contextlib.contextmanager
def session():
    """The service instance of a session that ends with the block."""
    instance = connect.SmartConnect(
        host=os.environ["VC_HOST"],
        port=int(os.environ["VC_PORT"]),
        user=os.environ["VC_USER"],
        pwd=os.environ["VC_PASSWORD"],
        sslContext=ssl.create_default_context(cafile=os.environ["VC_CA"]),
    )
    try:
        yield instance
    finally:
        connect.Disconnect(instance)


def finish(task):
    """Waits for a vim task with pyVmomi's own helper; its fault is raised, its result returned."""
    WaitForTask(task, maxWaitTime=PATIENCE)
    return task.info.result


def everything(content, kind):
    """All objects of a managed type in the inventory."""
    view = content.viewManager.CreateContainerView(content.rootFolder, [kind], True)
    try:
        return list(view.view)
    finally:
        view.Destroy()


def wait_until(content, objects, path, is_met):
    """Follows one property of many objects with WaitForUpdatesEx until `is_met` holds for each of them."""
    seen = {}
    collector = content.propertyCollector.CreatePropertyCollector()
    try:
        collector.CreateFilter(_filter(objects, path), partialUpdates=False)
        version, deadline = "", time.monotonic() + PATIENCE
        while not all(is_met(seen.get(item)) for item in objects):
            if time.monotonic() > deadline:
                left = {item.name: seen.get(item) for item in objects if not is_met(seen.get(item))}
                raise Unmet(f"waited {PATIENCE} s for `{path}`, still: {left}")
            options = vmodl.query.PropertyCollector.WaitOptions(maxWaitSeconds=60)
            updates = collector.WaitForUpdatesEx(version, options)
            if updates is not None:
                version = updates.version
                _apply(updates, path, seen)
    finally:
        collector.Destroy()
    return seen


def _filter(objects, path):
    query = vmodl.query.PropertyCollector
    kinds = {type(item) for item in objects}
    return query.FilterSpec(
        objectSet=[query.ObjectSpec(obj=item) for item in objects],
        propSet=[query.PropertySpec(type=kind, pathSet=[path]) for kind in kinds],
    )


def _apply(updates, path, seen):
    for filter_update in updates.filterSet:
        if filter_update.missingSet:
            raise Unmet(f"`{path}` cannot be read: {filter_update.missingSet}")
        for change in filter_update.objectSet:
            for property_change in change.changeSet:
                if property_change.name == path:
                    seen[change.obj] = property_change.val


def primaries(content):
    """Virtual machines that are no secondaries, by name."""
    found = {}
    for machine in everything(content, vim.VirtualMachine):
        info = machine.config.ftInfo if machine.config else None
        if info is None or info.role == 1:
            found[machine.name] = machine
    return found
