"""Guards: what every model, view, file and trigger must keep, so that nobody has to remember it.

An exception stands in a list with its reason; one that is no longer needed fails too.
"""

import ast
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models.enums import Choices

from common import guards
from common.access import roles_of
from common.scoping import reachable
from common.trace import tracked_tables
from tests.routes import routes

ROOT = Path(settings.BASE_DIR)
APPS = (
    "common", "areas", "accounts", "enterprises", "organizations", "members", "registers",
    "activities", "evaluations", "services", "reports",
)
FILES = sorted(
    path
    for app in (*APPS, "config", "districts")
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def models() -> list:
    return [model for app in APPS for model in apps.get_app_config(app).get_models()]


# --- layers and migrations --------------------------------------------------------------------


def test_imports_run_downwards_only():
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", "--check", "--dry-run", stdout=io.StringIO())


# --- scope ------------------------------------------------------------------------------------

# Models whose rows no scope limits, and why.
GLOBAL_MODELS = {
    "accounts.Department": "a list of names that everybody may see",
    "accounts.OneTimeLink": "no page shows them: a link is told once, when it is made",
    "accounts.RecoveryCode": "one's own; only their number is shown",
    "accounts.TotpDevice": "one's own; its page shows no key once it is bound",
    "common.Digest": "one's own: nobody else's is shown",
    "common.CalendarDay": "the calendar is the same for everybody",
    "common.ImportRow": "read through its batch",
    "common.Job": "read through the batch or the run that it works for",
    "common.Parameter": "settings are the same for everybody",
    "evaluations.Band": "schemes are the same for everybody",
    "evaluations.Criterion": "schemes are the same for everybody",
    "evaluations.RatingCycle": "its reviews are what a scope limits",
    "evaluations.RatingScheme": "schemes are the same for everybody",
    "evaluations.SchemeVersion": "schemes are the same for everybody",
    "evaluations.Veto": "schemes are the same for everybody",
}


def test_every_model_says_who_reaches_its_rows():
    free = {
        model._meta.label
        for model in models()
        if not reachable(model._meta.label) and not hasattr(model, "scope_parent")
    }
    assert free == set(GLOBAL_MODELS)


def test_a_row_that_stands_with_another_ends_at_one_that_is_reached():
    for model in models():
        parent = getattr(model, "scope_parent", None)
        if parent:
            above = model._meta.get_field(parent).related_model
            assert reachable(above._meta.label) or hasattr(above, "scope_parent")
        if parent or reachable(model._meta.label):
            assert hasattr(model.objects.all(), "within")


def test_every_view_declares_its_roles():
    assert [route.name for route in routes() if roles_of(route.view) is None] == []


def test_only_signing_in_the_type_size_and_a_word_of_health_are_public():
    public = {route.name for route in routes() if roles_of(route.view) == {"public"}}
    signing_in = {"accounts:login", "accounts:again", "accounts:logout", "accounts:link"}
    assert public == signing_in | {"accounts:type", "health", "health_part"}


# Files that show rows to people: rows come from .within(scope).
SHOWING = re.compile(
    r"(?:\w+_)?(?:views|forms|resources|tables|filters|pages|details|downloads|search|home)"
    r"(?:_\w+)?\.py"
)
QUERY = re.compile(r"\b(\w+)\.objects\.(\w+)")
OF_A_ROW = "of one record, or of records of a page, that came from .within(scope)"
CONDITION = "a condition on rows that come from .within(scope)"
KEYS = "finds records by key; the check then refuses those outside the scope"
OPEN_LIST = "a list of names that everybody may see"
QUERIES_BESIDE_SCOPE = {
    "accounts/account_forms.py": {"User.filter": "whether a name of an account is taken"},
    "accounts/filters.py": {"Grant.filter": CONDITION},
    "accounts/totp_views.py": {
        "RecoveryCode.filter": "one's own", "TotpDevice.get": "one's own",
    },
    "accounts/views.py": {"Grant.of": "one's own grants"},
    "activities/load_filters.py": {"Appointment.filter": CONDITION},
    "activities/visit_filters.py": {"Assignment.at": CONDITION},
    "activities/visit_pages.py": {"Appointment.at": OF_A_ROW},
    "areas/filters.py": {
        "Area.filter": "the ids come from the scope",
        "Area.in_use": "narrowed to the areas of the scope in the next line",
    },
    "areas/resources.py": {
        "Area.order_by": "codes of superiors, to find circles", "Area.all": KEYS,
    },
    "areas/views.py": {"Area.in_use": OF_A_ROW},
    "common/imports/pages.py": {"Job.filter": OF_A_ROW},
    "common/ledgers/views.py": {"HistoryEntry.filter": OF_A_ROW},
    "common/rules/forms.py": {"CalendarDay.filter": "the calendar is the same for everybody"},
    "enterprises/resources.py": {
        "Entity.exclude": KEYS, "Entity.at": KEYS, "Entity.filter": "kinds that the file names",
    },
    "enterprises/views.py": {"EntityState.at": OF_A_ROW},
    "evaluations/commitment_views.py": {"CommitmentAppraisal.order_by": CONDITION},
    "evaluations/cycle_views.py": {"Job.filter": OF_A_ROW},
    "evaluations/review_filters.py": {"RatingScheme.order_by": OPEN_LIST},
    "members/details.py": {"MemberState.at": OF_A_ROW, "model.at": OF_A_ROW},
    "members/entity_pages.py": {"Member.counting": OF_A_ROW, "Affiliation.at": OF_A_ROW},
    "members/organization_pages.py": {
        "OrganizationState.at": OF_A_ROW, "Member.all": OF_A_ROW, "Post.at": OF_A_ROW,
    },
    "members/resources.py": {"Member.order_by": KEYS},
    "members/search.py": {"Affiliation.at": OF_A_ROW},
    "organizations/details.py": {
        "PartyOrganization.in_bulk": OF_A_ROW, "PartyOrganization.active": OF_A_ROW,
        "Post.filter": OF_A_ROW, "Term.filter": OF_A_ROW, "Appointment.at": OF_A_ROW,
        "Appointment.filter": OF_A_ROW, "Assignment.at": OF_A_ROW,
    },
    "organizations/entity_filters.py": {"Assignment.at": CONDITION},
    "organizations/entity_pages.py": {
        "Post.at": OF_A_ROW, "Appointment.at": OF_A_ROW, "CoverageLink.filter": OF_A_ROW,
        "Assignment.filter": OF_A_ROW,
    },
    "organizations/filters.py": {"Post.at": CONDITION, "Appointment.filter": CONDITION},
    "organizations/resources.py": {"PartyOrganization.all": KEYS, "Instructor.filter": KEYS},
    "organizations/views.py": {"OrganizationState.at": OF_A_ROW},
    "reports/forms.py": {
        "Area.filter": "the ids come from the scope",
        "RatingCycle.all": "cycles are the district's; reviews in them are scoped",
    },
    "services/help_resources.py": {"HelpCategory.values_list": "units: the same for everybody"},
    "reports/views_runs.py": {
        "Job.filter": OF_A_ROW,
        "RatingCycle.exists": "whether there is a cycle at all",
    },
    "services/filters.py": {
        "Department.all": OPEN_LIST, "ServiceItem.offered": CONDITION,
        "TicketCategory.select_related": OPEN_LIST,
    },
    "services/menu_forms.py": {
        "Department.all": OPEN_LIST, "HelpCategory.all": OPEN_LIST,
        "TicketCategory.filter": OPEN_LIST,
    },
    "services/menu_views.py": {"ServiceItem.offered": OF_A_ROW},
    "services/ticket_forms.py": {"Department.all": OPEN_LIST, "TicketCategory.filter": OPEN_LIST},
    "services/views.py": {"Help.select_related": OF_A_ROW},
}


def test_rows_that_people_see_come_from_their_scope():
    found: dict[str, set[str]] = {}
    for path in FILES:
        if not SHOWING.fullmatch(path.name) or "management" in path.parts:
            continue
        for model, method in QUERY.findall(path.read_text()):
            if method not in ("within", "none"):
                found.setdefault(name_of(path), set()).add(f"{model}.{method}")
    assert found == {path: set(reasons) for path, reasons in QUERIES_BESIDE_SCOPE.items()}


# --- flows ------------------------------------------------------------------------------------

# Fields that only a flow moves (common/transitions.py); everything else plans a change.
ASSIGNED = {
    "common/jobs.py: job.state": "the claim of a job, whose row is its own lock",
    "services/demo.py: self.ticket.state": "tells tickets that are not stored yet",
    "districts/mingchuan/members.py: member.status": "writes a workbook, not the database",
    "districts/mingchuan/shops.py: shop.status": "writes a workbook, not the database",
    "evaluations/demo_cycles.py: cycle.state": "tells what the verbs would have left, steps too",
    "evaluations/demo_cycles.py: review.state": "tells what the verbs would have left, steps too",
}


def test_states_are_moved_by_flows_only():
    found = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            targets = node.targets if isinstance(node, ast.Assign) else []
            found |= {
                f"{name_of(path)}: {ast.unparse(target)}"
                for target in targets
                if isinstance(target, ast.Attribute) and target.attr in ("state", "status")
                and ast.unparse(target.value) != "self"
            }
    assert found == set(ASSIGNED)


# --- size and words ---------------------------------------------------------------------------


def most_lines(path: Path) -> int:
    """How long a file may be."""
    if path.name.startswith("models"):
        return 600
    return 400 if "views" in path.name else 450


def test_files_are_short():
    """Templates and the stylesheet: tests/common/test_templates.py."""
    lengths = {path: len(path.read_text().splitlines()) for path in FILES}
    assert [name_of(path) for path, length in lengths.items() if length > most_lines(path)] == []


def test_nothing_is_marked_safe():
    trusting = re.compile(r"\bmark_safe\b|\bSafeString\(|\bhtml_safe\b|autoescape\s*=\s*False")
    assert [name_of(path) for path in FILES if trusting.search(path.read_text())] == []


EXPLAINED = {"actions.py", "rules.py", "scope.py", "indicators.py", "dated.py", "changes.py"}


def public(tree: ast.Module) -> Iterator[ast.AST]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node


def test_public_rules_and_verbs_are_explained():
    silent = [
        f"{name_of(path)}: {node.name}"
        for path in FILES
        if path.name in EXPLAINED
        for node in public(ast.parse(path.read_text()))
        if not ast.get_docstring(node)
    ]
    assert silent == []


def test_a_model_begins_with_its_chinese_term():
    silent = [m._meta.label for m in models() if not re.match(r"[\u4e00-\u9fff]", m.__doc__ or "")]
    assert silent == []


# --- trace ------------------------------------------------------------------------------------

# Business tables beside the models of GLOBAL_MODELS that leave no trace, and why.
UNTRACKED = {
    "accounts.SignInEntry": "part of the trail itself",
    "activities.LogDraft": "what is being typed",
    "activities.LogRound": "part of the trail itself: what was submitted stays as it was",
    "common.FlowStep": "part of the trail itself",
    "common.HistoryEntry": "the trace itself",
    "common.ReadEntry": "part of the trail itself",
    "common.ExportFile": "a file for some hours; who takes full numbers is recorded as a reading",
    "common.ImportBatch": "its steps are kept by its flow",
    "reports.ReportRun": "a frozen payload with its checksum",
}
TRIGGERS = """
SELECT c.relname, t.tgname, t.tgenabled, p.prosecdef, p.proconfig
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
WHERE NOT t.tgisinternal AND t.tgname LIKE 'trace%'
"""


def test_every_business_table_is_tracked():
    free = {model._meta.label for model in models() if model._meta.db_table not in tracked_tables()}
    assert free - set(GLOBAL_MODELS) == set(UNTRACKED)
    assert {"accounts.Grant", "common.Parameter", "common.CalendarDay"}.isdisjoint(free)


@pytest.mark.django_db
def test_every_tracked_table_has_its_triggers():
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS)
        rows = cursor.fetchall()
    wanted = {
        (table, f"trace_{verb}")
        for table in tracked_tables()
        for verb in ("insert", "update", "delete")
    }
    assert {(table, trigger) for table, trigger, *_ in rows} == wanted
    for _table, _trigger, enabled, definer, configuration in rows:
        assert (enabled, definer) == ("O", True)
        assert "enable_nestloop=off" in configuration


@pytest.mark.django_db
def test_every_key_without_a_constraint_has_its_guards():
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS.replace("trace", "due"))
        rows = cursor.fetchall()
    tables = {field.model._meta.db_table for field in guards.references()}
    targets = {field.related_model._meta.db_table for field in guards.references()}
    wanted = {(table, f"due_{verb}") for table in tables for verb in ("insert", "update")}
    wanted |= {(table, f"due_{what}") for table in targets for what in ("delete", "same_id")}
    assert {(table, trigger) for table, trigger, *_ in rows} == wanted | {
        (guards.TABLE, "due_look")
    }
    assert {enabled for _table, _trigger, enabled, *_ in rows} == {"O"}


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["common_history", "common_read", "accounts_signinentry"])
def test_the_application_may_only_read_the_trace(table):
    """tests/test_database_roles.py tries the statements."""
    with connection.cursor() as cursor:
        for right in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
            cursor.execute(
                "SELECT has_table_privilege(%s, %s, %s)",
                [settings.DATABASE_APPLICATION_ROLE, table, right],
            )
            assert (right, cursor.fetchone()[0]) == (right, False)


# --- documents --------------------------------------------------------------------------------


def test_links_in_the_documents_lead_somewhere():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    missing = [
        f"{name_of(page)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert missing == []


# --- glossary ---------------------------------------------------------------------------------


def choices() -> Iterator[type[Choices]]:
    """The sets of choices of our apps."""
    waiting = [Choices]
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if kind.__module__.partition(".")[0] in APPS:
            yield kind


def test_every_model_and_choice_stands_in_the_glossary():
    lines = [
        [cell.strip() for cell in line.split("|")]
        for line in (ROOT / "docs/glossary.md").read_text().splitlines()
        if line.startswith("| ")
    ]
    terms = {(cells[1], word.strip("`")) for cells in lines for word in cells[3].split()}
    words = {word for _term, word in terms}
    assert {model.__name__ for model in models()} - words == set()
    members = {(m.label, f"{kind.__name__}.{m.name}") for kind in choices() for m in kind}
    assert members - terms == set()
    # A name that no longer is, or a label that has changed, is stale.
    assert {pair for pair in terms if "." in pair[1]} == members
