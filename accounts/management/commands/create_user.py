"""``create_user NAME --role ROLE``: an account with a grant (ledgers.md §2)."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from accounts.actions import grant_role
from accounts.choices import AREA_ROLES, ORGANIZATION_ROLES, Role
from accounts.commands import area_coded
from accounts.links import one_time_link
from accounts.models import Department, Grant, User
from areas.choices import AreaLevel
from areas.models import Area
from common.cells import name_key
from common.commands import PortalCommand, WrongCall
from common.secrets import fingerprint, mark_of


class Command(PortalCommand):
    """Create a user, or add a grant to one that exists."""

    help = "Create an account and print a one-time link to set its password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--role", required=True, choices=Role.values)
        parser.add_argument("--area", action="append", default=[], metavar="CODE", nargs="+")
        parser.add_argument("--organization", metavar="NAME")
        parser.add_argument("--department", metavar="NAME")
        parser.add_argument("--instructor", metavar="KEY")
        parser.add_argument("--password", help="for tests; otherwise a one-time link is printed")
        parser.add_argument("--full-name", default="")
        parser.add_argument("--json", action="store_true")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user, is_new = User.objects.get_or_create(
            username=options["name"], defaults={"name": options["full_name"]}
        )
        for place in self._places(options):
            grant_role(user=user, role=options["role"], by=None, **place)
        if options["password"]:
            user.set_password(options["password"])
            user.save(update_fields=["password"])
        elif is_new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        link = (
            "" if options["password"] or not is_new else settings.PUBLIC_URL + one_time_link(user)
        )
        if options["json"]:
            self.write_json({"user": user.username, "role": options["role"], "link": link})
        else:
            self.stdout.write(link or f"{user.username} 已授权。")

    def _places(self, options: dict[str, Any]) -> list[dict[str, Any]]:
        """What each grant is over, by the role. Raises WrongCall."""
        role = options["role"]
        codes = [code for group in options["area"] for code in group]
        if role == Role.SECTOR and not options["organization"]:
            raise WrongCall("行业党委的账号要用 --organization 指明党组织。")
        if role in ORGANIZATION_ROLES:
            if not options["organization"]:
                raise WrongCall("书记的账号要用 --organization 指明党组织。")
            return [{"organization": organization_named(options["organization"])}]
        if role == Role.INSTRUCTOR:
            if not options["instructor"]:
                raise WrongCall("指导员的账号要用 --instructor 指明 姓名+工作单位+联系电话。")
            return [{"instructor": instructor_keyed(options["instructor"])}]
        if role == Role.DEPARTMENT:
            if not options["department"]:
                raise WrongCall("承办部门的账号要用 --department 指明部门。")
            return [{"department": Department.objects.get_or_create(name=options["department"])[0]}]
        if role in AREA_ROLES:
            return [{"area": area} for area in self._areas(role, codes)]
        return [{}]

    def _areas(self, role: str, codes: list[str]) -> list[Area]:
        if codes:
            return [area_coded(code) for code in codes]
        top = list(Area.objects.filter(parent=None, level=AreaLevel.DISTRICT)[:2])
        if role == Role.DISTRICT and len(top) == 1:
            return top
        raise WrongCall("请用 --area 指明区划代码。")


def organization_named(text: str) -> Any:
    """The Party organization with this code or full name. Raises WrongCall."""
    model = Grant._meta.get_field("organization").related_model
    found = list(model.objects.filter(code=text)) if text else []
    found = found or list(model.objects.filter(name_key=name_key(text)))
    if len(found) != 1:
        raise WrongCall(f"没有（或不止一个）党组织叫“{text}”。")
    return found[0]


def instructor_keyed(key: str) -> Any:
    """The instructor of 姓名+工作单位+联系电话. Raises WrongCall."""
    model = Grant._meta.get_field("instructor").related_model
    name, _, rest = key.partition("+")
    workplace, _, phone = rest.rpartition("+")
    for instructor in model.objects.filter(name=name, workplace=workplace):
        if mark_of(instructor.phone) == fingerprint(phone):
            return instructor
    raise WrongCall("没有这名指导员，写成 姓名+工作单位+联系电话。")
