"""Columns of the lists of reviews and of stars."""

from common.tables import Column
from evaluations.choices import ReviewState
from evaluations.models import Review, StarGrant

TONES = {
    ReviewState.SELF.label: "warn", ReviewState.TOWN.label: "info",
    ReviewState.DISTRICT.label: "info", ReviewState.CITY.label: "info",
    ReviewState.OBJECTED.label: "bad", ReviewState.GRANTED.label: "ok",
}


def _tied(review: Review) -> str:
    return "同分待定" if review.is_tied else ""


def _band(review: Review) -> str:
    return str(review.band) if review.band else ""


REVIEW_COLUMNS = (
    Column("subject", "评定对象", link=Review.get_absolute_url, sort=("name", "-name"),
           fixed=True, up=True),
    Column("state", "评定进度", value="get_state_display", kind="state", tones=TONES, up=True),
    Column("self", "自评", value="total_self", kind="number"),
    Column("town_score", "镇街初评", value="total_town", kind="number", short="镇街"),
    Column("district", "区复评", value="total_district", kind="number", short="区"),
    Column("city", "市评", value="total_city", kind="number", short="市", shown=False),
    Column("band", "拟定星级", value=_band, whole=True),
    Column("tied", "同分", value=_tied, kind="state", tones={"同分待定": "warn"}, wide=True),
    Column("note", "说明", value="note", shown=False),
)


def _grade_of(star: StarGrant) -> str:
    """The scheme of what is no star."""
    return "" if star.scheme.has_stars else str(star.scheme)


def _ended(star: StarGrant) -> str:
    return star.ended_reason


STAR_COLUMNS = (
    Column("subject", "党组织", link=StarGrant.get_absolute_url, sort=("name", "-name"),
           fixed=True, up=True),
    Column("label", "星级", sort=("-rank", "rank"), whole=True, up=True,
           sub=Column("of", "方案", value=_grade_of)),
    Column("change", "来由", value="get_change_display", whole=True),
    Column("granted_by", "审定", value="get_granted_by_display", whole=True),
    Column("document", "文号"),
    Column("starts_on", "自", kind="date", sort=("-starts", "starts")),
    Column("ends_on", "至", kind="date"),
    Column("ended", "终止原因", value=_ended, wide=True),
    Column("scheme", "方案", shown=False),
)
