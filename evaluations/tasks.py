"""Jobs of ratings: a thin door to evaluations/computing.py."""

from common.jobs import Report, fence, job_kind
from common.models import Job, Via
from common.trace import recording
from evaluations.computing import compute
from evaluations.models import RatingCycle


@job_kind("evaluations.compute", label="计算系统分")
def compute_scores(job: Job, report: Report) -> None:
    """Compute a cycle; its result and the end of the job are one commit."""
    cycle = RatingCycle.objects.select_related("version__scheme").get(pk=job.subject)
    with recording(by=job.asked_by, via=Via.JOB):
        compute(cycle, lambda done, total: report("正在计算系统分", done=done, total=total))
        fence(job)
