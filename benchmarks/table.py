"""The bounds, one line each: what must be reached, and how it is measured."""

from dataclasses import dataclass

TIMES, MEGABYTES, QUERIES, ROWS, SECONDS, LOGS = "倍", "MB", "次", "行", "秒", "份"


@dataclass(frozen=True)
class Bound:
    """A figure that must not exceed ``limit``; ``how``: what it is compared with."""

    key: str
    what: str
    limit: float
    unit: str
    how: str


BOUNDS = (
    Bound("read.time", "读取台账", 1.5, TIMES, "受保护子进程 ÷ calamine iter_rows"),
    Bound("read.memory", "读取子进程内存", 200, MEGABYTES, "子进程峰值"),
    Bound("check.time", "检查", 5, TIMES, "读取、逐行检查、比对、暂存 ÷ calamine iter_rows"),
    Bound("apply.time", "首次入库", 3, TIMES, "入库 ÷ 同样 25 列 COPY 加 upsert 到一张表"),
    Bound("history.insert", "留痕：首次入库", 1.3, TIMES, "有触发器 ÷ 无触发器"),
    Bound("history.update", "留痕：全部更新", 3, TIMES, "0 行 upsert 之后，有触发器 ÷ 无触发器"),
    Bound("again.whole", "原样重导：全程", 0.75, TIMES, "÷ 首次全程"),
    Bound("again.apply", "原样重导：入库", 0.15, TIMES, "÷ 首次入库"),
    Bound("again.rows", "原样重导：写入的行", 0, ROWS, "各台账表和留痕表"),
    Bound("undo.time", "撤销首次导入", 1, TIMES, "÷ 首次入库"),
    Bound("undo.rest", "依次撤销几批之后", 0, ROWS, "与开始时不同的行"),
    Bound("coverage.time", "覆盖情况：镇街 × 类型", 1.5, TIMES, "÷ 同一库上最快的原始 SQL"),
    Bound("coverage.queries", "覆盖情况：查询", 1, QUERIES, ""),
    Bound("trend.time", "24 个月趋势", 0.25, TIMES, "÷ 24 次单独查询"),
    Bound("trend.queries", "24 个月趋势：查询", 1, QUERIES, ""),
    Bound("list.queries", "名单任一页：查询", 8, QUERIES, "整个请求，登录、授权和页面框架在内"),
    Bound("list.last", "名单末页", 2, TIMES, "÷ 首页"),
    Bound("list.search", "两个字的搜索", 1.2, TIMES, "找到并计数 ÷ 无索引计数"),
    Bound("export.time", "导出", 1.2, TIMES, "÷ xlsxwriter constant_memory 写同样的格"),
    Bound("export.memory", "导出内存", 1.1, TIMES, "×10 时的峰值 ÷ ×1 时的峰值"),
    Bound("pdf.page", "报告 PDF 每页", 1.3, TIMES, "100 页时 ÷ 20 页时"),
    Bound("ten.check", "×10：检查每行", 1.5, TIMES, "÷ ×1"),
    Bound("ten.apply", "×10：入库每行", 1.5, TIMES, "÷ ×1"),
    Bound("ten.coverage", "×10：覆盖情况每行", 1.5, TIMES, "÷ ×1"),
    Bound("ten.list", "×10：名单页每行", 1.5, TIMES, "÷ ×1"),
    Bound("month.p95", "月末报送：95% 的请求", 0.5, SECONDS, "300 名书记 10 分钟报完，同时出报告"),
    Bound("month.p99", "月末报送：99% 的请求", 1.5, SECONDS, "同上"),
    Bound("month.errors", "月末报送：出错", 0, QUERIES, "同上"),
    Bound("month.lost", "月末报送：丢失的日志", 0, LOGS, "同上"),
    Bound("month.doubled", "月末报送：重复的日志", 0, LOGS, "同上"),
    Bound("month.report", "月末报送：同时出的报告", 3, TIMES, "最慢的一份 ÷ 空闲时，它让着网页"),
    Bound("x.load", "X 区全部台账入库", 90, SECONDS, "检查、入库，58,271 户个体工商户在内"),
    Bound("x.report", "X 区报告", 20, SECONDS, "旁边开着网站"),
    Bound("x.queries", "X 区报告：查询", 60, QUERIES, ""),
)


@dataclass(frozen=True)
class Figure:
    """What was measured. ``detail``: the seconds behind it, in words."""

    key: str
    value: float
    detail: str = ""

    @property
    def bound(self) -> Bound:
        return next(bound for bound in BOUNDS if bound.key == self.key)

    @property
    def is_met(self) -> bool:
        return round(self.value, 2) <= self.bound.limit

    def as_json(self) -> dict:
        bound = self.bound
        return {
            "key": self.key, "value": round(self.value, 3), "bound": bound.limit,
            "unit": bound.unit, "met": self.is_met, "detail": self.detail,
        }

    def line(self) -> str:
        """One line of the printed table."""
        bound = self.bound
        sign = "达到" if self.is_met else "未达到"
        return (
            f"{sign}  {self.key:<17} {self.value:8.2f} ≤ {bound.limit:g} {bound.unit}"
            f"  {bound.what}（{bound.how}）  {self.detail}"
        )
