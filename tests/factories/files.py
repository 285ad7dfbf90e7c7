"""Files of every kind that may be attached, small and honest, and the hostile ones that may not."""

import io
import struct
import zipfile
import zlib

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def pdf(extra: bytes = b"") -> bytes:
    """Return a one-page PDF; `extra` goes into its catalogue."""
    return (
        b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + extra + b" >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n"
        b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj\n"
        b"4 0 obj\n<< /Length 6 >>\nstream\n\x00/JS \x01\nendstream\nendobj\n"
        b"trailer\n<< /Root 1 0 R /Size 5 >>\nstartxref\n0\n%%EOF\n"
    )


def pdf_with_object_stream(inside: bytes) -> bytes:
    """Return a PDF that keeps `inside` in a deflated object stream."""
    packed = zlib.compress(inside)
    stream = b"9 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Length %d >>\nstream\n" % len(packed)
    return pdf().replace(b"trailer", stream + packed + b"\nendstream\nendobj\ntrailer")


def archive(members: dict[str, bytes]) -> bytes:
    """Return a zip archive of `members`, deflated, the first one stored."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for place, (name, content) in enumerate(members.items()):
            out.writestr(name, content, zipfile.ZIP_STORED if place == 0 else zipfile.ZIP_DEFLATED)
    return made.getvalue()


def open_xml(content_type: str, main: str, **more: bytes) -> bytes:
    types = f'<Types><Override PartName="/{main}" ContentType="{content_type}.main+xml"/></Types>'.encode()
    others = {name.replace("__", "/").replace("_dot_", "."): content for name, content in more.items()}
    return archive({"[Content_Types].xml": types, main: b"<document/>", **others})


def docx(**more: bytes) -> bytes:
    return open_xml(WORD, "word/document.xml", **more)


def xlsx() -> bytes:
    return open_xml(EXCEL, "xl/workbook.xml")


def open_document(kind: str, **more: bytes) -> bytes:
    others = {name.replace("__", "/"): content for name, content in more.items()}
    mimetype = f"application/vnd.oasis.opendocument.{kind}".encode()
    return archive({"mimetype": mimetype, "content.xml": b"<office/>", **others})


def png(after: bytes = b"") -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    picture = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + picture + after


def jpeg(comment: bytes = b"a photo", after: bytes = b"") -> bytes:
    segment = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    return b"\xff\xd8\xff\xe0\x00\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + segment + b"\xff\xda\0\x02\0\xff\xd9" + after


def locked_docx() -> bytes:
    """Return a Word archive whose members say that they are encrypted."""
    content = bytearray(docx())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + flags] |= 1
            place = content.find(mark, place + 4)
    return bytes(content)


def lying_docx() -> bytes:
    """Return a Word archive that declares a member far smaller than it is."""
    content = bytearray(docx(word__media=b"x" * 5_000_000))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(content)


GOOD = {
    "attendance.pdf": pdf(),
    "notes.docx": docx(),
    "figures.xlsx": xlsx(),
    "plan.odt": open_document("text"),
    "figures.ods": open_document("spreadsheet"),
    "notes.txt": "Rang home at 8:05 – no answer.".encode(),
    "register.csv": "day;mark\nMon;é\n".encode("cp1252"),
    "register-16.csv": "day\tmark\r\n".encode("utf-16"),
    "drawing.png": png(),
    "photo.jpg": jpeg(after=b"phone data"),
    "photo.JPEG": jpeg(),
}

HTML = b"<!DOCTYPE html><html><script>alert(1)</script></html>"
EXE = b"MZ\x90\x00" + b"\0" * 200
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'

HOSTILE = {
    "a program as a PDF": ("report.pdf", EXE),
    "a program": ("report.exe", EXE),
    "a program behind a second ending": ("report.pdf.exe", EXE),
    "a program before a second ending": ("report.exe.pdf", pdf()),
    "a web page": ("report.html", HTML),
    "a web page as text": ("report.txt", HTML),
    "a web page as CSV": ("report.csv", b"day,mark\n<script>alert(1)</script>,1\n"),
    "a drawing with a script": ("drawing.svg", SVG),
    "a drawing with a script as PNG": ("drawing.png", SVG),
    "a web page in a photo": ("photo.jpg", jpeg(b"<script>alert(1)</script>")),
    "an archive behind a picture": ("photo.png", png(archive({"a.exe": EXE}))),
    "an archive behind a photo": ("photo.jpeg", jpeg(after=archive({"a.exe": EXE}))),
    "a PDF that is an archive too": ("report.pdf", pdf() + archive({"a.exe": EXE}) + b"%%EOF"),
    "a PDF that starts as a web page": ("report.pdf", HTML + pdf()),
    "a PDF with a script": ("report.pdf", pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")),
    "a PDF with a disguised script": ("report.pdf", pdf(b"/OpenAction << /S /J#61vaScript >>")),
    "a PDF with a hidden script": ("report.pdf", pdf_with_object_stream(b"<< /S /JavaScript /JS (x) >>")),
    "a PDF that starts a program": ("report.pdf", pdf(b"/OpenAction << /S /Launch /F (cmd.exe) >>")),
    "a PDF behind a password": ("report.pdf", pdf(b"/Encrypt 7 0 R")),
    "a Word file with macros": ("notes.docx", docx(word__vbaProject_dot_bin=b"macro")),
    "a macro file": ("notes.docm", docx()),
    "a Word file with a program": ("notes.docx", docx(word__embeddings__oleObject1_dot_bin=EXE)),
    "an OpenDocument with macros": ("plan.odt", open_document("text", Basic__Standard=b"macro")),
    "an Excel file as Word": ("notes.docx", xlsx()),
    "a Word file behind a password": ("notes.docx", locked_docx()),
    "a zip as Word": ("notes.docx", archive({"a.txt": b"hello"})),
    "a zip": ("notes.zip", archive({"a.txt": b"hello"})),
    "a zip bomb": ("notes.docx", docx(word__media=b"\0" * 40_000_000)),
    "a zip that lies about its size": ("notes.docx", lying_docx()),
    "a zip that climbs out": ("notes.docx", docx(**{"..__..__etc__passwd": b"x"})),
    "an old Word file": ("notes.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100),
    "text with a NUL": ("notes.txt", b"hello\0world"),
    "text that is rich text": ("notes.txt", b"{\\rtf1 hello}"),
    "a name read backwards": ("gnp\u202etxt.exe.png", png()),
    "a name without an ending": ("../../etc/passwd", b"root:x:0:0"),
    "a path to a program": ("C:\\Users\\a\\run.bat", b"del *"),
    "nothing": ("empty.pdf", b""),
    "too much": ("large.txt", b"a" * (10 * 1024 * 1024 + 1)),
    "half a picture": ("half.png", png()[:-6]),
    "a photo from a phone's own format": ("photo.heic", b"\0\0\0\x18ftypheic" + b"\0" * 40),
}
