"""Reading Word and PDF files, made by the tests."""

import io
import time
import zipfile
from pathlib import Path

import docx
import pypdf
import pytest
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

from detector.errors import EmptyInputError, TooLargeError, UnreadableError
from detector.reading import Limits, article_from_bytes, read_article
from detector.reading.pdf import unwrap


def word_file(**properties: str) -> bytes:
    document = docx.Document()
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    document.add_heading("Harbour closed", 1)
    document.add_paragraph("A storm hit Oldport.")
    document.add_paragraph("Two cranes fell.", style="List Bullet")
    document.add_paragraph("   ")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ("Crane", "Year", "One", "1987"), strict=True):
        cell.text = text
    document.add_paragraph("Ferries\twent to Newport.")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def pdf_file(pages: list[list[str]], title: str = "") -> bytes:
    """A PDF with one line of Helvetica for each string."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for lines in pages:
        shown = " ".join(f"({line}) Tj 0 -14 Td" for line in lines)
        stream = f"BT /F1 12 Tf 72 720 Td {shown} ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        content = len(objects)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % content
        )
        kids.append(len(objects))
    objects[1] = (
        f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>".encode()
    )
    objects.append(f"<< /Title ({title}) >>".encode())
    out, offsets = io.BytesIO(), []
    out.write(b"%PDF-1.4\n")
    for number, body in enumerate(objects, 1):
        offsets.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % offset for offset in offsets))
    out.write(
        b"trailer << /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, len(objects), start)
    )
    return out.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def test_word(tmp_path: Path):
    path = tmp_path / "a.docx"
    path.write_bytes(word_file(title="The harbour", author="Jane Roe"))
    article = read_article(path)
    assert article.text.split("\n") == [
        "# Harbour closed",
        "A storm hit Oldport.",
        "- Two cranes fell.",
        "| Crane | Year |",
        "| One | 1987 |",
        "Ferries\twent to Newport.",
    ]
    assert (article.title, article.author, article.published) == ("The harbour", "Jane Roe", None)


def test_a_word_file_is_told_by_its_bytes():
    assert article_from_bytes(word_file(), name="stdin").text.startswith("# Harbour closed")


def _altered(name: str, content: bytes) -> bytes:
    parts = {}
    with zipfile.ZipFile(io.BytesIO(word_file())) as archive:
        parts = {entry: archive.read(entry) for entry in archive.namelist()}
    return zipped({**parts, name: content})


_LAUGHS = b'<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><w:document>&b;</w:document>'


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (zipped({"a.txt": b"Rain."}), UnreadableError, "not a Word document"),
        (zipped({"word/document.xml": b"<w:document/>"}), UnreadableError, "not a readable Word document"),
        (zipped({"word/document.xml": b"A" * 20_000_000}), TooLargeError, "times its size"),
        (
            zipped({f"word/{i}.bin": bytes(900_000) for i in range(80)} | {"word/document.xml": b""}),
            TooLargeError,
            "unpacked",
        ),
        (_altered("word/document.xml", _LAUGHS), UnreadableError, "entities"),
        (_altered("docProps/core.xml", _LAUGHS), UnreadableError, "entities"),
        (word_file()[:-200], UnreadableError, "not a readable Word document"),
    ],
)
def test_a_hostile_or_damaged_word_file_is_refused(data, error, says):
    with pytest.raises(error, match=says):
        article_from_bytes(data, name="x.docx", kind="docx")


def test_damaged_properties_do_not_cost_the_text():
    article = article_from_bytes(_altered("docProps/core.xml", b"<no/>"), name="x.docx")
    assert article.text.startswith("# Harbour closed")
    assert article.title is None


def test_pdf(tmp_path: Path):
    path = tmp_path / "a.pdf"
    path.write_bytes(
        pdf_file(
            [
                [
                    "Harbour closed",
                    "A storm tore two cranes from their rails on Friday, the direc-",
                    "tor of the port said.",
                ],
                ["Ferries went to Newport."],
            ],
            title="The harbour",
        )
    )
    article = read_article(path)
    assert article.text.split("\n") == [
        "Harbour closed",
        "A storm tore two cranes from their rails on Friday, the director of the port said.",
        "Ferries went to Newport.",
    ]
    assert article.title == "The harbour"


def test_a_pdf_over_a_cap_or_without_text():
    many = pdf_file([["Rain."]] * 5)
    with pytest.raises(TooLargeError, match="over the limit of 4 pages"):
        article_from_bytes(many, name="a.pdf", limits=Limits(pages=4))
    with pytest.raises(TooLargeError, match="longer than 0 seconds"):
        article_from_bytes(many, name="a.pdf", limits=Limits(seconds=0))
    with pytest.raises(EmptyInputError, match="OCR"):
        article_from_bytes(pdf_file([[]]), name="a.pdf")


def test_a_pdf_whose_pages_go_in_a_circle_is_refused():
    looped = pdf_file([["Rain."]]).replace(b"/Kids [5 0 R]", b"/Kids [2 0 R]")
    with pytest.raises(UnreadableError, match="PDF"):
        article_from_bytes(looped, name="a.pdf")


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("", ""),
        ("One line", "One line"),
        ("The first line of this text fills the column\nand goes on. The next\nNew paragraph", None),
        (
            "well-known words stay: a state-of-the-\nart hall was opened by them",
            "well-known words stay: a state-of-the-art hall was opened by them",
        ),
        (
            "Points of the plan in the town hall today\n- one\n- two",
            "Points of the plan in the town hall today\n- one\n- two",
        ),
        (
            "On Friday she met the head of a pro-\nRussian party in the old town hall.",
            "On Friday she met the head of a pro-Russian party in the old town hall.",
        ),
        (
            "In court the judge spoke of a 24-\nyear-old who was not there.",
            "In court the judge spoke of a 24-year-old who was not there.",
        ),
        (
            "They had all been ill with COVID-\n19 in spring.",
            "They had all been ill with COVID-19 in spring.",
        ),
        ("The town gave no infor\xad\nmation.", "The town gave no information."),
        ("The town gave no infor\u2010\nmation.", "The town gave no information."),
        (
            "He named the state\u2010of\u2010the\u2010\nart hall.",
            "He named the state\u2010of\u2010the\u2010art hall.",
        ),
        ("The mayor said so -\nand then he left.", "The mayor said so - and then he left."),
    ],
)
def test_unwrap(text, joined):
    found = unwrap(text)
    assert found == joined if joined is not None else found.split("\n")[0].endswith("goes on. The next")


def body(xml: str, main: str = "word/document.xml") -> bytes:
    """A Word file with this body, its main part under any name."""
    with zipfile.ZipFile(io.BytesIO(word_file())) as archive:
        parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    head, _, rest = parts.pop("word/document.xml").decode().partition("<w:body>")
    head = (
        head.replace(
            "<w:document ",
            '<w:document xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" ',
            1,
        )
        if "xmlns:mc=" not in head
        else head
    )
    parts[main] = f"{head}<w:body>{xml}{rest[rest.index('<w:sectPr') :]}".encode()
    renamed = main.removeprefix("word/")
    for name in ("_rels/.rels", "[Content_Types].xml"):
        parts[name] = parts[name].replace(b"document.xml", renamed.encode())
    return zipped(parts)


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(row: list[list[str]]) -> str:
    """A table of one row: a list of paragraphs for each cell."""
    cells = ("".join(f"<w:p>{run(text)}</w:p>" for text in cell or [""]) for cell in row)
    return f"<w:tbl><w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in cells)}</w:tr></w:tbl>"


@pytest.mark.parametrize(
    ("xml", "text"),
    [
        (
            f"<w:p>{run('The mayor said no.')}<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:txbxContent>"
            f"<w:p>{run('Pull quote.')}</w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>"
            f"<w:p>{run('Pull quote.')}</w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
            f"{run(' He left.')}</w:p>",
            "The mayor said no. He left.\nPull quote.",
        ),
        (
            f"<w:p><w:moveFrom>{run('The talks failed. ')}</w:moveFrom>{run('Rain fell.')}"
            f"<w:moveTo>{run(' The talks failed.')}</w:moveTo></w:p>",
            "Rain fell. The talks failed.",
        ),
        (f"<w:p>{run('One.')}</w:p><w:customXml><w:p>{run('Two.')}</w:p></w:customXml>", "One.\nTwo."),
        (
            f"<w:tbl><w:tr><w:tc><w:p>{run('A')}</w:p></w:tc><w:sdt><w:sdtContent><w:tc><w:p>{run('B')}</w:p></w:tc>"
            f"</w:sdtContent></w:sdt><w:tc><w:p>{run('C')}</w:p></w:tc></w:tr></w:tbl>",
            "| A | B | C |",
        ),
        (f"<w:p>{run('one')}<w:r><w:cr/></w:r>{run('two')}</w:p>", "one\ntwo"),
        (
            table([["Rain.", "Wind.", "Sun.", "Fog.", "Hail.", "Snow."]]),
            "Rain.\nWind.\nSun.\nFog.\nHail.\nSnow.",
        ),
        (table([["One.", "Two."], ["Three."]]), "One.\nTwo.\nThree."),
        (table([[], ["One."], [""]]), "One."),
        (table([["One", ""], ["1987"]]), "| One | 1987 |"),
        (
            f"<w:tbl><w:tr><w:tc><w:p>{run('Cranes:')}</w:p>{table([['One'], ['1987']])}<w:p/></w:tc></w:tr></w:tbl>",
            "Cranes:\n| One | 1987 |",
        ),
        (
            f"<w:tbl><w:tr><w:tc><w:p>{run('A')}<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:txbxContent>"
            f"<w:p>{run('B')}</w:p></w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent><w:p>{run('B')}</w:p>"
            f"</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p></w:tc></w:tr></w:tbl>",
            "A\nB",
        ),
    ],
)
def test_word_keeps_what_a_reader_sees_once(xml: str, text: str):
    assert article_from_bytes(body(xml), name="a.docx").text == text


def test_the_main_part_of_a_word_file_may_have_any_name():
    data = body(f"<w:p>{run('Rain fell.')}</w:p>", "word/document2.xml")
    assert article_from_bytes(data, name="a.docx", kind="docx").text == "Rain fell."


def test_forms_of_a_pdf_that_are_drawn_thousands_of_times_run_into_the_clock():
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    form = StreamObject()
    form.set_data(b"0 0 m " * 60_000)
    form |= {
        NameObject("/Type"): NameObject("/XObject"),
        NameObject("/Subtype"): NameObject("/Form"),
        NameObject("/Resources"): DictionaryObject({NameObject("/Font"): DictionaryObject()}),
        NameObject("/BBox"): ArrayObject([NumberObject(n) for n in (0, 0, 9, 9)]),
    }
    resources = DictionaryObject({NameObject("/X"): writer._add_object(form)})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): resources})
    content = StreamObject()
    content.set_data(b"/X Do " * 40)
    page[NameObject("/Contents")] = writer._add_object(content)
    out = io.BytesIO()
    writer.write(out)
    begun = time.monotonic()
    with pytest.raises(TooLargeError, match="longer than"):
        article_from_bytes(out.getvalue(), name="a.pdf", limits=Limits(seconds=0.5))
    assert time.monotonic() - begun < 15
