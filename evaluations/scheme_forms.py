"""Forms of schemes: a new one, the values of a version, one row of a table, a table as a file."""

from typing import Any
from uuid import UUID

from django import forms

from common.cells import CellError
from common.refusals import Refused
from evaluations import scheme_actions
from evaluations.choices import RatedKind
from evaluations.models_schemes import SchemeVersion
from evaluations.scheme_parts import Part
from evaluations.scheme_sheets import WrongRows, read_part
from evaluations.veto_forms import ActingForm

_LONG = 100


class SchemeForm(ActingForm):
    """A new scheme."""

    name = forms.CharField(label="方案名称", max_length=100)
    rated = forms.ChoiceField(label="评定对象", choices=RatedKind, widget=forms.RadioSelect)
    has_stars = forms.BooleanField(
        label="授星（不勾选的定等次，如 A、B、C、D）", required=False, initial=True
    )

    def act(self) -> None:
        self.made = scheme_actions.new_scheme(
            by=self.user, scope=self.scope, **self.given
        )

    def save(self) -> SchemeVersion:
        return self.made


class VersionForm(ActingForm):
    """加分上限 and notes."""

    instance: SchemeVersion
    bonus_cap = forms.DecimalField(label="加分上限", min_value=0, max_value=1000, decimal_places=2)
    notes = forms.CharField(
        label="说明", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def initial_of(self, instance: Any) -> dict[str, Any]:
        return {"bonus_cap": instance.bonus_cap, "notes": instance.notes}

    def act(self) -> None:
        scheme_actions.save_version(
            version=self.instance, by=self.user, scope=self.scope,
            bonus_cap=self.cleaned_data["bonus_cap"], notes=self.cleaned_data["notes"],
        )


class RowForm(ActingForm):
    """One row of a table; it is read as a row of the file is."""

    instance: SchemeVersion

    def __init__(self, *args: Any, part: Part, row: Any = None, **kwargs: Any) -> None:
        self.part, self.row = part, row
        super().__init__(*args, **kwargs)

    def narrow(self, scope: Any) -> None:
        """The fields of the table."""
        for one in self.part.fields:
            shown = one.show(self.row, self.instance) if self.row else ""
            self.fields[one.name] = self._field(one, shown)

    def _field(self, one: Any, shown: Any) -> forms.Field:
        common = {"label": one.header, "required": one.required, "help_text": one.help}
        if one.is_flag:
            return forms.BooleanField(
                label=one.header, required=False, initial=bool(shown), help_text=one.help
            )
        if one.choices:
            labels = list(one.choices(self.instance).values())
            return forms.ChoiceField(
                choices=[("", "请选择" if one.required else "不用")] + [(n, n) for n in labels],
                initial=shown, **common,
            )
        long = one.name in ("how", "evidence", "name")
        widget = forms.Textarea(attrs={"rows": 2}) if long else forms.TextInput
        return forms.CharField(
            initial="" if shown is None else shown, max_length=400, widget=widget, **common
        )

    def act(self) -> None:
        row = {
            one.header: ("是" if self.cleaned_data[one.name] else "")
            if one.is_flag else self.cleaned_data[one.name]
            for one in self.part.fields
        }
        try:
            values = self.part.values(row, self.instance)
        except CellError as error:
            raise Refused(error.sentence) from error
        pk: UUID | None = self.row.pk if self.row else None
        scheme_actions.save_row(
            version=self.instance, part=self.part, pk=pk, values=values, by=self.user,
            scope=self.scope,
        )


class FileForm(ActingForm):
    """A table as a workbook, in place of what is there."""

    instance: SchemeVersion
    file = forms.FileField(
        label="文件", help_text="下载现在的表，改好后整表上传。上传后原来的行全部换成文件里的。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
    )

    def __init__(self, *args: Any, part: Part, **kwargs: Any) -> None:
        self.part, self.count = part, 0
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any] | None:
        """Every row that is wrong is named."""
        try:
            return super().clean()
        except forms.ValidationError as error:
            cause = error.__cause__
            if isinstance(cause, WrongRows):
                raise forms.ValidationError([str(cause), *cause.problems]) from cause
            raise

    def act(self) -> None:
        rows = read_part(self.cleaned_data["file"], self.part, self.instance)
        self.count = scheme_actions.replace(
            version=self.instance, part=self.part, rows=rows, by=self.user, scope=self.scope
        )
