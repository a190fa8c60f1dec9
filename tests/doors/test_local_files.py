"""`local import` and `local export` as they are typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

RunIn = Callable[..., Any]


def test_files_go_in_and_come_out_again(run_in: RunIn, tmp_path: Path) -> None:
    (tmp_path / "marks.csv").write_text("Name,Mark\nAna,90%\n", "utf-8")
    book = openpyxl.Workbook()
    book.worksheets[0]["A1"] = "=6*7"
    book.save(tmp_path / "sum.xlsx")
    done = run_in(tmp_path, "local", "import", "google", "marks.csv", "sum.xlsx")
    assert (done.code, done.err) == (0, "")
    (marks, first), (total, second) = (line.split("  ") for line in done.out.splitlines())
    assert (first, second) == ("marks.csv", "sum.xlsx")
    for name in ("marks.xlsx", "marks.tsv"):
        assert run_in(tmp_path, "local", "export", "google", marks, name).code == 0
    assert run_in(tmp_path, "local", "export", "google", total, "sum.csv").code == 0
    (page,) = openpyxl.load_workbook(tmp_path / "marks.xlsx").worksheets
    assert list(page.values) == [("Name", "Mark"), ("Ana", 0.9)]
    assert (tmp_path / "marks.tsv").read_bytes() == b"Name\tMark\r\nAna\t90%"
    assert (tmp_path / "sum.csv").read_bytes() == b"42"


def test_what_cannot_be_moved_is_said_in_one_sentence(run_in: RunIn, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no sheet", "utf-8")
    for words, said in (
        (("import", "google", "notes.txt"), "notes.txt: Only .xlsx, .csv, .tsv files can be moved in and out."),
        (("import", "google", "none.csv"), "none.csv: No such file or directory."),
        (("export", "google", "nobody", "out.csv"), "nobody to out.csv: Requested entity was not found."),
    ):
        done = run_in(tmp_path, "local", *words)
        assert (done.code, done.out, done.err) == (2, "", f"{said}\n")
    assert not (tmp_path / "out.csv").exists()
