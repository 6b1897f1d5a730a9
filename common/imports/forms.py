"""Forms of the import: what is uploaded and how it is meant."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from common import parameters
from common.forms import DayInput, ScopedForm
from common.ledgers import Ledger, all_ledgers, batches
from common.ledgers.names import SUFFIXES, kept_name, name_problem
from common.models import ImportBatch

CORRECTION = (
    ("", "变更：从数据截止日起是新值，以前的值留在历史里"),
    ("1", "更正：原来登记错了，按文件改正"),
)
EMPTY = (
    ("", "不修改：空白处保留库中的值"),
    ("1", "清空：空白处把库中的值清掉"),
)
VALID_ONLY = (
    ("", "全部改好再入库"),
    ("1", "先入正确的行"),
)


def ledgers_for(scope: Any) -> list[type[Ledger]]:
    """The ledgers that this user may import, in the order of a first load."""
    return [ledger for ledger in all_ledgers() if scope.may(ledger.edit_right)]


class EitherField(forms.TypedChoiceField):
    """A choice between two sentences; True for the second."""

    def __init__(self, label: str, choices: tuple[tuple[str, str], ...]) -> None:
        super().__init__(
            label=label, choices=choices, coerce=bool, empty_value=False, required=False,
            widget=forms.RadioSelect, initial=False,
        )

    def prepare_value(self, value: Any) -> str:
        """The key of the chosen sentence."""
        return "1" if value in (True, "1") else ""


class EffectiveForm(ScopedForm):
    """变更 or 更正, and from which day."""

    marks_required = True

    effective_on = forms.DateField(
        label="数据截止日", widget=DayInput,
        help_text="表中的数据截至哪一天。和库中不同的值从这一天起算。",
    )
    is_correction = EitherField("与库中不同的值", CORRECTION)

    def clean_effective_on(self) -> Any:
        day = self.cleaned_data["effective_on"]
        if not 1949 <= day.year <= timezone.localdate().year + 1:
            raise ValidationError("数据截止日不对，请按表中数据的实际日期填写。")
        return day


class UploadForm(EffectiveForm):
    """A new batch: kind of ledger, file, day, 变更 or 更正."""

    field_order = ("kind", "file", "effective_on", "is_correction")

    kind = forms.ChoiceField(label="台账", widget=forms.RadioSelect)
    file = forms.FileField(
        label="文件",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(SUFFIXES)}),
        error_messages={
            "empty": "这个文件是空的，请选择填好数据的文件。",
            "missing": "请选择要上传的文件。",
        },
    )

    def narrow(self, scope: Any) -> None:
        choices = [(ledger.kind, ledger.title) for ledger in ledgers_for(scope)]
        self.fields["kind"].choices = choices
        limit = parameters.value("upload.max_mb")
        self.fields["file"].help_text = (
            f"Excel、WPS 表格（.xlsx、.xls）或 .csv，不超过 {limit} MB。"
            "表头不在第一行、列的次序不同都可以。"
        )

    def clean_file(self) -> Any:
        file, limit = self.cleaned_data["file"], parameters.value("upload.max_mb")
        if problem := name_problem(kept_name(file.name)):
            raise ValidationError(problem)
        if file.size > limit << 20:
            raise ValidationError(
                f"文件有 {file.size / (1 << 20):.1f} MB，超过 {limit} MB，请分成几个文件上传。"
            )
        return file

    @transaction.atomic
    def save(self) -> ImportBatch:
        """Keep the file and begin the check."""
        cleaned = self.cleaned_data
        batch = batches.upload(
            kind=cleaned["kind"], file=cleaned["file"], file_name=cleaned["file"].name,
            by=self.user, effective_on=cleaned["effective_on"],
            is_correction=cleaned["is_correction"],
        )
        batches.request(batch, "check", by=self.user, scope=self.scope)
        return batch


class CheckForm(EffectiveForm):
    """How the file is meant; another answer is another check."""

    field_order = ("empty_clears", "is_correction", "effective_on")

    empty_clears = EitherField("空白单元格", EMPTY)

    def save(self) -> ImportBatch:
        """Check again."""
        batches.request(
            self.instance, "check", by=self.user, scope=self.scope,
            **{name: self.cleaned_data[name] for name in self.stored},
        )
        return self.instance
