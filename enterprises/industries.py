"""Industries by GB/T 4754-2017: sections (门类, a letter) and divisions (大类, two digits)."""

import re
from functools import cache

from common.cells import CellError, name_key, nearest

SECTIONS: dict[str, tuple[str, dict[str, str]]] = {
    "A": (
        "农、林、牧、渔业",
        {
            "01": "农业",
            "02": "林业",
            "03": "畜牧业",
            "04": "渔业",
            "05": "农、林、牧、渔专业及辅助性活动",
        },
    ),
    "B": (
        "采矿业",
        {
            "06": "煤炭开采和洗选业",
            "07": "石油和天然气开采业",
            "08": "黑色金属矿采选业",
            "09": "有色金属矿采选业",
            "10": "非金属矿采选业",
            "11": "开采专业及辅助性活动",
            "12": "其他采矿业",
        },
    ),
    "C": (
        "制造业",
        {
            "13": "农副食品加工业",
            "14": "食品制造业",
            "15": "酒、饮料和精制茶制造业",
            "16": "烟草制品业",
            "17": "纺织业",
            "18": "纺织服装、服饰业",
            "19": "皮革、毛皮、羽毛及其制品和制鞋业",
            "20": "木材加工和木、竹、藤、棕、草制品业",
            "21": "家具制造业",
            "22": "造纸和纸制品业",
            "23": "印刷和记录媒介复制业",
            "24": "文教、工美、体育和娱乐用品制造业",
            "25": "石油、煤炭及其他燃料加工业",
            "26": "化学原料和化学制品制造业",
            "27": "医药制造业",
            "28": "化学纤维制造业",
            "29": "橡胶和塑料制品业",
            "30": "非金属矿物制品业",
            "31": "黑色金属冶炼和压延加工业",
            "32": "有色金属冶炼和压延加工业",
            "33": "金属制品业",
            "34": "通用设备制造业",
            "35": "专用设备制造业",
            "36": "汽车制造业",
            "37": "铁路、船舶、航空航天和其他运输设备制造业",
            "38": "电气机械和器材制造业",
            "39": "计算机、通信和其他电子设备制造业",
            "40": "仪器仪表制造业",
            "41": "其他制造业",
            "42": "废弃资源综合利用业",
            "43": "金属制品、机械和设备修理业",
        },
    ),
    "D": (
        "电力、热力、燃气及水生产和供应业",
        {
            "44": "电力、热力生产和供应业",
            "45": "燃气生产和供应业",
            "46": "水的生产和供应业",
        },
    ),
    "E": (
        "建筑业",
        {
            "47": "房屋建筑业",
            "48": "土木工程建筑业",
            "49": "建筑安装业",
            "50": "建筑装饰、装修和其他建筑业",
        },
    ),
    "F": ("批发和零售业", {"51": "批发业", "52": "零售业"}),
    "G": (
        "交通运输、仓储和邮政业",
        {
            "53": "铁路运输业",
            "54": "道路运输业",
            "55": "水上运输业",
            "56": "航空运输业",
            "57": "管道运输业",
            "58": "多式联运和运输代理业",
            "59": "装卸搬运和仓储业",
            "60": "邮政业",
        },
    ),
    "H": ("住宿和餐饮业", {"61": "住宿业", "62": "餐饮业"}),
    "I": (
        "信息传输、软件和信息技术服务业",
        {
            "63": "电信、广播电视和卫星传输服务",
            "64": "互联网和相关服务",
            "65": "软件和信息技术服务业",
        },
    ),
    "J": (
        "金融业",
        {"66": "货币金融服务", "67": "资本市场服务", "68": "保险业", "69": "其他金融业"},
    ),
    "K": ("房地产业", {"70": "房地产业"}),
    "L": ("租赁和商务服务业", {"71": "租赁业", "72": "商务服务业"}),
    "M": (
        "科学研究和技术服务业",
        {"73": "研究和试验发展", "74": "专业技术服务业", "75": "科技推广和应用服务业"},
    ),
    "N": (
        "水利、环境和公共设施管理业",
        {
            "76": "水利管理业",
            "77": "生态保护和环境治理业",
            "78": "公共设施管理业",
            "79": "土地管理业",
        },
    ),
    "O": (
        "居民服务、修理和其他服务业",
        {"80": "居民服务业", "81": "机动车、电子产品和日用产品修理业", "82": "其他服务业"},
    ),
    "P": ("教育", {"83": "教育"}),
    "Q": ("卫生和社会工作", {"84": "卫生", "85": "社会工作"}),
    "R": (
        "文化、体育和娱乐业",
        {
            "86": "新闻和出版业",
            "87": "广播、电视、电影和录音制作业",
            "88": "文化艺术业",
            "89": "体育",
            "90": "娱乐业",
        },
    ),
    "S": (
        "公共管理、社会保障和社会组织",
        {
            "91": "中国共产党机关",
            "92": "国家机构",
            "93": "人民政协、民主党派",
            "94": "社会保障",
            "95": "群众团体、社会团体和其他成员组织",
            "96": "基层群众自治组织及其他组织",
        },
    ),
    "T": ("国际组织", {"97": "国际组织"}),
}

_SECTION_OF = {
    division: letter for letter, (_, divisions) in SECTIONS.items() for division in divisions
}
# Short names that the rule of _spellings() does not make.
_SHORT_NAMES = {
    "电力热力燃气及水的生产和供应业": ("D", None),
    "水电气": ("D", None),
    "批零": ("F", None),
    "商贸": ("F", None),
    "运输业": ("G", None),
    "交通运输业": ("G", None),
    "交通运输": ("G", None),
    "道路运输": ("G", "54"),
    "货运": ("G", "54"),
    "仓储业": ("G", "59"),
    "快递": ("G", "60"),
    "信息技术": ("I", None),
    "信息技术服务业": ("I", None),
    "信息服务业": ("I", None),
    "互联网": ("I", "64"),
    "软件业": ("I", "65"),
    "房地产开发": ("K", None),
    "物业管理": ("K", None),
    "商务服务": ("L", "72"),
    "科技服务业": ("M", None),
    "科研技术服务业": ("M", None),
    "居民服务和其他服务业": ("O", None),
    "居民服务和修理业": ("O", None),
    "汽车修理": ("O", "81"),
    "文体娱乐业": ("R", None),
    "文化娱乐业": ("R", None),
}
_MARKS = re.compile(r"[、,，;；:：·/\\|()\-—\s]+")
_CODE_FIRST = re.compile(r"([a-t])?(\d{0,4})(.*)", re.ASCII | re.DOTALL)
_CODE_LAST = re.compile(r"(\D*[^\da-t])([a-t])?(\d{0,4})", re.ASCII | re.DOTALL)
_LONGEST_INDUSTRY = 100


def section_name(section: str) -> str:
    """Return the name of a section letter, "" if there is no such section."""
    return SECTIONS[section][0] if section in SECTIONS else ""


def division_name(division: str) -> str:
    """Return the name of a two-digit division, "" if there is no such division."""
    section = _SECTION_OF.get(division)
    return SECTIONS[section][1][division] if section else ""


def industry(text: str) -> tuple[str, str | None]:
    """Return (section letter, division or None) of what stands in 所属行业; ("", None) if empty.

    Understood: a section letter, a code of two digits (a longer code of the standard counts by its
    first two), the name of a section or division, usual short names, and letter, code and name
    together if they agree. Raises CellError that names the nearest industry.
    """
    key = _key(text[:_LONGEST_INDUSTRY])
    if not key:
        return "", None
    names = _names()
    if key in names:
        return names[key]
    letter, digits, name = _parts(key)
    section, division = _by_code(letter, digits)
    if section and _agrees(names, name, section, division):
        return section, division
    likely = nearest(name or key, names)
    if likely is None:
        raise CellError(
            "没有这个行业，请填门类字母、门类名称或两位大类代码，如 F、批发和零售业、52。"
        )
    shown = _label(*names[likely])
    raise CellError(f"没有这个行业，是不是“{shown}”？请填门类字母、门类名称或两位大类代码。")


def _parts(key: str) -> tuple[str | None, str, str]:
    """Return the letter, the digits and the name of F52零售业 or 零售业52."""
    if (last := _CODE_LAST.fullmatch(key)) and (last[2] or last[3]):
        return last[2], last[3], last[1]
    first = _CODE_FIRST.fullmatch(key)
    return (first[1], first[2], first[3]) if first else (None, "", key)


def _by_code(letter: str | None, digits: str) -> tuple[str | None, str | None]:
    """Return section and division of a letter, a code or both; no section if they are wrong."""
    section = letter.upper() if letter else None
    if not digits:
        return section, None
    # Excel drops the leading zero of 01-09.
    division = digits[:2] if len(digits) > 1 else digits.zfill(2)
    owner = _SECTION_OF.get(division)
    if owner is None or section not in (None, owner):
        return None, None
    return owner, division


def _agrees(
    names: dict[str, tuple[str, str | None]], name: str, section: str, division: str | None
) -> bool:
    """Whether a name that stands beside a code means the same section and division."""
    if not name:
        return True
    meant = names.get(name)
    return meant is not None and meant[0] == section and meant[1] in (None, division)


def _label(section: str, division: str | None) -> str:
    return (
        f"{division} {division_name(division)}"
        if division
        else f"{section} {section_name(section)}"
    )


def _key(text: str) -> str:
    return _MARKS.sub("", name_key(text))


@cache
def _names() -> dict[str, tuple[str, str | None]]:
    """Return every spelling of a name; a section goes before a division of the same name."""
    names: dict[str, tuple[str, str | None]] = {}
    for section, (name, _) in SECTIONS.items():
        for spelling in _spellings(name):
            names.setdefault(spelling, (section, None))
    for short, meant in _SHORT_NAMES.items():
        for spelling in _spellings(short):
            names.setdefault(spelling, meant)
    for section, (_, divisions) in SECTIONS.items():
        for division, name in divisions.items():
            for spelling in _spellings(name):
                names.setdefault(spelling, (section, division))
    return names


def _spellings(name: str) -> list[str]:
    """Return a name without its marks, and shorter: 批发和零售业 is 批发零售业 is 批发零售."""
    whole = _key(name)
    packed = re.sub("[和及与]", "", whole)
    return [whole, packed, whole.removesuffix("业"), packed.removesuffix("业")]
