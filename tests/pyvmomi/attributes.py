"""Defines a custom attribute for virtual machines and sets it: the name, then `vm=value` for each."""

import sys

from pyVmomi import vim

import server


def main():
    name, *pairs = sys.argv[1:]
    with server.session() as instance:
        content = instance.RetrieveContent()
        fields = content.customFieldsManager
        field = fields.AddCustomFieldDef(name=name, moType=vim.VirtualMachine)
        machines = server.primaries(content)
        for pair in pairs:
            vm, value = pair.split("=", 1)
            fields.SetField(entity=machines[vm], key=field.key, value=value)
            machines[vm].setCustomValue(key=name, value=value)
        print("{}")


if __name__ == "__main__":
    main()
