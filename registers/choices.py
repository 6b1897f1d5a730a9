"""Kinds and states of the small ledgers (domain.md §1.2 J-N, §8)."""

from django.db.models import TextChoices


class MassKind(TextChoices):
    UNION = "union", "工会"
    YOUTH = "youth", "共青团"
    WOMEN = "women", "妇联"


class FundKind(TextChoices):
    """domain.md §1.2 K."""

    FORMATION = "formation", "组建经费"
    ALLOWANCE = "allowance", "书记工作经费"
    STAFF = "staff", "党务专干经费"
    ACTIVITY = "activity", "活动经费"
    DUES = "dues", "党费返还"
    REWARD = "reward", "以奖代补"
    OTHER = "other", "其他经费"


class Level(TextChoices):
    """Whose a training, a team or a meeting is."""

    NATION = "nation", "国家级"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    DISTRICT = "district", "区级"
    TOWN = "town", "镇街级"
    UNIT = "unit", "企业级"


class TrainingKind(TextChoices):
    SECRETARY = "secretary", "书记培训"
    MEMBER = "member", "党员培训"
    CANDIDATE = "candidate", "发展对象培训"
    INSTRUCTOR = "instructor", "指导员培训"
    SKILL = "skill", "技能培训"
    POLICY = "policy", "政策培训"
    OTHER = "other", "其他培训"


class TraineeRole(TextChoices):
    SECRETARY = "secretary", "书记"
    COMMITTEE = "committee", "班子成员"
    MEMBER = "member", "党员"
    CANDIDATE = "candidate", "发展对象"
    INSTRUCTOR = "instructor", "指导员"
    OWNER = "owner", "出资人"
    STAFF = "staff", "职工"


class SiteKind(TextChoices):
    GUIDANCE = "guidance", "指导站"
    REST_STOP = "rest_stop", "驿站"
    STUDIO = "studio", "老书记工作室"
    RIGHTS = "rights", "维权站"
    SERVICE_CENTER = "service_center", "党群服务中心"
    OTHER = "other", "其他阵地"


class AllianceKind(TextChoices):
    ALLIANCE = "alliance", "党建联盟"
    PAIRING = "pairing", "结对共建"
    UNIVERSITY = "university", "高校直通车"


class Occupation(TextChoices):
    COURIER = "courier", "快递员"
    RIDER = "rider", "外卖骑手"
    HAILING = "hailing", "网约车司机"
    TRUCK = "truck", "货车司机"
    STREAMER = "streamer", "网络主播"
    AGENT = "agent", "家政和中介人员"
    OTHER = "other", "其他新就业人员"


class Duty(TextChoices):
    """What somebody in a new form of employment does beside the job."""

    GRID = "grid", "兼职网格员"
    FOOD = "food", "食品安全监督员"
    VOLUNTEER = "volunteer", "志愿者"


class Standing(TextChoices):
    MEMBER = "member", "中共党员"
    PROBATIONARY = "probationary", "预备党员"
    YOUTH = "youth", "共青团员"
    OTHER = "other", "其他政治面貌"


class Title(TextChoices):
    """Titles of an enterprise, counted by year and level (domain.md §8.4, §8.5)."""

    GIANT_NATION = "giant_nation", "国家级小巨人"
    GIANT_PROVINCE = "giant_province", "省级小巨人"
    GIANT_CITY = "giant_city", "市级小巨人"
    SPECIALIZED_PROVINCE = "specialized_province", "省级专精特新"
    SPECIALIZED_CITY = "specialized_city", "市级专精特新"
    HIGH_TECH = "high_tech", "高新技术企业"
    CHAMPION = "champion", "单项冠军"


class PlanState(TextChoices):
    RUNNING = "running", "推进中"
    DONE = "done", "已完成"
    DROPPED = "dropped", "不再推进"


class CampaignKind(TextChoices):
    SURVEY = "survey", "两项排查"
    PUSH = "push", "百日攻坚"
    CLAIMED = "claimed", "项目认领"
    MAJOR = "major", "重大项目"
    OTHER = "other", "其他行动"


class MeetingKind(TextChoices):
    JOINT = "joint", "联席会议"
    DELEGATE = "delegate", "党代表联系"
    WORKSHOP = "workshop", "车间恳谈会"
    STAFF = "staff", "职工议事厅"
    TALK = "talk", "座谈会"


class ContactKind(TextChoices):
    OFFICIAL = "official", "干部联系点"
    ONE_ONE_FIVE = "one_one_five", "1+1+5联系组"
    STUDIO = "studio", "老书记工作室联系组"


class PostKind(TextChoices):
    MODEL_POST = "model_post", "党员示范岗"
    TEAM = "team", "党员示范班组"
    VANGUARD = "vanguard", "党员先锋岗"
    ZONE = "zone", "党员责任区"
    SHOP = "shop", "诚信经营店"
    THREE_SHOWN = "three_shown", "三亮经营户"


class TeamKind(TextChoices):
    LECTURERS = "lecturers", "宣讲团"
    VOLUNTEERS = "volunteers", "志愿服务队"
    SERVICE = "service", "服务专班"
    CONTEST = "contest", "参赛队"
    OTHER = "other", "其他队伍"
