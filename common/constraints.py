"""What a broken constraint of the database says to the user: one sentence, never an error page."""

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import DatabaseError, IntegrityError, models

from common.guards import NeverOverlap

CONFLICT = "与刚保存的记录有冲突，没有保存。请刷新页面，看过最新内容后再改。"
BUSY = "正在导入台账，暂时不能保存。请过一两分钟再按一次保存，填写的内容还在。"
_LOCK_NOT_AVAILABLE, _CANCELLED = "55P03", "57014"


def sentence_of(error: IntegrityError) -> str:
    """The sentence of a violated constraint, found by its name among the models."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if constraint.name == name:
                return _sentence(model, constraint)
    return CONFLICT


def _sentence(model: type[models.Model], constraint: models.BaseConstraint) -> str:
    if isinstance(constraint, models.UniqueConstraint):
        return f"已有相同的{model._meta.verbose_name}，没有保存，请核对。"
    if isinstance(constraint, ExclusionConstraint | NeverOverlap):
        return f"{model._meta.verbose_name}的时间与已有记录重叠，没有保存，请核对日期。"
    return str(constraint.violation_error_message)


def is_busy(error: DatabaseError) -> bool:
    """Whether a statement gave up waiting for a writer (an import that is being applied)."""
    state = getattr(getattr(error, "__cause__", None), "sqlstate", None)
    return state in (_LOCK_NOT_AVAILABLE, _CANCELLED)
