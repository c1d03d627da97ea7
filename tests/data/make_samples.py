"""Writes the sample files of this folder; the same seed writes the same rows.

    python tests/data/make_samples.py

``service_requests_sample.csv`` has the shape and the oddities of the city's file (bursts, one address again and
again, rows without a district, requests closed before they were created, statuses of every kind), but nothing in it is
real. ``households_sample.csv`` and ``.xlsx`` are one household ledger of made-up people.
"""

import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from xlsxwriter import Workbook

HERE = Path(__file__).parent
REQUESTS, HOUSEHOLDS = 500, 40

[REQUEST_COLUMNS] = csv.reader(
    [
        "SRNumber,CreatedDate,UpdatedDate,ActionTaken,Owner,RequestType,Status,RequestSource,MobileOS,Anonymous,AssignTo,"
        "ServiceDate,ClosedDate,AddressVerified,ApproximateAddress,Address,HouseNumber,Direction,StreetName,Suffix,"
        "ZipCode,Latitude,Longitude,Location,TBMPage,TBMColumn,TBMRow,APC,CD,CDMember,NC,NCName,PolicePrecinct"
    ]
)
DISTRICTS = (
    "ALDER GROVE NC",
    "BAYWOOD - HARBOR VIEW NC",
    "CEDAR FLATS",
    "EMPRESS GARDENS AREA NDC",
    "FIG STREET NC",
    "GREATER LARKSPUR COUNCIL",
    "JUNIPER CANYON-WARBLER HILLS NC",
    "M.E.S.A. NC",
    "NC WILLOW POINT/TIDE",
    "OLD MILL 32 NC",
    "PEPPER TREE NC",
    "UNITED RESIDENTS OF THE HISTORIC QUARRY HEIGHTS, ORCHARD PARK, AND STATION SQUARE COMMUNITY",
)
TYPES = (
    ("Bulky Items", "BOS", 44),
    ("Graffiti Removal", "OCB", 28),
    ("Illegal Dumping Pickup", "BOS", 8),
    ("Metal/Household Appliances", "BOS", 7),
    ("Electronic Waste", "BOS", 4),
    ("Homeless Encampment", "BOS", 3),
    ("Dead Animal Removal", "BOS", 2),
    ("Other", "ITA", 1.5),
    ("Single Streetlight Issue", "BSL", 1.2),
    ("Multiple Streetlight Issue", "BSL", 0.8),
    ("Report Water Waste", "LADWP", 0.5),
    ("Feedback", "BOS", 0.2),
)
SOURCES = (
    ("Call", 42),
    ("Mobile App", 21),
    ("Driver Self Report", 20),
    ("Self Service", 16),
    ("Email", 0.6),
    ("Council's Office", 0.2),
    ("Voicemail", 0.1),
    ("Walk-in", 0.1),
)
STATUSES = (("Closed", 96.4), ("Cancelled", 2.5), ("Referred Out", 0.6), ("Open", 0.5))
STREETS = ("ACORN", "BRISTLECONE", "COPPER", "DUNE", "ELDER", "FERN", "GULL", "HERON", "IRIS", "JAY", "KELP", "LUPINE")


def write_time(moment: datetime) -> str:
    return moment.strftime("%m/%d/%Y %I:%M:%S %p")


def address(chance: random.Random) -> dict[str, str]:
    number, street = str(chance.randrange(100, 9900)), chance.choice(STREETS)
    direction, suffix = chance.choice("NSEW"), chance.choice(("AVE", "ST", "BLVD", "DR", "PL"))
    zip_code = f"9{chance.randrange(1000):04d}"
    lat, lon = f"{chance.uniform(33.7, 34.3):.10f}", f"{chance.uniform(-118.6, -118.2):.9f}"
    found = {"HouseNumber": number, "Direction": direction, "StreetName": street, "Suffix": suffix, "ZipCode": zip_code}
    if chance.random() < 0.07:  # a crossing
        other = chance.choice(STREETS)
        return {"Address": f"{street} {suffix} AT {other} ST, {zip_code}", "ZipCode": zip_code}
    found["Address"] = f"{number} {direction} {street} {suffix}, {zip_code}"
    if chance.random() < 0.82:
        found |= {"Latitude": lat, "Longitude": lon, "Location": f"({lat}, {lon})"}
    return found


def requests(chance: random.Random) -> Iterator[dict[str, str]]:
    addresses = [address(chance) for _ in range(REQUESTS * 4 // 5)]
    moment = datetime(2017, 12, 31, 23, 58, 12)
    for index in range(REQUESTS):
        moment -= timedelta(seconds=int(chance.expovariate(1 / 700)) + 1)
        type_, owner = chance.choices([row[:2] for row in TYPES], [row[2] for row in TYPES])[0]
        status = chance.choices([row[0] for row in STATUSES], [row[1] for row in STATUSES])[0]
        source = chance.choices([row[0] for row in SOURCES], [row[1] for row in SOURCES])[0]
        if index < len(STATUSES):
            status = STATUSES[index][0]  # each kind at least once
        closed = moment + timedelta(seconds=int(chance.expovariate(1 / 400_000)))
        if owner == "BSL" or index in (17, 230):  # only the day is noted, so it may lie before the creation
            closed = moment.replace(hour=0, minute=0, second=0)
        district = "" if index % 91 == 5 else chance.choice(DISTRICTS)
        row = dict.fromkeys(REQUEST_COLUMNS, "")
        row |= chance.choice(addresses)
        row |= {
            "SRNumber": f"1-9{70_000_000 - index * 137:08d}",
            "CreatedDate": write_time(moment),
            "UpdatedDate": write_time(max(closed, moment) + timedelta(minutes=7)),
            "ActionTaken": "SR Created",
            "Owner": owner,
            "RequestType": type_,
            "Status": status,
            "RequestSource": source,
            "MobileOS": chance.choice(("iOS", "Android")) if source == "Mobile App" else "",
            "Anonymous": "Y" if chance.random() < 0.08 else "N",
            "AssignTo": chance.choice(("EV", "NC", "WV", "SLA", "")),
            "ServiceDate": write_time(closed.replace(hour=0, minute=0, second=0)) if chance.random() < 0.95 else "",
            "ClosedDate": "" if status == "Open" else write_time(closed),
            "AddressVerified": "Y",
            "ApproximateAddress": "N",
            "NC": str(DISTRICTS.index(district) + 3) if district else "",
            "NCName": district,
            "PolicePrecinct": "HARBOR" if district else "",
        }
        yield row


[HOUSEHOLD_COLUMNS] = csv.reader(
    [
        "责任区,楼号,房号,楼层,用途,建筑面积,户型,姓名,俄文姓名,类别,性别,语言,家庭成员,关怀,重要客户,法定代表人,经营范围,"
        "单位电话,手机,微信,出生日期,证件类型,证件号码,身份,入住日期,搬离日期,同意用途,告知书版本,同意方式,同意时间,告知语言,备注"
    ]
)
SURNAMES, GIVEN = (
    "王李张刘陈杨赵黄周吴徐孙",
    ("建国", "丽华", "晓东", "雪梅", "志强", "玉兰", "海涛", "秀英", "文博", "思雨"),
)
RUSSIANS = (("伊万诺夫", "Иванов Пётр"), ("斯米尔诺娃", "Смирнова Анна"))


def households(chance: random.Random) -> Iterator[dict[str, str]]:
    for index in range(HOUSEHOLDS):
        building, floor, room = 1 + index // 20, 1 + index // 4 % 5, 1 + index % 4
        name = chance.choice(SURNAMES) + chance.choice(GIVEN)
        company, russian = index % 13 == 7, index % 11 == 3
        row = dict.fromkeys(HOUSEHOLD_COLUMNS, "")
        row |= {
            "责任区": "东区" if building == 1 else "西区",
            "楼号": str(building),
            "房号": f"{floor}{room:02d}",
            "楼层": str(floor),
            "用途": "商铺" if company else "住宅",
            "建筑面积": f"{chance.randrange(4500, 14000) / 100:g}",
            "姓名": name,
            "类别": "个人",
            "性别": chance.choice(("男", "女")),
            "语言": "简体中文",
            "手机": f"139{chance.randrange(10**8):08d}",
            "出生日期": f"{chance.randrange(1950, 2002)}-{chance.randrange(1, 13):02d}-{chance.randrange(1, 28):02d}",
            "身份": chance.choice(("业主", "业主", "租户")),
            "入住日期": f"202{chance.randrange(6)}-0{chance.randrange(1, 10)}-1{chance.randrange(10)}",
        }
        if index % 3:
            members = chance.sample(("配偶", "子女", "父母"), chance.randrange(1, 3))
            row["家庭成员"] = "；".join(f"{name[0]}{chance.choice(GIVEN)}（{member}）" for member in members)
        if index % 4:
            given = {"同意用途": "服务", "告知书版本": "2026-1", "同意方式": "前台", "告知语言": "简体中文"}
            row |= given | {"同意时间": f"2026-0{chance.randrange(1, 10)}-03 09:15:00"}
        if company:
            row |= {"姓名": f"{name}商贸有限公司", "类别": "企业", "性别": "", "家庭成员": "", "出生日期": ""}
            row |= {"身份": "商户", "法定代表人": name, "经营范围": "百货零售", "单位电话": "0457-2730118"}
        elif russian:
            chinese, own = RUSSIANS[index % 2]
            row |= {"姓名": chinese, "俄文姓名": own, "语言": "俄语", "手机": f"+7 914 {chance.randrange(10**7):07d}"}
            row["家庭成员"] = ""
        if index == 6:
            row["备注"] = "=下周来办手续"
        yield row


def guarded(text: str) -> str:
    """Write a cell so that a spreadsheet program takes it for no formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def main() -> None:
    with open(HERE / "service_requests_sample.csv", "w", encoding="utf-8", newline="") as file:
        lines = csv.DictWriter(file, REQUEST_COLUMNS)
        lines.writeheader()
        lines.writerows(requests(random.Random(311)))
    ledger = list(households(random.Random(9)))
    with open(HERE / "households_sample.csv", "w", encoding="utf-8-sig", newline="") as file:
        lines = csv.DictWriter(file, HOUSEHOLD_COLUMNS)
        lines.writeheader()
        lines.writerows({column: guarded(text) for column, text in row.items()} for row in ledger)
    with Workbook(HERE / "households_sample.xlsx") as book:
        book.set_properties({"created": datetime(2026, 11, 22)})
        sheet = book.add_worksheet("住户")
        for line, row in enumerate([dict(zip(HOUSEHOLD_COLUMNS, HOUSEHOLD_COLUMNS, strict=True)), *ledger]):
            for column, text in enumerate(row.values()):
                if column == HOUSEHOLD_COLUMNS.index("建筑面积") and line:
                    sheet.write_number(line, column, float(text))
                elif text:
                    sheet.write_string(line, column, text)


if __name__ == "__main__":
    main()
