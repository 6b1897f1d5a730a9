"""``load_demo``: the fictional district 990101, loaded as its clerks would load it."""

import json
import secrets
from collections.abc import Callable, Iterable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.actions import grant_role
from accounts.choices import ADMIN_ROLES, Role
from accounts.models import Department, User
from activities import demo
from areas.choices import AreaLevel
from areas.models import Area
from common import parameters, workdays
from common.commands import PortalCommand, Refused
from common.dated import BEGINNING
from common.models import ImportBatch, Via
from districts.mingchuan import FILES, SEED, SELF_EMPLOYED, write_workbooks
from evaluations import demo as ratings_demo
from organizations.models import Instructor, PartyOrganization
from registers import demo as registers_demo
from reports import demo as bulletin_demo
from reports.loading import import_file, load_published, loaded_files
from services import demo as tickets
from services import help_demo

DISTRICT, TOWN = "990101", "990101101"  # 明川区, 青石镇
SECTOR_BODY = "中共明川区市场监督管理局非公有制经济组织委员会"
BRANCH = "中共青石镇五金产业联合支部委员会"
INSTRUCTOR = "李桂芳"
DEPARTMENT = "区城市管理局"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that are easily confused


NAMES = {
    "district.name": "明川区",
    "body.names": "中共明川区委社会工作部",
    "body.contact": "0990-555-0142",
}


class Login(NamedTuple):
    """A demo account: its user name is its role."""

    role: str
    name: str
    place: str  # what it is over, in words


LOGINS = (
    Login(Role.DISTRICT, "王建平", "全区"),
    Login(Role.SECTOR, "林晓燕", "市监局非公党委"),
    Login(Role.TOWN, "周敏", "青石镇"),
    Login(Role.SECRETARY, "陈国栋", "五金产业联合党支部"),
    Login(Role.INSTRUCTOR, INSTRUCTOR, "所联系的企业"),
    Login(Role.DEPARTMENT, "何雅琴", DEPARTMENT),
    Login(Role.IMPORTER, "沈传凯", "全区台账"),
    Login(Role.SYSTEM_ADMIN, "韩景维", "账号"),
    Login(Role.SECURITY_ADMIN, "梁思洁", "安全策略"),
    Login(Role.AUDIT_ADMIN, "邹培根", "审计记录"),
)


LIFE_ROLES = (Role.SECRETARY, Role.TOWN, Role.DISTRICT, Role.DEPARTMENT)


class Command(PortalCommand):
    """Safe to run again: what is there is left alone, what was interrupted is finished."""

    help = "装入示范区（虚构的明川区 990101）：台账、演示账号、覆盖情况报告。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--self-employed", type=int, default=SELF_EMPLOYED, metavar="N",
            help="fewer shops, for a quick look; the published figures need all",
        )
        parser.add_argument("--district", metavar="NAME", help="one of the published districts")

    def handle(self, *args: Any, **options: Any) -> None:
        self.folder = settings.STATE_DIR / "demo"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if options["district"]:
            self._show_published(options["district"])
            return
        loaded = loaded_files(FILES) if Area.objects.exists() else {}
        if Area.objects.exists() and not loaded:
            raise Refused("数据库里已有别的数据，不再装入示范区。请用空库，或改用 ./portal serve。")
        day = next((batch.effective_on for batch in loaded.values()), timezone.localdate())
        if len(loaded) < len(FILES):
            self._import(day, loaded, options["self_employed"])
        self._name_district(day)
        passwords = self._create_logins(LOGINS, place_of)
        self._tell_life(day)
        report = self._build_report(day)
        self._tell(passwords, report)

    def _show_published(self, name: str) -> None:
        """A published district: its ledgers, its figures, and accounts to look at them."""
        bulletin = load_published(name, say=self._say)
        top = Area.objects.get(level=AreaLevel.DISTRICT)
        town = Area.objects.filter(level=AreaLevel.TOWN).order_by("code").first()
        places = {
            Role.DISTRICT: {"area": top}, Role.IMPORTER: {"area": top}, Role.TOWN: {"area": town},
        }
        shown = [
            login._replace(place=str(places[login.role]["area"])) if login.role in places else login
            for login in LOGINS if login.role in {*places, *ADMIN_ROLES}
        ]
        passwords = self._create_logins(shown, lambda role: places.get(role, {}))
        self.stdout.write(f"{top}（{top.code}），全部数据均为虚构。工作数据：{bulletin}")
        self._tell_logins(shown, passwords)

    # --- ledgers ----------------------------------------------------------------------------------

    def _import(self, day: date, loaded: dict[str, ImportBatch], self_employed: int) -> None:
        """Import what is missing; the files are the same again for the same day."""
        workdays.fill()
        self._say("生成示范区台账")
        ledgers = self.folder / "ledgers"
        for kind, path in write_workbooks(ledgers, today=day, self_employed=self_employed):
            if path.name not in loaded:
                self._import_one(kind, path, day)

    def _import_one(self, kind: str, path: Path, day: date) -> None:
        # The clerk can act as soon as the areas are there, and finds the receipts under her name.
        importer = self._importer().username if Area.objects.exists() else None
        result = import_file(kind, path, day=day, user=importer, valid_rows_only=True)
        rows = "、".join(map(str, ordered_rows(result["errors"])))
        held = f"，有误的未入库：第 {rows} 行，见导入回执" if rows else ""
        self._say(f"  {path.stem}：入库 {result['created'] + result['updated']:,} 行{held}")

    def _name_district(self, day: date) -> None:
        """What stands in the head and foot of pages and reports; what somebody has set stays."""
        for key, value in NAMES.items():
            if parameters.value(key, on=day) == parameters.declared()[key].default:
                parameters.set_from(key=key, value=value, on=BEGINNING, by=None, via=Via.COMMAND)

    # --- logins -----------------------------------------------------------------------------------

    def _importer(self) -> User:
        user, is_new = User.objects.get_or_create(
            username=Role.IMPORTER.value, defaults={"name": name_of(Role.IMPORTER)}
        )
        if is_new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        grant_role(user=user, role=Role.IMPORTER, by=None, area=Area.objects.get(code=DISTRICT))
        return user

    def _create_logins(
        self, logins: Iterable[Login], place: Callable[[str], dict[str, Any]]
    ) -> dict[str, str]:
        """Create what accounts are missing; their passwords are kept for the next time."""
        kept = self.folder / "logins.json"
        passwords = json.loads(kept.read_text()) if kept.exists() else {}
        for login in logins:
            user, is_new = User.objects.get_or_create(
                username=login.role, defaults={"name": login.name}
            )
            if is_new or login.role not in passwords:
                passwords[login.role] = new_password()
                user.set_password(passwords[login.role])
                user.save(update_fields=["password"])
            grant_role(user=user, role=login.role, by=None, **place(login.role))
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(passwords, indent=2))
        return passwords

    # --- logs and visits --------------------------------------------------------------------------

    def _tell_life(self, day: date) -> None:
        """Two years of logs and visits, by those who have accounts where they would have acted."""
        users = {user.username: user for user in User.objects.filter(username__in=LIFE_ROLES)}
        people = demo.People(
            secretaries={place_of(Role.SECRETARY)["organization"].pk: users[Role.SECRETARY]},
            reviewers={place_of(Role.TOWN)["area"].pk: users[Role.TOWN]},
            district=users[Role.DISTRICT],
        )
        if count := demo.load(seed=SEED, today=day, people=people):
            self._say(f"  月度日志和走访：{count:,} 份日志")
        if count := ratings_demo.load(seed=SEED, today=day, people=people):
            self._say(f"  双向承诺、荣誉、星级评定：{count:,} 份承诺书")
        self._tell_tickets(day, people.reviewers, users)
        self._tell_small_ledgers(day)

    def _tell_tickets(self, day: date, towns: dict[Any, User], users: dict[str, User]) -> None:
        """Two years of tickets, and what is offered to enterprises."""
        people = tickets.People(
            towns=towns, departments={DEPARTMENT: users[Role.DEPARTMENT]},
            district=users[Role.DISTRICT],
        )
        if count := tickets.load(seed=SEED, today=day, people=people):
            self._say(f"  企业诉求：{count:,} 件")

    def _tell_small_ledgers(self, day: date) -> None:
        if count := registers_demo.load(seed=SEED, today=day):
            self._say(f"  其他台账：{count:,} 行")
        if count := help_demo.load(seed=SEED, today=day):
            self._say(f"  帮扶成果：{count:,} 件")
        if count := bulletin_demo.load(today=day):
            self._say(f"  工作数据：{count:,} 项")

    # --- report -----------------------------------------------------------------------------------

    def _build_report(self, day: date) -> list[Path]:
        """The coverage report of the district, built once by the job behind the button."""
        paths = {
            option: self.folder / f"明川区覆盖情况报告-{day.isoformat()}.{ending}"
            for option, ending in (("pdf", "pdf"), ("xlsx", "xlsx"), ("data", "json"))
        }
        if not all(path.exists() for path in paths.values()):
            self._say("生成全区覆盖情况报告")
            call_command(
                "coverage_report", area=DISTRICT, as_of=day.isoformat(), user=Role.DISTRICT.value,
                **{option: str(path) for option, path in paths.items()}, stdout=StringIO(),
            )
        return list(paths.values())

    # --- words ------------------------------------------------------------------------------------

    def _say(self, text: str) -> None:
        """Progress goes to standard error; the output is what the demo shows at its end."""
        self.stderr.write(text, self.style.SUCCESS)

    def _tell(self, passwords: dict[str, str], report: Iterable[Path]) -> None:
        self.stdout.write("示范区：明川区（990101），全部数据均为虚构。")
        self._tell_logins(LOGINS, passwords)
        self.stdout.write("报告：")
        for path in report:
            self.stdout.write(f"  {path}")
        self.stdout.write(f"台账：\n  {self.folder / 'ledgers'}")

    def _tell_logins(self, logins: Iterable[Login], passwords: dict[str, str]) -> None:
        self.stdout.write("演示账号（密码只在本次示范有效，请勿用于正式系统）：")
        for login in logins:
            who = f"{Role(login.role).label}　{login.name}　{login.place}"
            self.stdout.write(f"  {login.role:<15} {passwords[login.role]}  {who}")


def ordered_rows(errors: list[dict[str, Any]]) -> list[int]:
    """Excel rows that errors name, each once."""
    return sorted({error["row"] for error in errors})


def name_of(role: str) -> str:
    """The name of the person who has the demo account of a role."""
    return next(login.name for login in LOGINS if login.role == role)


def new_password() -> str:
    """Four groups of four, easy to type from a screen."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def place_of(role: str) -> dict[str, Any]:
    """What the grant of a role is over."""
    if role in (Role.DISTRICT, Role.IMPORTER):
        return {"area": Area.objects.get(code=DISTRICT)}
    if role == Role.TOWN:
        return {"area": Area.objects.get(code=TOWN)}
    if role == Role.SECTOR:
        return {"organization": PartyOrganization.objects.get(name=SECTOR_BODY)}
    if role == Role.SECRETARY:
        return {"organization": PartyOrganization.objects.get(name=BRANCH)}
    if role == Role.INSTRUCTOR:
        return {"instructor": Instructor.objects.get(name=INSTRUCTOR)}
    if role == Role.DEPARTMENT:
        return {"department": Department.objects.get_or_create(name=DEPARTMENT)[0]}
    return {}
