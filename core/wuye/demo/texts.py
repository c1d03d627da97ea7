"""What people at the desk of a made-up company hear: sentences of our own, Chinese and Russian."""

from collections.abc import Mapping

from msgspec import Struct


class Matter(Struct, frozen=True):
    """Something that is reported: kind, category, title, what was said, what was done about it, the cause found."""

    kind: str
    category: str | None
    title: str
    told: str
    result: str
    cause: str | None = None
    public: bool = False
    language: str = "zh-Hans"


def _repair(category: str, title: str, told: str, result: str, *, public: bool = False) -> Matter:
    return Matter("repair", category, title, told, result, category, public)


def _complaint(category: str, title: str, told: str, result: str, *, public: bool = False) -> Matter:
    return Matter("complaint", category, title, told, result, category, public)


HOME = (
    _repair("water", "廚房水槽下方漏水", "早上發現櫃子裏有水，接口一直滴。", "更換軟管及墊圈，試水十分鐘無滲漏。"),
    _repair("water", "衛生間地漏返味", "洗澡後水退得慢，有異味。", "疏通地漏，加裝防臭芯。"),
    _repair("water", "水表讀數異常", "人不在家，用水量比上月多一倍。", "檢查後為馬桶補水閥關不嚴，已更換。"),
    _repair("electricity", "入戶開關跳閘", "一開熱水器就跳閘，已試三次。", "更換老化漏電保護器。"),
    _repair("electricity", "樓道燈不亮", "晚上上樓看不清台階。", "更換聲控燈頭兩只。", public=True),
    _repair("heating", "客廳暖氣不熱", "供暖三天了，只有臥室那組熱。", "放氣並調節閥門，進水溫度恢復正常。"),
    _repair("heating", "暖氣片接頭滲水", "地板邊上濕了一片。", "關閥緊固接頭，更換生料帶。"),
    _repair(
        "lift", "電梯停在兩層之間", "電梯門打不開，裏面沒有人。", "維保單位到場復位，門機皮帶已更換。", public=True
    ),
    _repair("lift", "電梯有異響", "到六樓以上就咯噔響。", "潤滑導軌，調整對重導靴。", public=True),
    _repair("doors_windows", "單元門禁失靈", "刷卡沒反應，門一直敞着。", "更換門禁電源模塊。", public=True),
    _repair("doors_windows", "窗扇關不嚴漏風", "北臥室窗戶合頁鬆了。", "更換合頁並換密封條。"),
    _repair("walls_roof", "頂樓天花板滲水", "化雪以後天花板有水印。", "屋面防水層補做，待雨後複查。"),
    _repair("walls_roof", "外牆瓷磚鬆動", "三樓外牆有幾塊磚要掉下來。", "圍擋並拆除鬆動瓷磚，重新鋪貼。", public=True),
    _repair("public_facility", "兒童滑梯螺絲鬆脫", "孩子差點劃傷腿。", "緊固並加防護帽，全園巡查一遍。", public=True),
    _repair("public_facility", "車庫道閘不抬桿", "排隊排到馬路上了。", "重啟控制器，清潔地感線圈。", public=True),
    _repair("network", "樓內網絡信號箱進水", "整個單元斷網。", "聯繫運營商更換分光器，箱體加防水。", public=True),
    _complaint("surroundings", "樓下燒烤油煙大", "每晚九點後都有，窗戶不能開。", "約談商戶，加裝油煙淨化器。"),
    _complaint(
        "surroundings", "垃圾房清運不及時", "中午了還堆在門口，味道重。", "清運改為每日兩次，主管抽查。", public=True
    ),
    _complaint("safety", "陌生人隨意進出單元", "昨晚有推銷的挨家敲門。", "門崗加強登記。", public=True),
    _complaint("equipment", "電梯一個月壞三次", "家裏老人下不了樓。", "與維保單位約定整改，更換控制板。", public=True),
    _complaint("charges", "物業費賬單面積不對", "按登記面積少了四平方米。", "核對產權證後更正賬單並致歉。"),
    _complaint("attitude", "前台說話不耐煩", "問了兩句就說自己看公告。", "當面致歉，員工已復訓。"),
    _complaint("communication", "停水沒有提前通知", "做飯做一半停水。", "改為短信加單元公告雙重通知。"),
    _complaint("handling_time", "報修三天沒人來", "打了兩次電話都說安排了。", "當日上門修復，派單流程已調整。"),
    _complaint("feedback_time", "投訴後沒有回覆", "說好第二天回電。", "已回電說明情況，約定回覆時限。"),
    _complaint("neighbours", "樓上深夜裝修吵鬧", "十一點還在鑽牆。", "上門勸止，簽施工時間承諾書。"),
    _complaint("neighbours", "鄰居寵物隨地便溺", "草坪上孩子沒法玩。", "張貼提示並上門溝通。", public=True),
    Matter(
        "inquiry",
        None,
        "裝修手續怎麼辦",
        "下月準備重做衛生間，要交哪些材料？",
        "已說明申請表、圖紙、施工人員證件三項。",
    ),
    Matter("inquiry", None, "供暖什麼時候開始", "家裏有小孩，想提前試水。", "已告知日期與試水時段。"),
    Matter("inquiry", None, "地下車位還有沒有", "想給第二輛車租一個位。", "已登記排隊，預計兩週內回覆。"),
    Matter("inquiry", None, "快遞櫃怎麼補發取件碼", "手機換號了收不到。", "前台協助後台改號。"),
    Matter("help", None, "老人獨自在家聯繫不上", "敲門沒人應，電話也不接。", "保安陪同家屬開門，人平安。"),
    Matter("help", None, "鑰匙鎖在家裏", "門帶上了，孩子在裏面。", "聯繫備案開鎖師傅，二十分鐘打開。"),
    Matter("help", None, "需要輪椅送到單元門口", "父親出院回家。", "已送達並協助上樓。"),
    Matter("suggestion", None, "希望增設電動車充電位", "三號樓下只有四個插座。", "列入明年改造計劃。", public=True),
    Matter("suggestion", None, "建議花園加裝夜燈", "晚上遛彎看不清路。", "已現場勘查，擬裝八盞。", public=True),
    Matter("praise", None, "表揚夜班保安", "半夜幫我把車推進車庫。", "已轉達本人並公示。"),
    Matter("other", None, "借用會議室開業主會", "週六下午，大概三十人。", "已登記並準備桌椅。"),
)

MALL = (
    _repair("electricity", "攤位插座沒電", "整排三個攤位都停了。", "更換斷路器，重新分配負荷。"),
    _repair("electricity", "店內燈箱閃爍", "招牌燈一亮一滅，影響生意。", "更換整流器。"),
    _repair("doors_windows", "捲簾門卡住", "早上開不了門，客人都到了。", "校正導軌並上油。"),
    _repair("lift", "扶梯停運", "二樓客人上不來。", "清理梳齒板異物後恢復。", public=True),
    _repair("water", "洗手間水龍頭關不緊", "一直流水，地面濕滑。", "更換閥芯。", public=True),
    _repair("heating", "大廳空調不熱", "零下二十度，客人待不住。", "清洗過濾網並補水。", public=True),
    _repair("public_facility", "消防通道指示牌脫落", "掉在地上，怕砸到人。", "重新固定並檢查同層。", public=True),
    _complaint("safety", "通道被貨物堵住", "隔壁把箱子堆在過道。", "當場清理，簽整改單。", public=True),
    _complaint("charges", "電費分攤看不懂", "這個月多了三百元。", "逐項解釋並出具明細。"),
    _complaint("attitude", "保安對顧客態度差", "客人說以後不來了。", "核實監控，已處理並致歉。"),
    _complaint("neighbours", "對面攤位音響太大", "沒法跟客人說話。", "約定音量上限。"),
    Matter("inquiry", None, "促銷場地怎麼申請", "想在中庭做兩天活動。", "已提供申請表與檔期。"),
    Matter("inquiry", None, "開發票要什麼資料", "俄羅斯客戶要形式發票。", "已說明並提供樣張。"),
    Matter("help", None, "顧客孩子走失", "五歲男孩，穿紅棉襖。", "廣播十分鐘後在二樓找到。"),
    Matter("suggestion", None, "希望延長營業時間", "旅行團晚上才到。", "已列入商戶代表會議題。"),
    Matter("praise", None, "表揚前台雙語服務", "俄羅斯客人很滿意。", "已轉達並記入考評。"),
    Matter("repair", "electricity", "Нет света в павильоне", "С утра не работают все розетки, холодильник потёк.",
           "Заменён автомат, розетки проверены.", "electricity", language="ru"),
    Matter("repair", "heating", "Холодно в торговом ряду", "У входа дует, покупатели не задерживаются.",
           "Отрегулирована тепловая завеса.", "heating", public=True, language="ru"),
    Matter("repair", "doors_windows", "Заклинило рольставни", "Не можем открыть магазин.",
           "Направляющие выправлены и смазаны.", "doors_windows", language="ru"),
    Matter("repair", "water", "Протекает потолок в бутике", "Вода капает на товар.",
           "Устранена течь в трубе этажом выше, потолок высушен.", "water", language="ru"),
    Matter("complaint", "surroundings", "Мусор у служебного входа", "Коробки лежат третий день.",
           "Вывезено, график уборки изменён.", "surroundings", public=True, language="ru"),
    Matter("complaint", "communication", "Не предупредили об отключении воды", "Узнали, когда кран уже не работал.",
           "Принесены извинения, объявления теперь на двух языках.", "communication", language="ru"),
    Matter("inquiry", None, "Как оформить возврат товара", "Покупатель из Уссурийска вернул шубу.",
           "Порядок объяснён, бланк выдан.", language="ru"),
    Matter("inquiry", None, "Где разместить рекламу на русском", "Хотим щит у входа и объявление по радио.",
           "Передан прайс и образец договора.", language="ru"),
    Matter("help", None, "Нужен переводчик у кассы", "Покупатель не понимает условия гарантии.",
           "Подошёл сотрудник стойки, вопрос решён.", language="ru"),
)  # fmt: skip

OFFICE = (
    _repair("electricity", "會議室投影沒有信號", "十點要開會。", "更換線材，已恢復。"),
    _repair("network", "七樓無線網絡斷斷續續", "視頻會議總是卡。", "更換接入點。"),
    _repair("water", "茶水間飲水機漏水", "地毯濕了一塊。", "更換進水閥。"),
    _repair("heating", "辦公室溫度過高", "室內二十八度。", "調低供水溫度。"),
    _repair("lift", "貨梯按鍵失靈", "三樓按不亮。", "更換按鍵板。", public=True),
    _complaint("surroundings", "地下車庫異味", "早上一下車就聞到。", "清洗集水井並通風。", public=True),
    _complaint("handling_time", "門禁卡辦了一週", "新員工每天要人帶。", "當日補發並改流程。"),
    Matter("inquiry", None, "訪客停車怎麼登記", "下午有六位客人。", "已登記車牌，免費兩小時。"),
    Matter("help", None, "搬運辦公家具需要貨梯", "明早八點到十點。", "已預留貨梯並鋪保護墊。"),
    Matter("suggestion", None, "建議增設自行車棚", "門口停不下了。", "已納入下季度計劃。"),
    Matter("other", None, "代收重要文件", "中午無人在，請前台簽收。", "已簽收並通知取件。"),
)

MATTERS: Mapping[str, tuple[Matter, ...]] = {"CYY": HOME, "SFM": MALL, "HQ": OFFICE}

NOTES = (
    "已電話聯繫，約下午上門。",
    "家中無人，留便條。",
    "現場拍照存檔。",
    "等配件到貨，已告知客戶。",
    "與工程部確認了時間。",
    "客戶要求晚上七點後聯繫。",
    "已請維保單位報價。",
    "二次上門，問題複現。",
)
WISHES = ("希望今天處理", "請先打電話", "週末在家", "希望書面回覆", "只要不再發生")
OPINIONS = ("很快，滿意", "師傅很專業", "還可以", "下次希望早點", "謝謝")
UNHAPPY = ("還是有點漏", "沒有徹底解決", "第二天又壞了", "說好回電沒有回")
REASONS = ("客戶自行解決", "重複報修，客戶要求撤銷", "與本物業無關，已說明")
PLACES: Mapping[str, tuple[str, ...]] = {
    "CYY": ("東門崗亭旁", "中心花園", "地下車庫 B1 入口", "三號樓大堂", "兒童樂園", "西側步道", "垃圾分類房"),
    "SFM": ("一層服務台 · 1 этаж, стойка", "中庭 · центральный зал", "B 區皮草街 · ряд «Меха»",
            "東門停車場 · восточная парковка", "三層美食廣場 · фуд-корт", "扶梯旁 · у эскалатора"),
    "HQ": ("大堂", "三樓會議室", "地下車庫", "員工餐廳", "七樓茶水間"),
}  # fmt: skip
MATERIALS = (("軟管", "根"), ("墊圈", "個"), ("閥芯", "個"), ("斷路器", "個"), ("燈管", "支"), ("密封條", "米"))
