"""Reads a JUnit file with junitparser, checks what every reader relies on, and prints the numbers."""

import json
import sys

import junitparser

xml = junitparser.JUnitXml.fromfile(sys.argv[1])
assert isinstance(xml, junitparser.JUnitXml), type(xml)
written = (xml.tests, xml.failures, xml.errors, xml.skipped)
suites = list(xml)
assert suites, "no suite"
cases = [case for suite in suites for case in suite]
for suite in suites:
    assert suite.name and suite.timestamp and suite.time is not None, suite
    assert suite.tests == len(list(suite)), suite.name
kinds = [type(result).__name__ for case in cases for result in case.result]
for case in cases:
    assert case.name and case.classname and case.time is not None, case
    for result in case.result:
        assert result.message, case.name
counted = (len(cases), kinds.count("Failure"), kinds.count("Error"), kinds.count("Skipped"))
assert written == counted, (written, counted)
failed = sorted(case.name for case in cases if any(isinstance(r, junitparser.Failure) for r in case.result))
print(json.dumps({"tests": counted[0], "failures": counted[1], "errors": counted[2], "skipped": counted[3],
                  "failed": failed}))
