"""What kind of file it is, by its content; what must not be opened is refused here.

Of a zip only the directory is looked at: sizes, names and flags. What an honest directory can hide
is left to the memory and time limits of the child process.
"""

import zipfile
from typing import BinaryIO

from common.workbook.errors import Unreadable

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 64 * MEBIBYTE
LARGEST_UNPACKED = 768 * MEBIBYTE
MOST_ENTRIES = 1000
MOST_COLUMNS = 200
# Ledgers reach a ratio of 10-40; made-up bombs begin at 300.
BOMB_RATIO, BOMB_SIZE = 200, 8 * MEBIBYTE

_SAVE_AS = "请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
DAMAGED = f"文件不完整或已损坏，请重新下载，或{_SAVE_AS.removeprefix('请')}"
EMPTY = "文件是空的，请检查是否选错了文件。"
LOCKED = "文件有打开密码，请在 Excel 或 WPS 中取消密码、保存后再上传。"
WEB_PAGE = f"这是网页，只是名字像表格，{_SAVE_AS}"
TOO_LARGE = "文件太大，请删去多余的工作表和图片，或按镇街拆成几个文件上传。"
_MACROS = "文件里有宏，请另存为不带宏的 .xlsx 再上传。"
_LINKS = "文件里有指向其他文件的链接或嵌入对象，请断开链接、只保留数值后再上传。"
_ARCHIVE = "这是压缩包，请解压后上传里面的表格。"
_WORD = "这是 Word 文档，请把表格复制到 Excel 或 WPS 表格，存为 .xlsx 再上传。"
_PDF = "这是 PDF 文件，请上传原来的 .xlsx、.xls 或 .csv 表格。"
_PICTURE = "这是图片，请上传 .xlsx、.xls 或 .csv 表格。"
_NOT_A_TABLE = "这不是表格文件，请上传 .xlsx、.xls 或 .csv 表格。"

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = {
    b"%PDF": _PDF,
    b"\x89PNG": _PICTURE,
    b"\xff\xd8\xff": _PICTURE,
    b"GIF8": _PICTURE,
    b"BM": _PICTURE,
    b"Rar!": _ARCHIVE,
    b"7z\xbc\xaf": _ARCHIVE,
    b"\x1f\x8b": _ARCHIVE,
    b"{\\rtf": _WORD,
    b"\x7fELF": _NOT_A_TABLE,
    b"MZ": _NOT_A_TABLE,
}
_LINKING = (
    "xl/externallinks/", "xl/embeddings/", "xl/connections.xml", "xl/querytables/", "xl/activex/",
)
_INSIDE = (".xlsx", ".xlsm", ".xlsb", ".xls", ".docx", ".doc", ".zip", ".exe")
_WEB_BEGINNINGS = ("<!doctype html", "<html", "<table", "<head", "<meta", "<body", "mime-version:")
_XML_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"


def kind_of(file: BinaryIO, scale: float = 1) -> str:
    """Return "xlsx", "xls" or "csv" by content, whatever the name; raises Unreadable.

    scale: how many times as large as usual a file may be.
    """
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(4096)
    if size == 0:
        raise Unreadable(EMPTY)
    if size > LARGEST_FILE * scale:
        raise Unreadable(TOO_LARGE)
    if head.startswith(_ZIP):
        _check_zip(file, scale)
        return "xlsx"
    if head.startswith(_OLE):
        _check_ole(file)
        return "xls"
    _refuse_foreign(head)
    return "csv"


def _refuse_foreign(head: bytes) -> None:
    for signature, sentence in _FOREIGN.items():
        # Two letters may begin an honest text: more must speak for the picture or the program.
        if head.startswith(signature) and (len(signature) > 2 or b"\x00" in head[:64]):
            raise Unreadable(sentence)
    has_mark = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    beginning = head.decode("utf-16" if has_mark else "utf-8-sig", "replace").lstrip().lower()
    if beginning.startswith(_WEB_BEGINNINGS) or "<table" in beginning or "<html" in beginning:
        raise Unreadable(WEB_PAGE)
    if beginning.startswith("<?xml"):
        raise Unreadable(f"这是 XML 文件，{_SAVE_AS}")
    if b"\x00" in head and not has_mark:
        raise Unreadable(_NOT_A_TABLE)


def _check_ole(file: BinaryIO) -> None:
    """Tell an .xls from an encrypted .xlsx and from Word by the names of its streams."""
    file.seek(0)
    content = file.read()
    if _has_stream(content, "EncryptedPackage"):
        raise Unreadable(LOCKED)
    if _has_stream(content, "Workbook") or _has_stream(content, "Book"):
        return
    if _has_stream(content, "WordDocument"):
        raise Unreadable(_WORD)
    raise Unreadable(DAMAGED)


def _has_stream(content: bytes, name: str) -> bool:
    """Whether a directory entry of an OLE2 file has this name: 128 bytes each, name first."""
    wanted = f"{name}\0".encode("utf-16-le")
    position = content.find(wanted, 512)
    while position >= 0:
        if position % 128 == 0:
            return True
        position = content.find(wanted, position + 1)
    return False


def _check_zip(file: BinaryIO, scale: float) -> None:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            directory_at = archive.start_dir
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError) as error:
        raise Unreadable(DAMAGED) from error
    _check_entries(entries, directory_at, scale)
    _check_parts({entry.filename.lower() for entry in entries})


def _check_entries(
    entries: list[zipfile.ZipInfo], directory_at: int, scale: float
) -> None:
    names = {entry.filename.lower() for entry in entries}
    if not entries or len(names) != len(entries):
        raise Unreadable(DAMAGED)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Unreadable(LOCKED)
    if any(not _is_plain(entry) for entry in entries):
        raise Unreadable(DAMAGED)
    unpacked = sum(entry.file_size for entry in entries) / scale
    if len(entries) > MOST_ENTRIES or unpacked > LARGEST_UNPACKED or any(map(_is_bomb, entries)):
        raise Unreadable(TOO_LARGE)
    # Parts lie one after another from the first byte to the directory: nothing is put before,
    # between or over them, so every reader sees the same workbook.
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.header_offset):
        if entry.header_offset < end or (end == 0 and entry.header_offset != 0):
            raise Unreadable(DAMAGED)
        end = entry.header_offset + 30 + entry.compress_size
    if end > directory_at:
        raise Unreadable(DAMAGED)


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    is_link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    climbs = entry.filename.startswith("/") or ".." in entry.filename.split("/")
    packed = entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return packed and not is_link and not climbs and ":" not in entry.filename


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    ratio = entry.file_size / max(entry.compress_size, 1)
    return entry.file_size > BOMB_SIZE and ratio > BOMB_RATIO


def _check_parts(names: set[str]) -> None:
    if any(name.endswith("vbaproject.bin") for name in names):
        raise Unreadable(_MACROS)
    if "word/document.xml" in names:
        raise Unreadable(_WORD)
    if any(name.startswith("ppt/") for name in names):
        raise Unreadable(_NOT_A_TABLE)
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise Unreadable(f"读不了这种格式的表格，{_SAVE_AS}")
    if "xl/workbook.xml" not in names:
        raise Unreadable(DAMAGED if "[content_types].xml" in names else _ARCHIVE)
    if any(name.startswith(_LINKING) or name.endswith(_INSIDE) for name in names):
        raise Unreadable(_LINKS)
