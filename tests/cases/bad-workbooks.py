"""Makes hostile and broken workbooks in the current folder, for bad-input.sh."""
import struct
import zipfile
import zlib

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
TOP = f'<Relationships xmlns="{PACKAGE}"><Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
BOOK = f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>'
HEADINGS = ["姓名", "身份证号", "联系电话", "社区", "网格", "楼栋"]
PERSON = ["张三丰", "", "13800138000", "云翠社区", "1网格", "1号楼"]


def row(number, values):
    cells = (f'<c r="{chr(65 + i)}{number}" t="inlineStr"><is><t>{v}</t></is></c>' for i, v in enumerate(values))
    return f'<row r="{number}">{"".join(cells)}</row>'


def sheet(rows, before=""):
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def relations(target, name="rId1"):
    return f'<Relationships xmlns="{PACKAGE}"><Relationship Id="{name}" Type="{OFFICE}/worksheet" Target="{target}"/></Relationships>'


SOUND = sheet(row(1, HEADINGS) + row(2, PERSON))


def xlsx(path, body=SOUND, rels=relations("worksheets/sheet1.xml"), more=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", TYPES)
        z.writestr("_rels/.rels", TOP)
        z.writestr("xl/workbook.xml", BOOK)
        z.writestr("xl/_rels/workbook.xml.rels", rels)
        if body is not None:
            z.writestr("xl/worksheets/sheet1.xml", body)
        for name, data in more:
            z.writestr(name, data)


def ods(path, rows, before=""):
    content = (
        f'<?xml version="1.0"?>{before}<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        f'<office:body><office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        z.writestr("content.xml", content)


def append_part(path, name, data, claimed):
    """Adds a part of deflated `data` that claims to expand to `claimed` bytes."""
    with open(path, "rb") as f:
        old = f.read()
    end = old.rfind(b"PK\5\6")
    count, size, offset = struct.unpack_from("<HII", old, end + 10)
    name = name.encode()
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0x21, 0, len(data), claimed, len(name), 0) + name + data
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0x21, 0, len(data), claimed, len(name), 0, 0, 0, 0, 0, offset)
    central = old[offset : offset + size] + entry + name
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count + 1, count + 1, len(central), offset + len(local), 0)
    with open(path, "wb") as f:
        f.write(old[:offset] + local + central + tail)


def deflated(data, flush):
    z = zlib.compressobj(9, zlib.DEFLATED, -15)
    return z.compress(data) + z.flush(flush)


def bomb(path, mebibytes, claimed=None):
    """A sheet of nothing but blanks: one deflated block, many times over."""
    block = deflated(b" " * 2**20, zlib.Z_FULL_FLUSH)
    start = deflated(sheet("|").split("|")[0].encode(), zlib.Z_FULL_FLUSH)
    xlsx(path, None)
    claimed = claimed or mebibytes * 2**20
    append_part(path, "xl/worksheets/sheet1.xml", start + block * mebibytes + deflated(b"", zlib.Z_FINISH), claimed)


def mirrors(path, sheets):
    """One small sheet of blanks by many names: it would be expanded once for each."""
    names = "".join(f'<sheet name="S{i}" sheetId="{i}" r:id="rId1"/>' for i in range(1, sheets + 1))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("[Content_Types].xml", TYPES)
        z.writestr("_rels/.rels", TOP)
        z.writestr("xl/workbook.xml", BOOK.replace('<sheet name="S" sheetId="1" r:id="rId1"/>', names))
        z.writestr("xl/_rels/workbook.xml.rels", relations("worksheets/sheet1.xml"))
        z.writestr("xl/worksheets/sheet1.xml", sheet(" " * 7 * 2**20))


sound = row(1, HEADINGS) + row(2, PERSON)
xlsx("sound.xlsx")
with open("sound.xlsx", "rb") as whole, open("cut.xlsx", "wb") as cut:
    data = whole.read()
    cut.write(data[: len(data) * 2 // 3])
with open("picture.xlsx", "wb") as f:
    f.write(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
with zipfile.ZipFile("archive.xlsx", "w") as z:
    z.writestr("读我.txt", "不是表格")
levels = "".join(f'<!ENTITY l{i} "{("&l%d;" % (i - 1)) * 10 if i else "ha"}">' for i in range(10))
xlsx("entities.xlsx", sheet(row(1, HEADINGS) + row(2, ["&l9;"]), f"<!DOCTYPE x [{levels}]>"))
xlsx("external.xlsx", sheet(row(1, HEADINGS) + row(2, ["&x;"]), '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'))
ods("entities.ods", "", f"<!DOCTYPE x [{levels}]>")
ods(
    "repeats.ods",
    '<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p>'
    "</table:table-cell></table:table-row>",
)
bomb("bomb.xlsx", 400)
bomb("bomb-large.xlsx", 4000)
bomb("bomb-lies.xlsx", 4000, 1000)
mirrors("mirrors.xlsx", 400)
xlsx("columns.xlsx", sheet(sound + '<row r="3"><c r="BDWGN3" t="inlineStr"><is><t>x</t></is></c></row>'))
xlsx("cell.xlsx", sheet(row(1, HEADINGS) + row(2, ["长" * (100 * 2**20 // 3)])))
xlsx("climbs.xlsx", None, relations("../../../../../../etc/passwd"), [("../climbed.txt", "x"), ("/climbed.txt", "x")])
xlsx("missing.xlsx", None)
xlsx("unrelated.xlsx", rels=relations("worksheets/sheet1.xml", "rId7"))
xlsx("cyclic.xlsx", rels=relations("workbook.xml"))
