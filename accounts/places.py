"""What a grant is over, found from what people type: one field for all roles."""

from typing import Any

from accounts.choices import AREA_ROLES, ORGANIZATION_ROLES, Role
from accounts.models import Department, Grant
from areas.choices import AreaLevel
from areas.models import Area
from common.cells import name_key
from common.refusals import Refused
from common.secrets import fingerprint, mark_of

HELP = (
    "区级工作人员和三类管理员不用填；镇街工作人员、台账管理员填镇街或园区的名称或代码；"
    "书记、行业党委填党组织全称或代码；指导员填工作单位，同名的写成 工作单位+联系电话；"
    "承办部门填部门名称。"
)


def place_of(role: str, text: str, name: str) -> dict[str, Any]:
    """The fields of a grant of ``role``. ``name``: of the person, who may be an instructor.

    Raises Refused with one sentence.
    """
    if role in AREA_ROLES:
        return {"area": _area(role, text)}
    if role in ORGANIZATION_ROLES:
        return {"organization": organization_named(text)}
    if role == Role.INSTRUCTOR:
        workplace, _, phone = text.rpartition("+") if "+" in text else (text, "", "")
        return {"instructor": instructor_named(name, workplace, phone)}
    if role == Role.DEPARTMENT:
        if not text:
            raise Refused("请填写承办部门的名称。")
        return {"department": Department.objects.get_or_create(name=text)[0]}
    if text:
        raise Refused("三类管理员不用填范围。")
    return {}


def _area(role: str, text: str) -> Area:
    if not text:
        top = list(Area.objects.filter(parent=None, level=AreaLevel.DISTRICT)[:2])
        if role == Role.TOWN or len(top) != 1:
            raise Refused("请填写镇街或园区的名称或代码。")
        return top[0]
    found = list(Area.objects.filter(code=text)) or list(Area.objects.filter(name=text)[:2])
    if len(found) != 1:
        raise Refused(f"没有（或不止一个）区划叫“{text}”，请填代码。")
    if role == Role.DISTRICT and found[0].level != AreaLevel.DISTRICT:
        raise Refused("区级工作人员的范围是全区，不用填。")
    return found[0]


def organization_named(text: str) -> Any:
    """The Party organization with this code or full name. Raises Refused."""
    model = Grant._meta.get_field("organization").related_model
    if not text:
        raise Refused("请填写党组织的全称或代码。")
    found = list(model.objects.filter(code=text))
    found = found or list(model.objects.filter(name_key=name_key(text))[:2])
    if len(found) != 1:
        raise Refused(f"没有（或不止一个）党组织叫“{text}”，请填全称或代码。")
    return found[0]


def instructor_named(name: str, workplace: str, phone: str = "") -> Any:
    """The instructor of a name and workplace, and phone where these are not enough. Raises
    Refused."""
    model = Grant._meta.get_field("instructor").related_model
    found = list(model.objects.filter(name=name, workplace=workplace.strip()))
    if phone:
        found = [one for one in found if mark_of(one.phone) == fingerprint(phone.strip())]
    if not found:
        raise Refused(f"没有在“{workplace}”的指导员{name}，请核对姓名和工作单位。")
    if len(found) > 1:
        raise Refused(f"“{workplace}”有几名指导员叫{name}，请写成 工作单位+联系电话。")
    return found[0]
