"""Holds every property that a server answers against the server's own schema, with libxml2.

Starts at the service's content and follows every reference. Prints, as JSON, how many objects of which type were
looked at, and what is not as the schema says. The server is named as in drive.py; SDK_VERSION is the version of
the API to speak. At most PER_TYPE objects of a type are read.
"""

import collections
import json
import os
import re
from xml.sax.saxutils import escape

import requests
from lxml import etree

SDK = f"https://{os.environ['VC_HOST']}:{os.environ['VC_PORT']}/sdk"
VIM = "{urn:vim25}"
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
PER_TYPE = 5
ENVELOPE = (
    '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><e:Body>{}</e:Body></e:Envelope>'
)


class Server:
    def __init__(self):
        self.web = requests.Session()
        self.web.trust_env = False
        self.web.verify = os.environ["VC_CA"]
        schema = self.web.get(f"{SDK}/vim-types.xsd", timeout=60)
        schema.raise_for_status()
        self.schema = etree.XMLSchema(etree.fromstring(schema.content))
        self.problems = collections.Counter()

    def call(self, method, managed, name, members="", about=None):
        """The answer's body, after it was held against the schema; `about` is what a problem is counted for."""
        this = f'<_this type="{managed}">{escape(name)}</_this>'
        body = f'<{method} xmlns="urn:vim25">{this}{members}</{method}>'
        action = f"urn:vim25/{os.environ['SDK_VERSION']}"
        headers = {"SOAPAction": f'"{action}"', "Content-Type": "text/xml; charset=utf-8"}
        text = self.web.post(SDK, data=ENVELOPE.format(body).encode(), headers=headers, timeout=60)
        answer = etree.fromstring(text.content).find(f"{SOAP}Body")[0]
        if answer.tag == f"{SOAP}Fault":
            raise SystemExit(f"{method} on {name}: {answer.findtext('faultstring')}")
        # A document of its own, as a part of another one cannot be validated.
        answer = etree.fromstring(etree.tostring(answer))
        if not self.schema.validate(answer):
            for error in self.schema.error_log:
                self.problems[f"{about or managed}: {re.sub(r'{urn:vim25}', '', error.message)}"] += 1
        return answer

    def everything_of(self, managed, name):
        members = (
            f"<specSet><propSet><type>{managed}</type><all>true</all></propSet>"
            f'<objectSet><obj type="{managed}">{escape(name)}</obj></objectSet></specSet><options/>'
        )
        answer = self.call("RetrievePropertiesEx", "PropertyCollector", self.collector, members, managed)
        for missing in answer.iter(f"{VIM}missingSet"):
            self.problems[f"{managed}: {missing.findtext(VIM + 'path')} cannot be read"] += 1
        return answer


def references(answer):
    """References in a document: elements with a type of their own, a text, and nothing in them."""
    return {
        (element.get("type"), element.text)
        for element in answer.iter()
        if element.get("type") and element.text and len(element) == 0
    }


def main():
    server = Server()
    content = server.call("RetrieveServiceContent", "ServiceInstance", "ServiceInstance")
    server.collector = content.findtext(f".//{VIM}propertyCollector")
    manager = content.findtext(f".//{VIM}sessionManager")
    user, password = (escape(os.environ[name]) for name in ("VC_USER", "VC_PASSWORD"))
    server.call(
        "Login", "SessionManager", manager, f"<userName>{user}</userName><password>{password}</password>"
    )
    looked = collections.Counter()
    todo, known = sorted(references(content)), references(content)
    while todo:
        managed, name = todo.pop(0)
        if looked[managed] == PER_TYPE:
            continue
        looked[managed] += 1
        new = references(server.everything_of(managed, name)) - known
        known |= new
        todo += sorted(new)
    server.call("Logout", "SessionManager", manager)
    print(json.dumps({"looked": looked, "problems": server.problems}))


if __name__ == "__main__":
    main()
