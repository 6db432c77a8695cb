"""Runs a command and writes the seconds of CPU (user and system) that its process took, and its peak of memory in KiB.

Usage: cpu.py FILE COMMAND... Ends as the command ended.
"""

import os
import sys


def main(file, command):
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    with open(file, "w", encoding="ascii") as out:
        out.write(f"{usage.ru_utime + usage.ru_stime:.6f} {usage.ru_maxrss}")
    sys.exit(os.waitstatus_to_exitcode(status) != 0)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
