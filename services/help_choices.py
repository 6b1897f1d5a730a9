"""Groups of help given."""

from django.db.models import TextChoices


class HelpGroup(TextChoices):
    JOBS = "jobs", "就业和人才"
    FINANCE = "finance", "金融和税费"
    POLICY = "policy", "政策和培训"
    INDUSTRY = "industry", "产业和市场"
    WELFARE = "welfare", "公益和民生"
    OTHER = "other", "其他帮扶"
