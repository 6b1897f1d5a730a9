"""Invented names of people, firms and shops, put together from syllables.

The syllables are chosen so that no well-known person or brand comes out.
"""

from collections.abc import Iterator
from random import Random

SURNAMES = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜"
    "叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱江尹薛闫段雷侯龙史陶黎贺"
    "毛郝顾龚邵万覃武钱戴严莫孔向汤"
)
FIRST_SYLLABLES = "海玉晓家立新安承启兴祥昌鸿良景仁宗和远少伯秋素雅培思运传"
MALE_SYLLABLES = "斌勇亮超杰彬林松柏川全成富福顺旺石达才根坤钢锐维森洲凯"
FEMALE_SYLLABLES = "芳英兰梅燕琴凤萍丽娟莲菊蓉娜婷雪蕾倩怡妮珊秀慧洁琼芬翠"

BRAND_FIRST = "宏恒鑫顺永泰瑞德润兴隆佳诚信立正通达安康祥盛旺金银玉茂广昌荣众锦聚"
BRAND_SECOND = "扬林泽诺途创晟翔驰峰岭溪轩阁庭桥涛帆舟月晖朗顿卓耀腾铭"
SHOP_FIRST = BRAND_FIRST + "老小阿大新好美香乐喜吉春夏秋冬红青蓝白云水山石花果竹松梅兰菊"
SHOP_SECOND = (
    BRAND_SECOND + "张李王陈刘杨周妹哥嫂姐娃宝贝味客来家乡村巷口街坊厨灶坛缸锅碗斋堂楼台亭榭"
)

# Two-digit class of GB/T 4754 -> what such a firm is called.
FIRM_TRADES = {
    "01": ("生态农业", "果蔬种植"),
    "03": ("畜禽养殖", "生态牧业"),
    "04": ("水产养殖", "渔业"),
    "13": ("粮油加工", "食品", "豆制品"),
    "14": ("调味食品", "糕点食品"),
    "15": ("茶业", "饮品"),
    "17": ("纺织", "家纺"),
    "18": ("服饰", "制衣"),
    "20": ("木业", "竹木制品"),
    "21": ("家具", "门业"),
    "22": ("纸塑包装", "包装制品"),
    "23": ("印务", "彩印"),
    "26": ("日化", "涂料"),
    "29": ("塑料制品", "橡塑"),
    "30": ("建材", "陶瓷", "石材"),
    "33": ("五金制品", "紧固件", "金属制品", "刀具", "锁业"),
    "34": ("机械", "精密铸件", "轴承", "模具"),
    "35": ("农业机械", "环保设备"),
    "36": ("汽车配件", "车桥"),
    "38": ("电器", "电缆"),
    "39": ("电子元件", "光电"),
    "42": ("再生资源", "废旧物资回收"),
    "48": ("市政工程", "路桥工程"),
    "50": ("装饰工程", "建筑安装"),
    "51": ("商贸", "供应链管理", "医药物流"),
    "52": ("百货", "电子商务", "药房连锁"),
    "54": ("运输", "物流"),
    "59": ("仓储服务", "冷链仓储"),
    "61": ("酒店管理", "宾馆"),
    "62": ("餐饮管理", "餐饮服务"),
    "64": ("网络科技", "信息科技"),
    "65": ("软件", "数据服务"),
    "72": ("人力资源", "企业管理咨询", "广告", "旅行社"),
    "73": ("农业科技", "新材料研究"),
    "74": ("检测技术", "工程设计"),
    "75": ("技术服务", "知识产权服务"),
    "77": ("环保科技", "环境治理"),
    "80": ("家政服务", "保洁服务"),
    "81": ("机电维修", "汽车服务"),
    "85": ("康养服务", "养老服务"),
    "87": ("文化传媒", "影视制作"),
}
# Section letter -> (weight per mille, what such a shop is called).
SHOP_TRADES = {
    "F": (
        520,
        "便利店 副食店 日杂店 水果店 蔬菜店 粮油店 服装店 鞋店 文具店 五金经营部 建材经营部 "
        "电器经营部 手机店 通讯店 药房 种子店 农资店 饲料店 烟酒店 百货店 茶叶店 家具店 窗帘店 "
        "灯饰店 瓷砖店 门窗店 童装店 母婴店 眼镜店 花店 渔具店 电动车行 摩托车行 轮胎店",
    ),
    "H": (
        190,
        "餐饮店 小吃店 面馆 米线店 火锅店 烧烤店 豆花饭店 早餐店 羊肉馆 鱼庄 农家乐 茶楼 奶茶店 "
        "卤菜店 旅馆 民宿 客栈",
    ),
    "O": (
        130,
        "理发店 美发店 美容店 洗衣店 家电维修部 汽车维修部 摩托车修理部 洗车行 足浴店 修鞋店 "
        "开锁服务部 家政服务部 裁缝店 照相馆",
    ),
    "C": (55, "豆制品作坊 榨油坊 面条加工坊 铝合金加工店 木器加工店 米粉加工坊 石材加工店 酿酒坊"),
    "G": (40, "货运部 快递服务部 搬家服务部 托运部"),
    "A": (20, "养殖场 果园 苗圃 家庭农场"),
    "L": (20, "打字复印店 广告设计部 租赁服务部 中介服务部"),
    "R": (13, "棋牌室 台球室 健身馆 网咖"),
    "I": (12, "网络工作室 软件服务部 直播工作室"),
}


def person(rng: Random, sex: str) -> str:
    """Name of three characters for 男 or 女."""
    last = MALE_SYLLABLES if sex == "男" else FEMALE_SYLLABLES
    return rng.choice(SURNAMES) + rng.choice(FIRST_SYLLABLES) + rng.choice(last)


def sex_of(rng: Random, male: float = 0.6) -> str:
    """男 or 女, 男 with the given probability."""
    return "男" if rng.random() < male else "女"


def brands(rng: Random) -> Iterator[str]:
    """Brands of two characters for firms, each once, in random order."""
    every = [first + second for first in BRAND_FIRST for second in BRAND_SECOND]
    rng.shuffle(every)
    return iter(every)


def shop_brands() -> list[str]:
    """Brands of two characters for shops, each once."""
    return list(dict.fromkeys(a + b for a in SHOP_FIRST for b in SHOP_SECOND))
