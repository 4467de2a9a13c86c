"""The arithmetic without a web server: `openpar criteria check | criteria convert | score | rank`.

Needs no Django and no database; `openpar doctor`, which looks at an installation, loads them when it runs.
Exit status: 0 fine, 1 something is wrong (all is listed), 2 unreadable.
"""

import argparse
import io
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpar.backoffice import doctor
from openpar.backoffice.backup_commands import add_backup_commands
from openpar.backoffice.deadline_command import add_deadline_command
from openpar.backoffice.dossier_commands import add_dossier_commands
from openpar.backoffice.evidence_commands import add_evidence_commands
from openpar.backoffice.facts_commands import add_facts_commands
from openpar.backoffice.inspection_commands import add_inspection_commands
from openpar.backoffice.job_commands import add_job_commands
from openpar.backoffice.log_commands import add_log_commands
from openpar.backoffice.qd766_commands import add_qd766_commands
from openpar.backoffice.ranking_files import BadBands, bands_from_text, ranking_table, read_scores
from openpar.backoffice.reconcile_commands import add_reconcile_command
from openpar.backoffice.result_files import (
    Scored,
    contradictions,
    lines_table,
    results_table,
    score_all,
    write_all,
)
from openpar.backoffice.roles import add_roles_command
from openpar.backoffice.round_commands import add_round_commands
from openpar.backoffice.score_files import AnswerFile, read_answers
from openpar.common.errors import Refused
from openpar.engine.criteria import CriteriaSet, ScoredBy, check, set_from_mapping, warnings
from openpar.engine.errors import InvalidSet
from openpar.engine.grading import Band, band_problems
from openpar.engine.numbers import ROUNDING_MODES, add
from openpar.engine.outcomes import Pending
from openpar.engine.wording import number
from openpar.parindex.criteria.yaml_files import (
    UnreadableFile,
    criteria_set_as_yaml,
    read_bands,
    read_criteria_set,
)

FINE, WRONG = 0, 1
DEFAULT_BANDS = Path(__file__).resolve().parents[3] / "data" / "grading_default.yaml"
_OFFICIAL = (".xlsx", ".docx")
# A printed sum that does not add up may have been accepted; everything else would make results meaningless.
_ACCEPTABLE = ("SUM", "COUNT")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except InvalidSet as invalid:
        _tell(
            [
                f"Bộ tiêu chí có {len(invalid.problems)} lỗi:",
                *(f"- {problem}" for problem in invalid.problems),
            ]
        )
        return WRONG
    except (UnreadableFile, Refused, BadBands) as refused:
        _tell([str(refused)])
        return WRONG
    except OSError as fault:
        _tell([f"{fault.filename or ''}: {fault.strerror}"])
        return WRONG


def load(path: Path) -> CriteriaSet:
    """The criteria set in a .yaml file, or in the official table of an .xlsx or .docx file."""
    if path.suffix.lower() in _OFFICIAL:
        # Only then: reading office files needs libraries that plain scoring does not.
        from openpar.parindex.criteria.official_table import read_official_table

        return set_from_mapping(read_official_table(path))
    return read_criteria_set(path)


def check_criteria(options: argparse.Namespace) -> int:
    """Totals per field, then everything that is wrong."""
    criteria_set = load(options.file)
    problems = check(criteria_set)
    _say(_totals(criteria_set))
    _say(f"Lưu ý: {warning}" for warning in warnings(criteria_set))
    if not problems:
        _say(["Không thấy sai sót."])
        return FINE
    _say([f"{len(problems)} sai sót:", *(f"- {problem}" for problem in problems)])
    return WRONG


def _totals(criteria_set: CriteriaSet) -> list[str]:
    lines = [f"{criteria_set.title} ({criteria_set.level}, {criteria_set.year})"]
    if criteria_set.status:
        lines.append(criteria_set.status)
    for top in criteria_set.fields:
        declared, found = number(top.stated_maximum), number(top.maximum)
        count = len(list(top.leaves()))
        lines.append(f"{top.code}. {top.title}: khai {declared}, cộng {found}, {count} tiêu chí thành phần")
    leaves = criteria_set.leaves()
    declared_total = criteria_set.declared_total
    stated = "không khai" if declared_total is None else f"khai {number(declared_total)}"
    lines.append(f"Tổng: {stated}, cộng {number(criteria_set.maximum)}, {len(leaves)} tiêu chí thành phần")
    for who in ScoredBy:
        of_one = [leaf.maximum for leaf in leaves if leaf.scored_by is who]
        if of_one:
            lines.append(f"- {who.value}: {number(add(*of_one))}")
    return lines


def convert_criteria(options: argparse.Namespace) -> int:
    """Any readable form → .yaml; defects are told, and kept."""
    criteria_set = load(options.file)
    write_all({options.out: criteria_set_as_yaml(criteria_set)})
    _tell(f"Sai sót: {problem}" for problem in check(criteria_set))
    return FINE


def score(options: argparse.Namespace) -> int:
    """Answers → results; any fault in the set or the answers, and nothing is written."""
    _keep_apart(options.out, options.explain, options.criteria, options.answers)
    criteria_set = load(options.criteria)
    problems = check(criteria_set)
    fatal = [problem for problem in problems if problem.kind not in _ACCEPTABLE]
    if fatal:
        raise InvalidSet(tuple(fatal))
    answers = read_answers(options.answers, criteria_set)
    scored = score_all(criteria_set, answers)
    faults = sorted([*answers.faults, *contradictions(scored, answers)], key=lambda fault: fault.row)
    if faults:
        _tell(
            [f"{options.answers}: {len(faults)} lỗi, không ghi tệp nào:", *(f"- {fault}" for fault in faults)]
        )
        return WRONG
    _tell(f"Sai sót của bộ tiêu chí: {problem}" for problem in problems)
    _tell(f"Cảnh báo: {warning}" for warning in (*answers.warnings, *_open_points(scored, answers)))
    needs_default = any(not criteria_set.settings.bands_for(block) for block in answers.blocks.values())
    files = {options.out: results_table(scored, _default_bands() if needs_default else ())}
    if options.explain:
        files[options.explain] = lines_table(scored)
    write_all(files)
    return FINE


def _keep_apart(out: Path, explain: Path | None, *inputs: Path) -> None:
    """Refuses to write over an input, or two outputs into one file."""
    outputs = [path.resolve() for path in (out, explain) if path is not None]
    if len({*outputs, *(path.resolve() for path in inputs)}) < len(outputs) + len(inputs):
        raise UnreadableFile("--criteria, --answers, --out, --explain phải là các tệp khác nhau.")


def _open_points(scored: Scored, answers: AnswerFile) -> Iterable[str]:
    for unit, result in scored.scores.items():
        pending = [line.code for line in result.lines if isinstance(line.outcome, Pending)]
        missing = [code for code in result.waiting if code not in pending]
        if missing:
            yield f"{unit}: chưa có câu trả lời cho {', '.join(missing)}; điểm là tạm tính."
        if pending:
            yield f"{unit}: chờ số liệu từ bên ngoài cho {', '.join(pending)}; điểm là tạm tính."
        for gap in result.gaps:
            yield f"{unit}, {gap.code}: {gap.sentence}"
        sheet = answers.sheets[unit]
        for name, claimed, counted in (
            ("thưởng", add(*sheet.bonus), result.bonus),
            ("phạt", add(*sheet.penalty), result.penalty),
        ):
            if claimed != counted:
                yield f"{unit}: điểm {name} {number(claimed)} chỉ được tính đến mức tối đa {number(counted)}."


def rank_results(options: argparse.Namespace) -> int:
    """One column of a result file → ranks and classes on the screen."""
    scores = read_scores(options.results, options.by)
    if options.block is not None and options.block not in scores.blocks.values():
        known = ", ".join(f"“{block}”" for block in dict.fromkeys(scores.blocks.values()))
        _tell([f"Không có khối “{options.block}”; các khối: {known}."])
        return WRONG
    table = ranking_table(
        scores,
        block=options.block,
        ties=options.ties,
        on=options.on,
        digits=options.digits,
        mode=options.mode,
        bands=_chosen_bands(options.bands),
    )
    sys.stdout.write(table)
    return FINE


def _chosen_bands(text: str | None) -> Sequence[Band]:
    if text is None:
        return _default_bands()
    is_file = text.lower().endswith((".yaml", ".yml"))
    bands = read_bands(Path(text)) if is_file else bands_from_text(text)
    _tell(f"Cảnh báo: {problem}" for problem in band_problems(bands))
    return bands


def _default_bands() -> tuple[Band, ...]:
    bands = read_bands(DEFAULT_BANDS)
    listed = ", ".join(f"{band.name} {band.interval.words()}" for band in bands)
    _tell([f"Không nêu mức xếp loại: dùng mức mặc định ({listed})."])
    return bands


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="openpar", description="PAR Index arithmetic · Tính điểm Chỉ số cải cách hành chính"
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    criteria = commands.add_parser("criteria", help="criteria sets · bộ tiêu chí")
    kinds = criteria.add_subparsers(required=True, metavar="COMMAND")

    checking = kinds.add_parser("check", help="sums, codes, rules · kiểm tra tổng điểm, mã, quy tắc")
    checking.add_argument("file", type=Path, help=".yaml, .xlsx, .docx")
    checking.set_defaults(run=check_criteria)

    converting = kinds.add_parser("convert", help="to .yaml · chuyển sang .yaml")
    converting.add_argument("file", type=Path)
    converting.add_argument("out", type=Path)
    converting.set_defaults(run=convert_criteria)

    scoring = commands.add_parser("score", help="answers to results · chấm điểm từ câu trả lời")
    scoring.add_argument("--criteria", type=Path, required=True, help="criteria set · bộ tiêu chí")
    scoring.add_argument("--answers", type=Path, required=True, help="answers, .csv or .xlsx · câu trả lời")
    scoring.add_argument("--out", type=Path, required=True, help="results, .csv · kết quả")
    scoring.add_argument("--explain", type=Path, help="points and reason per leaf, .csv · điểm và lý do")
    scoring.set_defaults(run=score)

    ranking = commands.add_parser("rank", help="ranks and classes · xếp hạng, xếp loại")
    ranking.add_argument("results", type=Path, help="results, .csv · kết quả")
    ranking.add_argument("--by", default="index", help="column · cột điểm (index)")
    ranking.add_argument("--block", help="one block only · chỉ một khối")
    ranking.add_argument("--ties", choices=("competition", "dense"), default="competition")
    ranking.add_argument("--on", choices=("exact", "displayed"), default="exact")
    ranking.add_argument("--digits", type=int, choices=range(13), default=2, metavar="N")
    ranking.add_argument("--mode", type=str.upper, choices=ROUNDING_MODES, default="HALF_UP")
    ranking.add_argument("--bands", help='"Tốt>=80,Khá>=70,Yếu<70" · or a .yaml file')
    ranking.set_defaults(run=rank_results)

    add_deadline_command(commands)
    doctor.add_to(commands)
    add_backup_commands(commands)
    add_dossier_commands(commands)
    add_evidence_commands(commands)
    add_facts_commands(commands)
    add_log_commands(commands)
    add_inspection_commands(commands)
    add_job_commands(commands)
    add_roles_command(commands)
    add_round_commands(commands)
    add_qd766_commands(commands)
    add_reconcile_command(commands)
    return parser


def _say(lines: Iterable[str]) -> None:
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _tell(lines: Iterable[str]) -> None:
    sys.stderr.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Vietnamese must come out whatever the locale of the machine.
            stream.reconfigure(encoding="utf-8")
    sys.exit(main())
