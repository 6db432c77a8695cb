"""A client made from the server's own WSDL: it logs in, reads, creates, is refused, waits for a vim task, logs out.

Nothing here knows anything of vSphere but what the WSDL says. Prints what it found as JSON.
The server is named by VC_HOST, VC_PORT, VC_USER, VC_PASSWORD and VC_CA (the file with the authority to trust).
"""

import json
import os

import requests
import zeep
from zeep.transports import Transport

ADDRESS = f"https://{os.environ['VC_HOST']}:{os.environ['VC_PORT']}"
NAMESPACE = "{urn:vim25}"


class Server:
    """The service, and the types that its schema declares."""

    def __init__(self):
        web = requests.Session()
        web.trust_env = False
        web.verify = os.environ["VC_CA"]
        settings = zeep.Settings(strict=True, xml_huge_tree=True)
        self.client = zeep.Client(
            f"{ADDRESS}/sdk/vimService.wsdl", transport=Transport(session=web), settings=settings
        )
        self.service = self.client.service

    def make(self, type_name, *values, **members):
        """A value of a type of the schema."""
        return self.client.get_type(NAMESPACE + type_name)(*values, **members)

    def reference(self, managed, name):
        return self.make("ManagedObjectReference", name, type=managed)

    def read(self, content, view, type_name, *paths):
        """Properties of all objects of a type in a view, by object id."""
        walk = self.make("TraversalSpec", name="v", type="ContainerView", path="view", skip=False)
        spec = self.make(
            "PropertyFilterSpec",
            propSet=[self.make("PropertySpec", type=type_name, pathSet=list(paths))],
            objectSet=[self.make("ObjectSpec", obj=view, skip=True, selectSet=[walk])],
        )
        options = self.make("RetrieveOptions")
        answer = self.service.RetrievePropertiesEx(content.propertyCollector, [spec], options)
        return {
            found.obj._value_1: {one.name: one.val for one in found.propSet}
            for found in (answer.objects if answer else [])
        }

    def finish(self, content, task):
        """The state in which a vim task ends, by WaitForUpdatesEx."""
        spec = self.make(
            "PropertyFilterSpec",
            propSet=[self.make("PropertySpec", type="Task", pathSet=["info.state"])],
            objectSet=[self.make("ObjectSpec", obj=task)],
        )
        collector = content.propertyCollector
        self.service.CreateFilter(collector, spec, False)
        version, state = "", None
        while state not in ("success", "error"):
            options = self.make("WaitOptions", maxWaitSeconds=60)
            update = self.service.WaitForUpdatesEx(collector, version, options)
            version = update.version
            state = update.filterSet[0].objectSet[0].changeSet[0].val
        return state


def main():
    server = Server()
    service = server.service
    content = service.RetrieveServiceContent(server.reference("ServiceInstance", "ServiceInstance"))
    service.Login(content.sessionManager, os.environ["VC_USER"], os.environ["VC_PASSWORD"])
    try:
        print(json.dumps(work(server, content)))
    finally:
        service.Logout(content.sessionManager)


def work(server, content):
    service, found = server.service, {"api": content.about.apiVersion}
    kinds = ["VirtualMachine", "Datastore", "HostSystem"]
    view = service.CreateContainerView(content.viewManager, content.rootFolder, kinds, True)
    machines = server.read(content, view, "VirtualMachine", "name", "config.hardware", "runtime")
    found["machines"] = {
        seen["name"]: [type(device).__name__ for device in seen["config.hardware"].device]
        for seen in machines.values()
    }
    stores = server.read(content, view, "Datastore", "info", "summary")
    found["extents"] = {seen["summary"].name: len(seen["info"].vmfs.extent) for seen in stores.values()}
    folder = service.CreateFolder(content.rootFolder, "made-by-wsdl")
    found["folder"] = folder.type
    try:
        service.CreateFolder(content.rootFolder, "made-by-wsdl")
    except zeep.exceptions.Fault as fault:
        found["refused"] = [child.tag for child in fault.detail]
    found["renamed"] = server.finish(content, service.Rename_Task(folder, "renamed-by-wsdl"))
    return found


if __name__ == "__main__":
    main()
