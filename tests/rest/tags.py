"""Tags as the vSphere Automation API documents them, asked with nothing but HTTP: a category, tags, attachments.

The server is named by VC_HOST, VC_PORT, VC_USER, VC_PASSWORD and VC_CA. The dialect is the first argument: `api` or
`rest`. The second is the id of a virtual machine. Prints one line of JSON: what was seen at the end.
"""

import json
import os
import sys

import requests


class Vcenter:
    """One session."""

    def __init__(self, dialect):
        self.api = dialect == "api"
        self.root = f"https://{os.environ['VC_HOST']}:{os.environ['VC_PORT']}"
        self.http = requests.Session()
        # Authorities that the environment names must not replace the one to trust.
        self.http.trust_env = False
        self.http.verify = os.environ["VC_CA"]
        self.session = "/api/session" if self.api else "/rest/com/vmware/cis/session"
        answer = self.http.post(
            self.root + self.session, auth=(os.environ["VC_USER"], os.environ["VC_PASSWORD"])
        )
        answer.raise_for_status()
        self.http.headers["vmware-api-session-id"] = self.read(answer)

    def read(self, answer):
        """The content of an answer."""
        body = answer.json() if answer.content else None
        return body if self.api or body is None else body["value"]

    def ask(self, verb, what, key=None, action=None, body=None, spec=None):
        """Asks, and demands success."""
        root = "/api/cis/tagging" if self.api else "/rest/com/vmware/cis/tagging"
        url = f"{self.root}{root}/{what}"
        if key:
            url += f"/{key}" if self.api else f"/id:{key}"
        if action:
            url += f"?action={action}" if self.api else f"?~action={action}"
        if spec:
            body = spec if self.api else {"create_spec": spec}
        answer = self.http.request(verb, url, json=body)
        answer.raise_for_status()
        return answer.status_code, self.read(answer)

    def close(self):
        """Ends the session; it is not taken any more."""
        self.http.delete(self.root + self.session).raise_for_status()
        refused = self.http.get(self.root + self.session)
        assert refused.status_code == 401, refused.status_code


def main(dialect, vm):
    """Makes, attaches, lists."""
    vcenter = Vcenter(dialect)
    spec = {
        "name": f"Tier of {dialect}",
        "description": "how it is looked after",
        "cardinality": "MULTIPLE",
        "associable_types": ["VirtualMachine"],
    }
    status, category = vcenter.ask("POST", "category", spec=spec)
    assert status == (201 if vcenter.api else 200), status
    _, model = vcenter.ask("GET", "category", category)
    assert model["name"] == spec["name"] and model["cardinality"] == "MULTIPLE", model
    tags = {}
    for name in ("Gold", "Silver"):
        spec = {"name": name, "description": "", "category_id": category}
        _, tags[name] = vcenter.ask("POST", "tag", spec=spec)
    _, listed = vcenter.ask("GET", "tag")
    assert set(tags.values()) <= set(listed), listed
    in_path, in_body = (None, {"category_id": category}) if vcenter.api else (category, None)
    _, own = vcenter.ask("POST", "tag", in_path, "list-tags-for-category", in_body)
    assert sorted(own) == sorted(tags.values()), own

    target = {"id": vm, "type": "VirtualMachine"}
    vcenter.ask("POST", "tag-association", tags["Gold"], "attach", {"object_id": target})
    _, attached = vcenter.ask(
        "POST", "tag-association", None, "list-attached-tags", {"object_id": target}
    )
    assert attached == [tags["Gold"]], attached
    _, objects = vcenter.ask(
        "POST",
        "tag-association",
        None,
        "list-attached-objects-on-tags",
        {"tag_ids": [tags["Gold"], tags["Silver"]]},
    )
    seen = {entry["tag_id"]: entry["object_ids"] for entry in objects}
    assert seen == {tags["Gold"]: [target], tags["Silver"]: []}, seen
    vcenter.close()
    print(json.dumps({"category": model["name"], "gold": [vm]}))


main(sys.argv[1], sys.argv[2])
