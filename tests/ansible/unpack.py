"""Unpacks two collections from the wheel of Ansible, which bundles a hundred.

Usage: unpack.py FOLDER-WITH-WHEEL TARGET
"""

import pathlib
import sys
import zipfile

# community.vmware, and what it is built on.
WANTED = ("ansible_collections/community/vmware/", "ansible_collections/vmware/vmware/")


def main(folder, target):
    (wheel,) = pathlib.Path(folder).glob("ansible-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        members = [name for name in archive.namelist() if name.startswith(WANTED)]
        if not members:
            sys.exit(f"{wheel.name} has no collection for vSphere")
        archive.extractall(target, members)


if __name__ == "__main__":
    main(*sys.argv[1:])
