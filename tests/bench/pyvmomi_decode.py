"""Decodes an answer of RetrievePropertiesEx with pyVmomi's own parser.

Usage: pyvmomi_decode.py FILE ROUNDS. Prints the number of objects, then the seconds of CPU of each round.
"""

import sys
import time

from pyVmomi import SoapAdapter, vmodl


def main(file, rounds):
    with open(file, "rb") as answer:
        xml = answer.read()
    stub = SoapAdapter.SoapStubAdapter(host="localhost", version="vim.version.version9", sslContext=None)
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        decoder = SoapAdapter.SoapResponseDeserializer(stub)
        result = decoder.Deserialize(xml, vmodl.query.PropertyCollector.RetrieveResult)
        seconds.append(time.process_time() - start)
    print(len(result.objects), *(f"{value:.6f}" for value in seconds))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
