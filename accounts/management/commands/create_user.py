"""``create_user NAME --role ROLE``: an account with a grant (ledgers.md §2)."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from accounts import totp
from accounts.actions import grant_role
from accounts.choices import AREA_ROLES, ORGANIZATION_ROLES, Role
from accounts.commands import area_coded
from accounts.links import one_time_link
from accounts.models import User
from accounts.places import place_of
from areas.choices import AreaLevel
from areas.models import Area
from common.commands import PortalCommand, WrongCall
from common.refusals import Refused


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
        parser.add_argument(
            "--new-link", action="store_true", help="a link also for an account that exists"
        )
        parser.add_argument(
            "--reset-totp", action="store_true", help="forget a device that was lost"
        )
        parser.add_argument("--json", action="store_true")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        user, is_new = User.objects.get_or_create(
            username=options["name"], defaults={"name": options["full_name"]}
        )
        if is_new and not options["password"]:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        try:
            for place in self._places(options):
                grant_role(user=user, role=options["role"], by=None, **place)
        except Refused as refusal:
            raise WrongCall(str(refusal)) from refusal
        if options["password"]:
            user.set_password(options["password"])
            user.save(update_fields=["password"])
        if options["reset_totp"]:
            totp.reset(user=user, by=None)
        wants_link = (is_new and not options["password"]) or options["new_link"]
        link = settings.PUBLIC_URL + one_time_link(user) if wants_link else ""
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
            return [self._place(role, options["organization"], options)]
        if role == Role.INSTRUCTOR:
            if not options["instructor"]:
                raise WrongCall("指导员的账号要用 --instructor 指明 姓名+工作单位+联系电话。")
            name, _, rest = options["instructor"].partition("+")
            return [self._place(role, rest, {"full_name": name})]
        if role == Role.DEPARTMENT:
            if not options["department"]:
                raise WrongCall("承办部门的账号要用 --department 指明部门。")
            return [self._place(role, options["department"], options)]
        if role in AREA_ROLES:
            return [{"area": area} for area in self._areas(role, codes)]
        return [{}]

    def _place(self, role: str, text: str, options: dict[str, Any]) -> dict[str, Any]:
        try:
            return place_of(role, text, options["full_name"])
        except Refused as refusal:
            raise WrongCall(str(refusal)) from refusal

    def _areas(self, role: str, codes: list[str]) -> list[Area]:
        if codes:
            return [area_coded(code) for code in codes]
        top = list(Area.objects.filter(parent=None, level=AreaLevel.DISTRICT)[:2])
        if role == Role.DISTRICT and len(top) == 1:
            return top
        raise WrongCall("请用 --area 指明区划代码。")
