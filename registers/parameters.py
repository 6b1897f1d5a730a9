"""Dated settings about contact groups: the least of each, as for grids (domain.md §5, S3)."""

from common.parameters import Kind, Setting, declare

CONTACTS = "联系组"

for _key, _label, _default, _unit, _help in (
    ("contact.group_officials", "1+1+5 联系组的园区党组织成员", 1, "名", "1+1+5 的第一个 1"),
    ("contact.group_promoters", "1+1+5 联系组的招商部门人员", 1, "名", "1+1+5 的第二个 1"),
    ("contact.group_firms", "1+1+5 联系组联系的企业", 5, "家", "1+1+5 的 5"),
    ("contact.studio_veterans", "老书记工作室的老书记", 1, "名", "1+2+N 的 1"),
    ("contact.studio_instructors", "老书记工作室的指导员", 2, "名", "1+2+N 的 2"),
    ("contact.studio_firms", "老书记工作室联系的企业", 5, "家", "1+2+N 的 N"),
):
    declare(
        Setting(
            _key, _label, CONTACTS, Kind.INTEGER, _default, unit=_unit, minimum=0, maximum=100,
            help=f"{_help}。少于这个数的，名单里标出不足。填 0 表示不查。",
        )
    )
