"""Files in and out: Excel workbooks and text, by the functions, by Drive and by gspread."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from google.auth.credentials import AnonymousCredentials
from googleapiclient.discovery import build_from_document
from googleapiclient.discovery_cache import get_static_doc
from googleapiclient.http import MediaInMemoryUpload
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule, FormulaRule, Rule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.colors import Color
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from sheets_mastery.local_google.errors import GoogleError
from sheets_mastery.local_google.sheets import Spreadsheets
from sheets_mastery.local_google.sheets.view import spreadsheet
from sheets_mastery.local_google.store import Store
from sheets_mastery.local_google.transfer import XLSX, export_file, import_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sheets_mastery.local_google.server import LocalGoogle

    Json = dict[str, Any]


def workbook() -> openpyxl.Workbook:
    """Return a workbook with one of everything that is carried."""
    book = openpyxl.Workbook()
    marks = book.worksheets[0]
    marks.title = "Marks"
    for row in (
        ["Name", "Quiz", "Share", "When", "At"],
        ["Ann", 17, "=B2/20", datetime(2026, 9, 1, 10, 30), time(8, 15)],  # noqa: DTZ001  a cell knows no zone
        ["Bo", 12.5, "=B3/20", datetime(2026, 9, 2), None],  # noqa: DTZ001  likewise
        ["007", True, "=1/0", None, None],
    ):
        marks.append(row)
    marks["A6"].value, marks["A6"].data_type = "=not a formula", "s"
    for cell in ("C2", "C3"):
        marks[cell].number_format = "0.0%"
    marks["B2"].number_format = '"$"#,##0.00'
    marks["B3"].number_format = "0.00E+00"
    marks["A2"].font = Font(name="Georgia", sz=14, b=True, i=True, strike=True, u="single", color="FFCC0000")
    marks["A3"].font = Font(color=Color(theme=4, tint=-0.25))
    marks["A2"].fill = PatternFill("solid", fgColor="FFFFF2CC")
    marks["A2"].border = Border(left=Side("thin", color="FFFF0000"), bottom=Side("double"))
    marks["A2"].alignment = Alignment(horizontal="center", vertical="top", wrap_text=True, text_rotation=135)
    marks["B2"].comment = Comment("Retake on Monday", "A teacher")
    marks.merge_cells("A8:C9")
    marks.freeze_panes = "B2"
    marks.column_dimensions["A"].width = 30
    marks.column_dimensions["E"].hidden = True
    marks.row_dimensions[2].height = 40
    marks.row_dimensions[4].hidden = True
    marks.auto_filter.ref = "A1:E4"
    red, green = PatternFill(bgColor="FFFFC7CE"), PatternFill(bgColor="FFC6EFCE")
    formats = marks.conditional_formatting
    formats.add("B2:B9", FormulaRule(formula=["AND(ISNUMBER($B2),$B2<15)"], fill=red))  # type: ignore[no-untyped-call]  # the stubs of openpyxl leave it open
    ink = Font(b=True, color="FF00AA00")
    formats.add("B2:B9 C2:C9", CellIsRule(operator="between", formula=["1", "$B$2"], font=ink))  # type: ignore[no-untyped-call]  # likewise
    formats.add("A2:A9", CellIsRule(operator="equal", formula=['"Ann"'], fill=green))  # type: ignore[no-untyped-call]  # likewise
    text = DifferentialStyle(fill=green)
    formats.add(
        "A1:A9",
        Rule("containsText", operator="containsText", text="o", dxf=text, formula=['NOT(ISERROR(SEARCH("o",A1)))']),
    )
    formats.add("C2:C9", ColorScaleRule("min", None, "FFFF0000", "percentile", 50, "FFFFFFFF", "max", None, "FF00FF00"))  # type: ignore[no-untyped-call]  # likewise
    formats.add("D2:D9", Rule("containsBlanks", dxf=text, formula=["LEN(TRIM(D2))=0"]))
    for validation, where in (
        (DataValidation("list", formula1='"yes,no"', showErrorMessage=True), "F2:F5"),
        (DataValidation("list", formula1="$A$2:$A$4", prompt="Who?", showInputMessage=True), "G2:G3"),
        (DataValidation("decimal", operator="between", formula1="0", formula2="20"), "B11:C12"),
        (DataValidation("custom", formula1="ISNUMBER(D11)"), "D11"),
    ):
        validation.add(where)
        marks.add_data_validation(validation)
    other = book.create_sheet("Other tab")
    other["A1"] = "=SUM(Marks!B2:B3)"
    other["A2"] = '=_xlfn.XLOOKUP("Ann",Marks!A:A,Marks!B:B)'
    other["A3"] = "=COUNTA(Marks!A2:A1048576)"
    other.sheet_properties.tabColor = "FF00FF00"
    other.sheet_view.showGridLines = False
    book.create_sheet("Hidden").sheet_state = "hidden"
    book.defined_names["scores"] = DefinedName("scores", attr_text="Marks!$B$2:$B$9")
    return book


def told(store: Store, spreadsheet_id: str) -> Json:
    """Return all that the API tells of a spreadsheet, but for its ids and its name."""
    document = spreadsheet(Spreadsheets(store).read(spreadsheet_id), None, [], grid_data=True)
    found: Json = json.loads(json.dumps(document))
    del found["spreadsheetId"], found["spreadsheetUrl"], found["properties"]["title"]
    for named in found.get("namedRanges", ()):
        del named["namedRangeId"]
    return found


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store of its own."""
    return Store(tmp_path / "store")


@pytest.fixture
def imported(store: Store, tmp_path: Path) -> str:
    """The id of the workbook's spreadsheet."""
    workbook().save(tmp_path / "class.xlsx")
    return import_file(store, tmp_path / "class.xlsx")


def test_a_workbook_survives_import_export_and_import_again(store: Store, imported: str, tmp_path: Path) -> None:
    export_file(store, imported, tmp_path / "again.xlsx")
    again = import_file(store, tmp_path / "again.xlsx")
    assert told(store, again) == told(store, imported)


def test_every_part_of_a_workbook_arrives(store: Store, imported: str) -> None:
    document = told(store, imported)
    marks, other, hidden = document["sheets"]
    rows = marks["data"][0]["rowData"]
    assert [cell.get("userEnteredValue") for cell in rows[1]["values"][:5]] == [
        {"stringValue": "Ann"},
        {"numberValue": 17},
        {"formulaValue": "=B2/20"},
        {"numberValue": 46266.4375},
        {"numberValue": 0.34375},
    ]
    shown = [[cell.get("formattedValue") for cell in row.get("values", [])[:5]] for row in rows[1:4]]
    assert shown == [
        ["Ann", "$17.00", "85.0%", "2026-09-01 10:30:00", "8:15:00"],
        ["Bo", "1.25E+01", "62.5%", "2026-09-02 0:00:00", None],
        ["007", "TRUE", "#DIV/0!", None, None],
    ]
    assert rows[5]["values"][0]["userEnteredValue"] == {"stringValue": "=not a formula"}
    red = {"red": 0.8}
    assert rows[1]["values"][0]["userEnteredFormat"] == {
        "backgroundColor": {"red": 1, "green": 0.9490196, "blue": 0.8},
        "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 0.9490196, "blue": 0.8}},
        "borders": {
            "left": {"style": "SOLID", "color": {"red": 1}, "colorStyle": {"rgbColor": {"red": 1}}},
            "bottom": {"style": "DOUBLE", "color": {}, "colorStyle": {"rgbColor": {}}},
        },
        "horizontalAlignment": "CENTER",
        "verticalAlignment": "TOP",
        "wrapStrategy": "WRAP",
        "textRotation": {"angle": -45},
        "textFormat": {
            "fontFamily": "Georgia",
            "fontSize": 14,
            "bold": True,
            "italic": True,
            "strikethrough": True,
            "underline": True,
            "foregroundColor": red,
            "foregroundColorStyle": {"rgbColor": red},
        },
    }
    assert rows[1]["values"][1]["note"] == "Retake on Monday"
    assert marks["merges"] == [{"startRowIndex": 7, "endRowIndex": 9, "startColumnIndex": 0, "endColumnIndex": 3}]
    frozen = {"rowCount": 1000, "columnCount": 26, "frozenRowCount": 1, "frozenColumnCount": 1}
    assert marks["properties"]["gridProperties"] == frozen
    columns = marks["data"][0]["columnMetadata"]
    assert (columns[0], columns[4]) == ({"pixelSize": 210}, {"pixelSize": 100, "hiddenByUser": True})
    lines = marks["data"][0]["rowMetadata"]
    assert (lines[1], lines[3]) == ({"pixelSize": 53}, {"pixelSize": 21, "hiddenByUser": True})
    assert [
        rule["booleanRule"]["condition"] if "booleanRule" in rule else sorted(rule["gradientRule"])
        for rule in marks["conditionalFormats"]
    ] == [
        {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=AND(ISNUMBER($B2),$B2<15)"}]},
        {"type": "NUMBER_BETWEEN", "values": [{"userEnteredValue": "1"}, {"userEnteredValue": "=$B$2"}]},
        {"type": "TEXT_EQ", "values": [{"userEnteredValue": "Ann"}]},
        {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": "o"}]},
        ["maxpoint", "midpoint", "minpoint"],
        {"type": "BLANK"},
    ]
    rules = {
        cell["dataValidation"]["condition"]["type"]
        for row in rows
        for cell in row.get("values", [])
        if "dataValidation" in cell
    }
    assert rules == {"ONE_OF_LIST", "ONE_OF_RANGE", "NUMBER_BETWEEN", "CUSTOM_FORMULA"}
    assert rows[1]["values"][5]["dataValidation"] == {
        "condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "yes"}, {"userEnteredValue": "no"}]},
        "strict": True,
        "showCustomUi": True,
    }
    assert marks["basicFilter"]["range"]["endColumnIndex"] == 5
    formulas = [row["values"][0]["userEnteredValue"]["formulaValue"] for row in other["data"][0]["rowData"]]
    assert formulas == ["=SUM(Marks!B2:B3)", '=XLOOKUP("Ann",Marks!A:A,Marks!B:B)', "=COUNTA(Marks!A2:A)"]
    assert [row["values"][0]["formattedValue"] for row in other["data"][0]["rowData"]] == ["29.5", "17", "4"]
    assert (other["properties"]["tabColor"], hidden["properties"]["hidden"]) == ({"green": 1}, True)
    place = {"startRowIndex": 1, "endRowIndex": 9, "startColumnIndex": 1, "endColumnIndex": 2}
    assert document["namedRanges"] == [{"name": "scores", "range": place}]


def test_what_only_sheets_has_comes_out_as_google_writes_it_and_comes_back(store: Store, tmp_path: Path) -> None:
    books = Spreadsheets(store)
    cells = [{"userEnteredValue": {"formulaValue": each}} for each in ('=JOIN("-",1,2)', "=SUM(B2:B)")]
    bands = [
        {
            "range": {"sheetId": 0, "endRowIndex": 2, "endColumnIndex": 1},
            "rowProperties": {"firstBandColor": {"red": 1}},
        }
    ]
    title = "A name: far too long for a sheet of Excel"
    sheets = [
        {
            "properties": {"sheetId": 0, "title": title},
            "data": [{"rowData": [{"values": cells}]}],
            "bandedRanges": bands,
        },
        {
            "properties": {"sheetId": 1, "title": "Other"},
            "data": [{"rowData": [{"values": [{"userEnteredValue": {"formulaValue": f"='{title}'!A1"}}]}]}],
        },
    ]
    made = books.create({"properties": {"title": "Ours"}, "sheets": sheets})
    export_file(store, made.id, tmp_path / "ours.xlsx")
    book = openpyxl.load_workbook(tmp_path / "ours.xlsx")
    first, other = book.worksheets
    assert book.sheetnames == ["A name_ far too long for a shee", "Other"]
    assert str(first["A1"].value).startswith('=IFERROR(__xludf.DUMMYFUNCTION("JOIN(""-"",1,2)"),')
    assert (first["B1"].value, first["A1"].fill.fgColor.rgb) == ("=SUM(B2:B1048576)", "FFFF0000")
    assert other["A1"].value == "='A name_ far too long for a shee'!A1"
    again = told(store, import_file(store, tmp_path / "ours.xlsx"))
    (row, *_) = again["sheets"][0]["data"][0]["rowData"]
    assert [cell["userEnteredValue"] for cell in row["values"]] == [each["userEnteredValue"] for each in cells]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([(2, 1), (0, 1)], {"B1 B3": [["A1>1"]]}),
        ([(2, 1), (0, 2)], {"B3": [["A3>1"]], "C1": [["B1>1"]]}),
    ],
)
def test_a_rule_whose_first_range_is_not_the_uppermost_says_the_same_in_excel(
    store: Store, tmp_path: Path, cells: list[tuple[int, int]], said: Json
) -> None:
    def place(row: int, column: int) -> Json:
        return {
            "sheetId": 0,
            "startRowIndex": row,
            "endRowIndex": row + 1,
            "startColumnIndex": column,
            "endColumnIndex": column + 1,
        }

    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A3>1"}]}
    look = {"backgroundColor": {"red": 1}}
    rule = {"ranges": [place(*each) for each in cells], "booleanRule": {"condition": condition, "format": look}}
    sheet = {"properties": {"sheetId": 0, "title": "One"}, "conditionalFormats": [rule]}
    made = Spreadsheets(store).create({"sheets": [sheet]})
    export_file(store, made.id, tmp_path / "rule.xlsx")
    (page,) = openpyxl.load_workbook(tmp_path / "rule.xlsx").worksheets
    rules = {
        " ".join(sorted(str(area.sqref).split())): [each.formula for each in area.rules]
        for area in page.conditional_formatting
    }
    assert rules == said


def test_text_comes_in_as_it_is_typed_and_goes_out_as_it_is_shown(store: Store, tmp_path: Path) -> None:
    (tmp_path / "marks.csv").write_bytes(b'\xef\xbb\xbfName,Mark\r\n"Diaz, Ana",90%\r\nKim,=1+1\r\n')
    made = import_file(store, tmp_path / "marks.csv")
    document = told(store, made)
    (sheet,) = document["sheets"]
    assert (sheet["properties"]["title"], Spreadsheets(store).read(made).properties["title"]) == ("marks", "marks")
    values = [[cell["userEnteredValue"] for cell in row["values"]] for row in sheet["data"][0]["rowData"]]
    assert values == [
        [{"stringValue": "Name"}, {"stringValue": "Mark"}],
        [{"stringValue": "Diaz, Ana"}, {"numberValue": 0.9}],
        [{"stringValue": "Kim"}, {"formulaValue": "=1+1"}],
    ]
    export_file(store, made, tmp_path / "out.tsv")
    assert (tmp_path / "out.tsv").read_bytes() == b"Name\tMark\r\nDiaz, Ana\t90%\r\nKim\t2"
    (tmp_path / "german.csv").write_bytes("Name;Note\nJörg;1\n".encode("cp1252"))
    german = told(store, import_file(store, tmp_path / "german.csv"))
    (_, line) = german["sheets"][0]["data"][0]["rowData"]
    assert [cell["formattedValue"] for cell in line["values"]] == ["Jörg", "1"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("broken.xlsx", b"PK\x03\x04 no workbook", "This is no Excel workbook: "),
        ("notes.docx", b"", "Only .xlsx, .csv, .tsv files can be moved in and out."),
    ],
)
def test_what_is_no_such_file_is_refused_and_leaves_nothing(
    store: Store, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GoogleError) as refused:
        import_file(store, tmp_path / name)
    assert refused.value.body["error"]["message"].startswith(said)
    assert Spreadsheets(store).ids() == []


@pytest.fixture
def drive(google: LocalGoogle) -> Iterator[Any]:
    """Google's own client for Drive, pointed here."""
    described = json.loads(get_static_doc("drive", "v3"))
    described["rootUrl"] = google.url + "/"
    described["mtlsRootUrl"] = google.url + "/"
    with build_from_document(described, credentials=AnonymousCredentials()) as service:  # type: ignore[no-untyped-call]  # untyped
        yield service


SHEET = "application/vnd.google-apps.spreadsheet"


def test_google_s_client_uploads_replaces_and_exports(drive: Any) -> None:
    kept = io.BytesIO()
    workbook().save(kept)
    media = MediaInMemoryUpload(kept.getvalue(), XLSX)
    made = drive.files().create(body={"name": "Class", "mimeType": SHEET}, media_body=media).execute()
    assert (made["name"], made["mimeType"]) == ("Class", SHEET)
    exported = drive.files().export(fileId=made["id"], mimeType=XLSX).execute()
    assert openpyxl.load_workbook(io.BytesIO(exported)).sheetnames == ["Marks", "Other tab", "Hidden"]
    text = drive.files().export(fileId=made["id"], mimeType="text/csv").execute().decode()
    assert list(csv.reader(io.StringIO(text)))[1] == ["Ann", "$17.00", "85.0%", "2026-09-01 10:30:00", "8:15:00"]
    plain = MediaInMemoryUpload(b"a,b\n1,2\n", "text/csv")
    again = drive.files().update(fileId=made["id"], media_body=plain, fields="id,name,version").execute()
    assert (again["id"], again["name"]) == (made["id"], "Class")
    assert drive.files().export(fileId=made["id"], mimeType="text/csv").execute() == b"a,b\r\n1,2"
    named = drive.files().update(fileId=made["id"], body={"name": "New"}, media_body=plain).execute()
    assert named["name"] == "New"


def test_what_drive_cannot_convert_or_export_is_said(book: Any, google: LocalGoogle, session: Any) -> None:
    def said(method: str, path: str, **more: Any) -> tuple[int, str]:
        answer = session.request(method, google.url + path, **more)
        return answer.status_code, answer.json()["error"]["message"]

    folder = session.post(
        f"{google.url}/drive/v3/files", json={"name": "F", "mimeType": "application/vnd.google-apps.folder"}
    ).json()["id"]
    assert said("GET", f"/drive/v3/files/{folder}/export?mimeType=text/csv") == (
        403, "Export only supports Docs Editors files.",
    )  # fmt: skip
    assert said("GET", f"/drive/v3/files/{book.id}/export?mimeType=application/pdf") == (
        501, "The local Google does not speak files.export as application/pdf.",
    )  # fmt: skip
    assert said("GET", f"/drive/v3/files/{book.id}?alt=media") == (
        403, "Only files with binary content can be downloaded. Use Export with Docs Editors files.",
    )  # fmt: skip
    upload, csv_type = "/upload/drive/v3/files", {"Content-Type": "text/csv"}
    assert said("POST", f"{upload}?uploadType=media", data=b"a", headers=csv_type) == (
        501, "The local Google does not speak keeping text/csv as it is in Drive.",
    )  # fmt: skip
    assert said("POST", f"{upload}?uploadType=resumable", data=b"a", headers=csv_type) == (
        501, "The local Google does not speak an upload of the type resumable.",
    )  # fmt: skip
    wrong = {"Content-Type": "multipart/related; boundary=x"}
    assert said("POST", f"{upload}?uploadType=multipart", data=b"--x\r\n", headers=wrong) == (
        400, "Malformed multipart body.",
    )  # fmt: skip
    parts = (
        b'--x\r\nContent-Type: application/json\r\n\r\n{"mimeType": "%s"}\r\n--x\r\nContent-Type: %s\r\n\r\n%s\r\n--x--'
    )
    body = parts % (SHEET.encode(), XLSX.encode(), b"no workbook")
    assert said("POST", f"{upload}?uploadType=multipart", data=body, headers=wrong) == (
        400, "This is no Excel workbook: File is not a zip file",
    )  # fmt: skip


def test_an_upload_needs_a_bearer_where_bearers_are_checked(strict_google: LocalGoogle, session: Any) -> None:
    for method, path in (("POST", "v3/files?uploadType=media"), ("PUT", "v2/files/x?uploadType=media&convert=True")):
        answer = session.request(method, f"{strict_google.url}/upload/drive/{path}", data=b"a")
        assert answer.status_code == 401
