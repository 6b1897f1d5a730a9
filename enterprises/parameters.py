"""Dated settings about market entities (common/parameters.py)."""

from common.parameters import Kind, Setting, declare

COVERAGE = "覆盖口径"

declare(
    Setting(
        "three_conditions.employees", "“三有”企业从业人数下限", COVERAGE, Kind.INTEGER, 10,
        unit="人", minimum=1, maximum=10_000,
        help="有固定场所、正常经营、从业人员不少于这个数的，算“三有”企业。",
        basis="各地“三有”企业组建要求，员工 10 人以上",
    )
)
declare(
    Setting(
        "staff_threshold", "规模覆盖率的从业人数线", COVERAGE, Kind.INTEGER, 50,
        unit="人", minimum=1, maximum=10_000,
        help="从业人员不少于这个数的主体，单列一项组织覆盖率。",
        basis="职工 50 人以上非公企业党组织覆盖要求",
    )
)
