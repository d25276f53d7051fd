"""Results of data tests as JUnit XML, which build servers show."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree

from ..core.protocols import Finding
from ..dataset.subject import SEVERITIES

_ROWS_SHOWN = 50
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(checks: Sequence[str], files: Sequence[str], findings: Sequence[Finding], fail_on: str) -> bytes:
    """One suite per check, one case per file; a case fails when a finding is as bad as ``fail_on`` or worse."""
    root = ElementTree.Element("testsuites", name="handloom dataset test")
    limit = SEVERITIES.index(fail_on) if fail_on in SEVERITIES else len(SEVERITIES)
    for check in checks:
        suite = ElementTree.SubElement(root, "testsuite", name=check, tests=str(len(files)))
        failures = 0
        for file in files:
            case = ElementTree.SubElement(suite, "testcase", classname=check, name=_clean(file))
            here = [f for f in findings if f.check == check and f.details.get("file", files[0]) == file]
            bad = [f for f in here if SEVERITIES.index(f.severity) >= limit]
            failures += bool(bad)
            for finding in bad:
                failed = ElementTree.SubElement(case, "failure", type=finding.severity, message=_clean(finding.message))
                rows = finding.details.get("rows", ())
                more = f" and {len(rows) - _ROWS_SHOWN:,} more" if len(rows) > _ROWS_SHOWN else ""
                failed.text = f"rows {', '.join(map(str, rows[:_ROWS_SHOWN]))}{more}" if rows else ""
            told = [f"{f.severity}: {_clean(f.message)}" for f in here if f not in bad]
            if told:
                ElementTree.SubElement(case, "system-out").text = "\n".join(told)
        suite.set("failures", str(failures))
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _clean(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _NOT_XML.sub("?", text)
