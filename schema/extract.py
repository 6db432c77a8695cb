#!/usr/bin/env python3
"""Extracts the vim25 schema from an installed pyVmomi into schema/vim25.json.

pyVmomi (Apache-2.0) ships the definition tables of the vSphere API. This script reads those tables
by introspection and keeps the facts only: names, inheritance, members, flags, versions, privileges
and declared faults. One entry a line, sorted by name, so that a change of the API is a small diff.

Usage: python3 schema/extract.py [--check] [OUTPUT]
"""

import json
import sys
from pathlib import Path

from pyVmomi import VmomiSupport as support

SERVICE = "vim25"
FLAGS = [(support.F_OPTIONAL, "optional"), (support.F_LINK, "link"), (support.F_SECRET, "secret")]
PRIMITIVES = {
    "boolean": "boolean", "byte": "byte", "short": "short", "int": "int", "long": "long",
    "float": "float", "double": "double", "string": "string", "anyType": "anyType",
    "vmodl.DateTime": "dateTime", "vmodl.Binary": "binary", "vmodl.URI": "anyURI",
    "vmodl.TypeName": "TypeName", "vmodl.MethodName": "MethodName",
    "vmodl.PropertyPath": "PropertyPath", "void": "void", "vmodl.Type": "TypeName",
    "vmodl.ManagedMethod": "MethodName",
    "vmodl.Method": "MethodName",
}

MADE_IN_CODE = ("DataObject", "vmodl.MethodFault", "vmodl.RuntimeFault",
                "vmodl.LocalizedMethodFault")


def served(version):
    return support.serviceNsMap[version] == SERVICE


def wire_name(vmodl):
    """The WSDL name of a VMODL type name, with its kind: (name, kind, list)."""
    is_list = vmodl.endswith("[]")
    base = vmodl[:-2] if is_list else vmodl
    if base == "vmodl.MethodFault":
        return "LocalizedMethodFault", "data", is_list
    if base in PRIMITIVES:
        return PRIMITIVES[base], "value", is_list
    for table, kind in ((support._dataDefMap, "data"), (support._enumDefMap, "enum"),
                        (support._managedDefMap, "ref")):
        if base in table:
            return table[base][1], kind, is_list
    if base in ("vmodl.ManagedObject", "ManagedObject"):
        return "ManagedObject", "ref", is_list
    if base == "vmodl.DataObject":
        return "DynamicData", "data", is_list
    if base in ("vmodl.RuntimeFault",):
        return "RuntimeFault", "data", is_list
    raise SystemExit(f"no wire name for {vmodl}")


def own(entries):
    """The members that belong to this service: others (vSAN's) extend its types elsewhere."""
    return [e for e in entries or () if served(e[2])]


def member(entry, with_privilege):
    name, vmodl, version, flags = entry[:4]
    wire, kind, is_list = wire_name(vmodl)
    row = {"name": name, "type": wire, "since": version}
    if kind != "value":
        row["kind"] = kind
    if is_list:
        row["list"] = True
    for bit, word in FLAGS:
        if flags & bit:
            row[word] = True
    if with_privilege and len(entry) > 4 and entry[4]:
        row["privilege"] = entry[4]
    return row


def data_types():
    rows = []
    for vmodl, wsdl, parent, version, props in support._dataDefMap.values():
        if served(version) and vmodl not in MADE_IN_CODE:
            parent_name = None
            if vmodl not in ("vmodl.DynamicData", "vmodl.DynamicArray", "vmodl.DynamicProperty"):
                parent_name = fault_name(parent) or wire_name(parent)[0]
            rows.append({"name": wsdl, "vmodl": vmodl, "base": parent_name, "since": version,
                         "members": [member(p, False) for p in own(props)]})
    rows += made_in_code()
    return sorted(rows, key=lambda r: r["name"])


def fault_name(vmodl):
    return {"vmodl.MethodFault": "MethodFault", "vmodl.RuntimeFault": "RuntimeFault"}.get(vmodl)


def made_in_code():
    """Three types that pyVmomi builds in code and not in its tables."""
    base = "vmodl.version.version0"
    fault = {"name": "fault", "type": "MethodFault", "kind": "data", "since": base}
    cause = {"name": "faultCause", "type": "LocalizedMethodFault", "kind": "data", "optional": True,
             "since": "vmodl.version.version1"}
    message = {"name": "faultMessage", "type": "LocalizableMessage", "kind": "data", "list": True,
               "optional": True, "since": "vmodl.version.version1"}
    text = {"name": "localizedMessage", "type": "string", "optional": True, "since": base}
    return [
        {"name": "LocalizedMethodFault", "vmodl": "vmodl.LocalizedMethodFault",
         "base": "DynamicData", "since": base, "members": [fault, text]},
        {"name": "MethodFault", "vmodl": "vmodl.MethodFault", "base": None, "since": base,
         "members": [cause, message]},
        {"name": "RuntimeFault", "vmodl": "vmodl.RuntimeFault", "base": "MethodFault",
         "since": base, "members": []},
    ]


def enums():
    rows = [{"name": wsdl, "vmodl": vmodl, "since": version, "values": list(values)}
            for vmodl, wsdl, version, values in support._enumDefMap.values() if served(version)]
    return sorted(rows, key=lambda r: r["name"])


def method(entry):
    vmodl, wsdl, version, params, result, privilege, faults = entry
    result_flags, _, result_type = result
    wire, kind, is_list = wire_name(result_type)
    row = {"name": wsdl, "vmodl": vmodl, "since": version,
           "params": [member(p, True) for p in own(params)]}
    answer = {"type": wire}
    if kind != "value":
        answer["kind"] = kind
    if is_list:
        answer["list"] = True
    if result_flags & support.F_OPTIONAL:
        answer["optional"] = True
    if wire != "void":
        row["result"] = answer
    if privilege:
        row["privilege"] = privilege
    if wsdl.endswith("_Task"):
        row["task"] = True
    names = [fault_name(f) or wire_name(f)[0] for f in faults or []]
    if names:
        row["faults"] = names
    return row


def managed_types():
    rows = []
    for vmodl, wsdl, parent, version, props, methods in support._managedDefMap.values():
        if served(version):
            base = None if parent is None else wire_name(parent)[0]
            rows.append({"name": wsdl, "vmodl": vmodl, "base": base, "since": version,
                         "properties": [member(p, True) for p in own(props)],
                         "methods": [method(m) for m in methods or [] if served(m[2])]})
    if not any(r["name"] == "ManagedObject" for r in rows):
        rows.append({"name": "ManagedObject", "vmodl": "vmodl.ManagedObject", "base": None,
                     "since": "vmodl.version.version0", "properties": [], "methods": []})
    return sorted(rows, key=lambda r: r["name"])


def versions():
    """Oldest first, each with all the versions that it includes."""
    known = {v for v in support.parentMap if served(v)}
    includes = {v: sorted(p for p in support.parentMap[v] if p != v and p in known) for v in known}
    return [{"key": v, "id": support.versionIdMap[v], "namespace": support.nsMap[v],
             "includes": includes[v]}
            for v in sorted(known, key=lambda v: (len(includes[v]), v))]


def document():
    import importlib.metadata
    parts = [("data", data_types()), ("enums", enums()), ("managed", managed_types()),
             ("versions", versions())]
    head = {"source": "pyVmomi " + importlib.metadata.version("pyvmomi"), "licence": "Apache-2.0"}
    lines = ["{", f'"about": {json.dumps(head)}']
    for name, rows in parts:
        lines[-1] += ","
        lines.append(f'"{name}": [')
        lines += [json.dumps(r, separators=(",", ":")) + ("," if i + 1 < len(rows) else "")
                  for i, r in enumerate(rows)]
        lines.append("]")
    lines.append("}")
    return "\n".join(lines) + "\n"


def main(arguments):
    check = "--check" in arguments
    paths = [a for a in arguments if not a.startswith("--")]
    path = Path(paths[0]) if paths else Path(__file__).with_name("vim25.json")
    text = document()
    if check:
        if path.read_text() != text:
            raise SystemExit(f"{path} is stale: run python3 schema/extract.py")
        return
    path.write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
