"""The ground gives way under a whole portal: PostgreSQL crashes, disks are full. What was
acknowledged is there, what was not is not there by half, and it goes on by itself."""

import threading
import time

import pytest

from tests.acceptance.office import uscc
from tests.kills import work
from tests.kills.processes import until
from tests.kills.site import IS_ROOT, filled, own_site, subject_of

pytestmark = pytest.mark.full
as_root = pytest.mark.skipif(not IS_ROOT, reason="small file systems are mounted as root only")

SAVERS, CRASHES = 4, 5
AWAY, FULL = "数据库暂时连不上，刚才的操作不一定保存了", "服务器磁盘已满，没有保存"
# New entities enough that the application lasts well beyond PAUSE: 6,000 take 0.6 s.
SIZE, NEW, PAUSE = 60, 20_000, 0.3


@pytest.fixture(scope="module")
def site():
    with own_site() as site:
        yield site


def new_entity(number):
    return {
        "entity_kind": "小微企业", "name": f"保存电子有限公司{number}", "uscc": uscc(number),
        "town": "甲镇", "address": f"工业路 {number} 号", "industry": "39", "employees": "12",
        "status": "正常", "legal_representative": "吴永康", "phone": "13900000002",
    }


class Saver(threading.Thread):
    """Saves one record after the other until told to stop; knows which were acknowledged."""

    def __init__(self, site, number):
        super().__init__(daemon=True)
        self.site, self.next = site, number * 100_000
        self.saved, self.answers = [], []
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            self.next += 1
            answer = self.site.post("/entities/new/", new_entity(self.next))
            self.answers.append((time.monotonic(), answer))
            if answer.status == 302:
                self.saved.append(f"保存电子有限公司{self.next}")
            else:
                time.sleep(0.05)


def test_saves_survive_crashes_of_the_database(site, tell):
    savers = [Saver(site, number) for number in range(1, SAVERS + 1)]
    for saver in savers:
        saver.start()
    recovered = []
    for _ in range(CRASHES):
        time.sleep(2)
        site.database.crash()
        back = time.monotonic()
        until(lambda back=back: [
            at for saver in savers for at, answer in list(saver.answers)
            if at > back and answer.status == 302
        ], "a save succeeds")
        recovered.append(time.monotonic() - back)
    for saver in savers:
        saver.stopping.set()
        saver.join(60)
        assert not saver.is_alive(), "a save that does not end"

    told = {name for saver in savers for name in saver.saved}
    answers = [answer for saver in savers for _at, answer in saver.answers]
    failed = [answer for answer in answers if answer.status != 302]
    found = site.database.ask(
        "SELECT e.name, count(DISTINCT s.id), count(DISTINCT h.id) FROM enterprises_entity e "
        "LEFT JOIN enterprises_entitystate s ON s.entity_id = e.id "
        "LEFT JOIN common_history h ON h.row = e.id "
        "WHERE e.name LIKE %s GROUP BY e.id, e.name", "保存%",
    )
    names = [name for name, _states, _entries in found]
    assert len(names) == len(set(names))
    assert told <= set(names)
    assert {(states, entries) for _name, states, entries in found} == {(1, 1)}
    assert failed
    assert {answer.status for answer in failed} <= {0, 503}
    assert all(AWAY in answer.text for answer in failed if answer.status == 503)
    assert max(recovered) < 5
    tell(f"{len(told)} saves acknowledged and found over {CRASHES} crashes, {len(failed)} refused; "
         f"saving again {max(recovered):.1f} s after the database at most")


def upload(site, file):
    answer = site.post(
        "/imports/new/",
        {"kind": "enterprises", "effective_on": "2026-06-30", "is_correction": ""}, file,
    )
    return answer, subject_of(answer.place)


def confirm(site, batch):
    page = site.get(f"/imports/{batch}/").text
    seen = page.split('name="seen" value="')[1].split('"')[0]
    return site.post(f"/imports/{batch}/apply/", {"seen": seen})


def batch_of(site, batch):
    return site.database.ask(
        "SELECT state, message, file FROM common_importbatch WHERE id = %s", batch
    )[0]


def test_import_survives_crashes_of_the_database(site, tell):
    """One crash in the check, one in the application; the job is done again by itself."""
    _answer, batch = upload(site, work.edits(SIZE, NEW))
    took = []
    for step, state in (("check", "checked"), ("apply", "applied")):
        if step == "apply":
            assert confirm(site, batch).status == 302
        until(lambda: site.job(batch)[0] == "running", step, pause=0.01)
        time.sleep(PAUSE)
        site.database.crash()
        begun = time.monotonic()
        job = site.ended(batch)
        took.append(f"{step} {time.monotonic() - begun:.0f} s")
        assert job[0] == "done"
        assert job[2] == 2, f"the {step} was not interrupted"
        assert batch_of(site, batch)[0] == state
    ((new,),) = site.database.ask(
        "SELECT count(*) FROM enterprises_entity WHERE name LIKE %s", "新店%"
    )
    ((entries,),) = site.database.ask(
        'SELECT count(*) FROM common_history WHERE context = %s AND "table" = %s',
        batch, "enterprises_entity",
    )
    assert (new, entries) == (NEW, NEW)
    tell(f"done after the crash: {', '.join(took)}")


# --- Full disks ---------------------------------------------------------------------------------


def files_of(site):
    return sorted(
        str(path.relative_to(site.disk)) for path in site.disk.rglob("*")
        if path.is_file() and path.name != "filler"
    )


def named(site):
    rows = site.database.ask(
        "SELECT file FROM common_importbatch UNION ALL SELECT unnest(ARRAY[lists, pdf, xlsx]) "
        "FROM reports_reportrun"
    )
    return sorted(name for (name,) in rows if name)


@as_root
@pytest.mark.parametrize("size", [100_000, 4_000_000])
def test_upload_on_a_full_disk_is_told_and_leaves_nothing(site, size):
    """Small files lie in memory until they are kept, large ones in the temporary folder."""
    file = work.edits(SIZE, 20) + b"\0" * size
    before = files_of(site)
    with filled(site.disk), filled(site.temporary):
        answer, _batch = upload(site, file)
        assert answer.status == 503
        assert FULL in answer.text
        assert files_of(site) == before == named(site)
        assert site.get("/imports/").status == 200
    assert not [path for path in site.temporary.rglob("*") if path.is_file()]
    answer, batch = upload(site, work.edits(SIZE, 20))
    assert answer.status == 302
    assert site.ended(batch)[0] == "done"
    assert batch_of(site, batch)[0] == "checked"


@as_root
@pytest.mark.parametrize("place", ["disk", "temporary"])
def test_report_on_a_full_disk_waits_and_is_made(site, place, tell):
    with filled(getattr(site, place)):
        answer = site.post("/reports/new/", {"area": "990101", "as_of": "2026-06-30"})
        assert answer.status == 302, answer.text
        run = subject_of(answer.place)
        until(lambda: "磁盘已满" in "".join(map(str, site.job(run))), "it is told", 120, 0.2)
        assert "磁盘已满" in site.get(answer.place).text
        assert files_of(site) == named(site)
    begun = time.monotonic()
    job = site.ended(run)
    assert (job[0], job[3]) == ("done", "")
    assert files_of(site) == named(site)
    took = time.monotonic() - begun
    tell(f"{place}: done in attempt {job[2]}, {took:.0f} s after there was room")
