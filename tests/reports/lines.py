"""Checks JSON lines against the schema of events: as it is published, and with every unknown field refused."""

import json
import sys

import jsonschema

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)


def strict(node):
    """The same schema where an object has no fields but those that are described."""
    if isinstance(node, dict):
        node = {name: strict(value) for name, value in node.items()}
        if node.get("type") == "object" and "properties" in node:
            node["unevaluatedProperties"] = False
        return node
    return [strict(one) for one in node] if isinstance(node, list) else node


validators = [jsonschema.Draft202012Validator(one) for one in (schema, strict(schema))]
kinds = {}
for path in sys.argv[2:]:
    for line in open(path):
        event = json.loads(line)
        for validator in validators:
            error = jsonschema.exceptions.best_match(validator.iter_errors(event))
            assert error is None, f"{error.message} at {list(error.absolute_path)} in {line[:400]}"
        kinds[event["type"]] = kinds.get(event["type"], 0) + 1
broken = {"v": 1, "type": "stopping", "ts": "x", "elapsed_ms": 0, "run": "r", "seq": 1}
assert list(validators[0].iter_errors(broken)), "a line without its fields is taken"
print(json.dumps(kinds))
