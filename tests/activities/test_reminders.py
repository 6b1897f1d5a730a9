"""催报 and the daily reminder: once a person and day, on working days, only when something is due,
without names in e-mails."""

import smtplib
from datetime import date

import pytest
from django.core import mail

from accounts.choices import Role
from accounts.models import Grant, User
from accounts.scope import scope_for
from activities import actions, reminders
from activities.models import ActivityLog
from activities.opening import open_month
from common import digests, tasks, workdays
from common.inbox import Box
from common.models import Digest
from tests import factories as make
from tests.activities.logs import log_of, submit
from tests.together import together

pytestmark = pytest.mark.django_db
MONDAY = "2026-11-16 09:00+08:00"


@pytest.fixture(autouse=True)
def in_time(time_machine):
    """A Monday; October's logs are overdue and not locked."""
    time_machine.move_to(MONDAY)
    return time_machine


@pytest.fixture
def silent(cast):
    """甲一支部, the joint branch and 乙一支部 have not filed; the third has no account."""
    open_month(date(2026, 10, 1))
    ActivityLog.objects.filter(organization=cast.committee).delete()
    return cast


def press(client, user, query=""):
    """催报 on the matrix; what the page says then."""
    client.force_login(user)
    answer = client.post(f"/logs/remind/{query}")
    return [str(message) for message in client.get(answer.url).context["messages"]]


# --- 催报 -------------------------------------------------------------------------------------


def test_the_town_reminds_its_own(silent, client):
    assert "催报 2 个未报支部" in page_of(client, silent.town_a_staff)
    assert press(client, silent.town_a_staff) == ["已催 2 个。"]
    assert set(Digest.objects.values_list("user__username", "asked_by__username")) == {
        ("secretary_a", "town_a_staff"), ("secretary_joint", "town_a_staff"),
    }


def page_of(client, user):
    client.force_login(user)
    return client.get("/logs/matrix/").content.decode()


def test_nobody_is_reminded_twice_a_day(silent, client, in_time):
    press(client, silent.town_a_staff, "?q=甲一")
    assert "1 个今天已经提醒过，同一天不会重复提醒。" in page_of(client, silent.town_a_staff)
    assert press(client, silent.town_a_staff) == ["已催 1 个，1 个今天已经提醒过。"]
    assert press(client, silent.district_staff) == [
        "2 个今天已经提醒过，1 个的书记还没有账号，请另外通知：中共乙一支部委员会。"
    ]
    in_time.move_to("2026-11-17 09:00+08:00")
    assert press(client, silent.town_a_staff) == ["已催 2 个。"]
    assert Digest.objects.count() == 4


def test_a_secretary_of_two_branches_is_reminded_once(silent, client):
    Grant.objects.create(
        user=silent.secretary_a, role=Role.SECRETARY, organization=silent.organization_joint
    )
    assert press(client, silent.town_a_staff) == ["已催 2 个。"]
    assert Digest.objects.filter(user=silent.secretary_a).count() == 1


def test_the_filters_of_the_matrix_hold(silent, client):
    assert press(client, silent.town_a_staff, "?q=甲一") == ["已催 1 个。"]
    assert Digest.objects.get().user == silent.secretary_a


def test_who_has_filed_is_left_alone(silent, client):
    submit(log_of(silent.organization_a), silent.secretary_a)
    assert press(client, silent.town_a_staff) == ["已催 1 个。"]
    assert Digest.objects.get().user == silent.secretary_joint


@pytest.mark.parametrize(
    ("moment", "sentence"),
    [
        ("2026-11-14 10:00+08:00", "今天不上班，不发提醒。下一个工作日是 11月16日。"),
        # 国庆节 of 2026: holidays on weekdays, 10 October is a make-up Saturday.
        ("2026-10-05 10:00+08:00", "今天不上班，不发提醒。下一个工作日是 10月8日。"),
    ],
)
def test_nobody_is_reminded_on_days_off(silent, client, in_time, moment, sentence):
    workdays.fill([2026])
    in_time.move_to(moment)
    assert press(client, silent.town_a_staff) == [sentence]
    assert digests.send_daily() == 0
    assert not Digest.objects.exists()


def test_a_make_up_saturday_is_a_working_day(silent, client, in_time):
    workdays.set_day(day=date(2026, 11, 14), is_working=True, name="调休上班", by=None)
    in_time.move_to("2026-11-14 10:00+08:00")
    assert press(client, silent.town_a_staff) == ["已催 2 个。"]


@pytest.mark.parametrize("name", ["secretary_a", "importer"])
def test_who_has_no_right_reminds_nobody(silent, client, name):
    client.force_login(silent.user(name))
    assert client.post("/logs/remind/").status_code == 403
    assert client.get("/logs/remind/").status_code in (403, 405)


def test_the_sector_reminds_below_itself(silent, client):
    make.make_user(role=Role.SECRETARY, organization=silent.organization_b)
    assert press(client, silent.sector_staff) == ["已催 1 个。"]


def test_one_press_on_the_home_page(silent, client):
    client.force_login(silent.town_a_staff)
    page = client.get("/")
    [matter] = [one for one in page.context["boxes"][0].matters if one.label == "日志未报"]
    assert (matter.count, client.get(matter.url).context["page"].total) == (2, 2)
    [line] = matter.lines
    answer = client.post(line.press, {"from": "home"})
    assert answer.url == "/"
    assert "已催 2 个。" in client.get("/").content.decode()


def test_two_presses_at_once_are_one_reminder(silent):
    """The row is unique: the second press finds it."""
    first = digests.send(user=silent.secretary_a, by=silent.town_a_staff)
    assert digests.send(user=silent.secretary_a, by=silent.district_staff) is None
    assert Digest.objects.get() == first


@pytest.mark.django_db(transaction=True)
def test_reminders_from_many_sides_are_one(silent):
    sent = together(4, lambda: digests.send(user=silent.secretary_a, by=silent.town_a_staff))
    assert (Digest.objects.count(), sum(one is not None for one in sent)) == (1, 1)


# --- what it says -----------------------------------------------------------------------------


def test_the_reader_sees_it_once_on_the_home_page(silent, client):
    press(client, silent.town_a_staff)
    client.force_login(silent.secretary_a)
    text = client.get("/").content.decode()
    assert "2026年11月16日town_a_staff提醒您" in text
    assert "待我办：月度日志 1 份" in text
    assert Digest.objects.get(user=silent.secretary_a).opened_at is not None
    assert "提醒您" not in client.get("/").content.decode()


def test_an_email_goes_to_who_has_an_address(silent, client):
    silent.secretary_a.email = "a@portal.example"
    silent.secretary_a.save()
    press(client, silent.town_a_staff)
    tasks.mail_digests()
    tasks.mail_digests()
    [message] = mail.outbox
    assert (message.to, message.subject) == (["a@portal.example"], "11月16日有 2 项要办")
    assert "待我办　月度日志 1 份\n　　10月日志\n" in message.body
    assert Digest.objects.exclude(mailed_at=None).get().user == silent.secretary_a


def test_an_email_names_nobody(silent, in_time):
    """Returned logs, instructors and elections: counts, organizations and months only."""
    log = submit(log_of(silent.organization_a), silent.secretary_a)
    actions.send_back(
        log=log, comments={"activities.0.topic": "罗小梅当天没来"}, by=silent.town_a_staff,
        scope=scope_for(silent.town_a_staff),
    )
    for user in (silent.secretary_a, silent.town_a_staff, silent.district_staff):
        user.email = "x@portal.example"
        user.save()
        digests.send(user=user, by=silent.district_staff)
    digests.mail_today()
    assert len(mail.outbox) == 3
    text = "".join(message.body for message in mail.outbox)
    assert "被退回　月度日志 1 份" in text
    for word in ("罗小梅", "党员", "指导员甲", "secretary_a"):
        assert word not in text


def test_a_mail_server_that_is_away_is_tried_again(silent, client, monkeypatch, caplog):
    silent.secretary_a.email = "a@portal.example"
    silent.secretary_a.save()
    press(client, silent.town_a_staff)
    with monkeypatch.context() as broken:
        broken.setattr(
            "django.core.mail.backends.locmem.EmailBackend.send_messages", _refuse
        )
        assert digests.mail_today() == 0
    assert "a@portal.example" not in caplog.text
    assert digests.mail_today() == 1


def _refuse(*_arguments):
    raise smtplib.SMTPRecipientsRefused({"a@portal.example": (550, b"no")})


def test_without_a_mail_server_nothing_is_marked(silent, client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    silent.secretary_a.email = "a@portal.example"
    silent.secretary_a.save()
    press(client, silent.town_a_staff)
    assert digests.mail_today() == 0
    assert Digest.objects.filter(mailed_at=None).count() == 2


# --- every day --------------------------------------------------------------------------------


def told():
    """Names of those who were reminded today."""
    digests.send_daily()
    return set(Digest.objects.filter(day=date.today()).values_list("user__username", flat=True))


def test_the_daily_reminder_goes_to_those_for_whom_something_is_due(silent):
    """The town and the district because logs are missing, the instructor because nobody has
    been visited; nobody without a grant."""
    assert told() >= {"secretary_a", "secretary_joint", "town_a_staff", "district_staff"}
    assert told().isdisjoint({"no_grant", "system_admin", "importer"})


def test_nothing_due_no_reminder(silent):
    ActivityLog.objects.all().delete()
    assert told().isdisjoint({"secretary_a", "secretary_joint", "town_a_staff"})


def test_what_has_not_changed_is_said_again_after_three_working_days(silent, in_time):
    User.objects.exclude(pk=silent.town_a_staff.pk).update(is_active=False)
    days = {}
    for day in (16, 17, 18, 19, 20, 23):
        in_time.move_to(f"2026-11-{day} 09:00+08:00")
        days[day] = "town_a_staff" in told()
    assert [day for day, is_told in days.items() if is_told] == [16, 19]


def test_what_has_changed_is_said_the_next_day(silent, in_time):
    assert "town_a_staff" in told()
    submit(log_of(silent.organization_a), silent.secretary_a)
    in_time.move_to("2026-11-17 09:00+08:00")
    assert "town_a_staff" in told()


def test_a_disabled_account_is_not_reminded(silent):
    silent.secretary_a.is_active = False
    silent.secretary_a.save()
    assert "secretary_a" not in told()
    outcome = reminders.remind(
        organizations=[silent.organization_a], by=silent.town_a_staff
    )
    assert outcome.unreachable == ["中共甲一支部委员会"]


# --- the boxes of the office ------------------------------------------------------------------


def boxes(client, user):
    """Box → label → (count, rows of the list behind it)."""
    client.force_login(user)
    found = {}
    for filled in client.get("/").context["boxes"]:
        for matter in filled.matters:
            if "日志" in matter.label:
                rows = client.get(matter.url).context["page"].total
                found[filled.box, matter.label] = (matter.count, rows)
    return found


def test_what_waits_by_role(silent, client):
    log = submit(log_of(silent.organization_a), silent.secretary_a)
    assert boxes(client, silent.town_a_staff) == {
        (Box.TODO, "月度日志待审"): (1, 1), (Box.TODO, "日志未报"): (1, 1),
    }
    actions.accept(log=log, by=silent.town_a_staff, scope=scope_for(silent.town_a_staff))
    assert boxes(client, silent.district_staff) == {
        (Box.TODO, "月度日志待确认"): (1, 1), (Box.TODO, "日志未报"): (2, 2),
    }
    joint = submit(log_of(silent.organization_joint), silent.secretary_joint)
    actions.send_back(
        log=joint, comments={}, note="请补一句", by=silent.town_a_staff,
        scope=scope_for(silent.town_a_staff),
    )
    assert boxes(client, silent.town_a_staff) == {
        (Box.MINE, "退回的日志，等书记修改"): (1, 1),
    }


def test_counts_in_the_navigation(silent, client):
    submit(log_of(silent.organization_a), silent.secretary_a)
    client.force_login(silent.town_a_staff)
    home = client.get("/")
    waiting = sum(filled.count for filled in home.context["boxes"][:2])
    for page in (home, client.get("/logs/matrix/")):
        entries = {
            entry.label: entry.count for group in page.context["groups"] for entry in group.entries
        }
        assert (entries["月度日志"], entries["工作台"]) == (1, waiting)
