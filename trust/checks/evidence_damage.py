"""Evidence is what was submitted: damage to stored files is found, all of it, and nothing else."""

from __future__ import annotations

from pathlib import Path
from random import Random

from trust.check import SQLITE, Check, Found, Scale


def run(scale: Scale) -> Found:
    from openpar.base.documents.models import StoredFile
    from openpar.base.documents.verification import verify_store

    flips = scale.of(1_000, short=40)
    deletions, swaps = scale.of(100, short=6), scale.of(100, short=6)
    untouched = scale.of(200, short=10)
    digests = _stored(flips + deletions + swaps + untouched, scale.random("content"))
    clean = verify_store()
    chance = scale.random("damage")
    chance.shuffle(digests)
    flipped, rest = digests[:flips], digests[flips:]
    deleted, swapped = rest[:deletions], rest[deletions : deletions + swaps]
    damage = {
        **dict.fromkeys(flipped, "changed"),
        **dict.fromkeys(deleted, "missing"),
        **dict.fromkeys(swapped, "swapped"),
    }
    _harm(flipped, deleted, swapped, chance)
    report = verify_store()
    found = {fault.sha256: fault.fault for fault in report.faults}
    sizes = dict(StoredFile.objects.values_list("sha256", "size"))
    violations = [f"a fault before any damage: {fault}" for fault in clean.faults]
    violations += [
        f"{sha256}: {wanted}, told as {found.get(sha256, 'fine')}"
        for sha256, wanted in damage.items()
        if found.get(sha256) != wanted
    ]
    violations += [f"{sha256}: fine, told as {found[sha256]}" for sha256 in found if sha256 not in damage]
    return Found(
        figures={
            "files": report.files,
            "bytes flipped": flips,
            "deleted": deletions,
            "swapped": swaps,
            "found": len(found),
        },
        violations=tuple(violations[:50]),
        planted={
            "a check that compares sizes only": _by_size(sizes) != damage.keys(),
            "a check that only looks whether a file is there": _by_presence(sizes) != damage.keys(),
        },
    )


def _stored(count: int, chance: Random) -> list[str]:
    """Documents with files of one size, so that sizes tell nothing, brought in as people do."""
    from openpar.base.accounts.models import Role
    from openpar.base.documents.actions import add_document
    from tests import factories
    from tests.factories import MOMENT

    owner = factories.organisation("Sở Y tế")
    officer = factories.actor_as(Role.FOCAL_OFFICER, owner)
    digests = []
    for number in range(count):
        text = "".join(chance.choices("abcdefgh;\n", k=300))
        document = add_document(
            by=officer,
            at=MOMENT,
            owner_id=owner.pk,
            title=f"Tài liệu {number}",
            upload=f"{number:08d};{text}\n".encode(),
            file_name="a.csv",
        )
        assert document.file is not None
        digests.append(document.file.sha256)
    return digests


def _harm(flipped: list[str], deleted: list[str], swapped: list[str], chance: Random) -> None:
    for sha256 in flipped:
        path = _writable(sha256)
        changed = bytearray(path.read_bytes())
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
    for sha256 in deleted:
        _writable(sha256).unlink()
    # Each takes the bytes of the next: a cycle, so that every one of them has another's.
    contents = [_writable(sha256).read_bytes() for sha256 in swapped]
    for sha256, content in zip(swapped, [*contents[1:], contents[0]], strict=True):
        _writable(sha256).write_bytes(content)


def _writable(sha256: str) -> Path:
    """The file as whoever has the server can change it."""
    from openpar.base.documents.storage import path_of

    path = path_of(sha256)
    path.parent.chmod(0o755)
    path.chmod(0o644)
    return path


def _by_size(sizes: dict[str, int]) -> set[str]:
    from openpar.base.documents.storage import path_of

    return {
        sha256
        for sha256, size in sizes.items()
        if not path_of(sha256).exists() or path_of(sha256).stat().st_size != size
    }


def _by_presence(sizes: dict[str, int]) -> set[str]:
    from openpar.base.documents.storage import path_of

    return {sha256 for sha256 in sizes if not path_of(sha256).exists()}


CHECK = Check(
    "evidence_damage",
    "evidence is what was submitted: every changed, missing or swapped file is found and named",
    run,
    (SQLITE,),
)
