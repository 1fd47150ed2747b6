"""restated-sheets.py STORE FOLDER: what happens to a station around the day its month is frozen, as sheets by day into FOLDER, as
building leaders write them.  Prints the code of a building whose sheet of the month is to be taken back; FOLDER/decide names those
who are written down twice."""
import csv, os, sqlite3, sys

db, folder = sqlite3.connect(sys.argv[1]), sys.argv[2]
db.row_factory = sqlite3.Row
HEAD = "姓名,性别,身份证号,出生日期,联系电话,人员类别,就业状况,是否死亡,是否迁出,社区,网格,楼栋".split(",")
FIELDS = "name sex id_number birth_date phone category employment died moved community grid building".split()
os.makedirs(folder)
decide = open(folder + "/decide", "w")
units = {u["code"]: u for u in db.execute("SELECT code, parent, level, name FROM vet_unit WHERE _out IS NULL")}
shared = {r[0] for r in db.execute("SELECT record FROM vet_link WHERE _out IS NULL")}
people = {}
for r in db.execute("SELECT v.*, c.code AS unit FROM person_version v JOIN vet_code c ON c._id = v._unit WHERE v._out IS NULL ORDER BY v._id"):
    people.setdefault(r["unit"], []).append({**{f: r[f] for f in FIELDS}, "record": r["_record"], "unit": r["unit"]})
buildings = [c for c in sorted(units) if units[c]["level"] == "building"]
silent = [c for c in buildings if not db.execute("SELECT 1 FROM vet_return r JOIN vet_code c ON c._id = r.unit WHERE c.code = ?", (c,)).fetchone()]


def stock(p):
    return p["died"] != "是" and p["moved"] != "是"


def plain(c):  # three people at least, each on one sheet, each with a number
    return len(people.get(c, [])) >= 3 and all(p["record"] not in shared and p["id_number"] and stock(p) for p in people[c])


ready = [c for c in buildings if plain(c)]


def take(where=lambda c: True):
    c = next(c for c in ready if where(c))
    ready.remove(c)
    return c


def place(c):
    grid = units[c]["parent"]
    return [units[units[grid]["parent"]]["name"], units[grid]["name"], units[c]["name"]]


def sheet(day, name, survey, c, rows):
    os.makedirs(f"{folder}/{day}", exist_ok=True)
    with open(f"{folder}/{day}/{name}.csv", "w", newline="") as f:
        if survey:
            f.write("填表日期：" + survey + "\n")
        w = csv.writer(f)
        w.writerow(HEAD)
        for p in rows:
            w.writerow([p[k] or "" for k in FIELDS[:9]] + place(c))


def person(name, number, **more):
    digits = f"370124{number:011d}"
    check = "10X98765432"[sum(int(d) * 2 ** (17 - i) for i, d in enumerate(digits)) % 11]
    return {**dict.fromkeys(FIELDS), "name": name, "sex": "男", "id_number": digits + check, "category": "退役士兵", **more}


def community(c):
    return units[units[c]["parent"]]["parent"]


# 1 late sheets of the month, some without a date; one says its month, one is only sent in the month after.
sheet("late", "dated", "2020-10-30", silent[0], [person("迟甲", 19600101101), person("迟乙", 19610203004, category="残疾军人")])
sheet("late", "undated", "", silent[1], [person("迟丙", 19620304005)])
sheet("next", "silent", "", silent[2], [person("迟丁", 19630405007), person("迟戊", 19630405023)])
# 2 corrections of the month: another category, another name, one left out; filled in within the month.
c = take()
mended = [dict(p) for p in people[c]]
mended[0]["category"] = "残疾军人"
mended[1]["name"] += "一"
sheet("mend", "values", "2020-10-31", c, mended + [person("补报", 19640506009)])
# 3 the month after: a death, one who moved away, one who is new, another category.
c = take()
after = [dict(p) for p in people[c]]
after[0]["died"], after[1]["moved"], after[2]["category"] = "是", "是", "烈士遗属"
sheet("next", "events", "2020-11-10", c, after + [person("新来", 19650607001)])
# 4 moves: to another community, within the grid, and one who is on both sheets for a while.
for far in (True, False):
    a = take()
    b = take(lambda x: community(x) != community(a) if far else units[x]["parent"] == units[a]["parent"])
    sheet("next", f"from{far}", "2020-11-11", a, people[a][1:])
    sheet("next", f"to{far}", "2020-11-12", b, people[b] + people[a][:1])
a, b = take(), take()
sheet("next", "stays", "2020-11-13", a, people[a])
sheet("next", "both", "2020-11-12", b, people[b] + people[a][:1])
# 5 people of two buildings: the other building has them later; one of them dies, on one of his two sheets only.
twice = {}
for c in people:
    for p in people[c]:
        e = db.execute("SELECT entity FROM vet_link WHERE record = ? AND _out IS NULL", (p["record"],)).fetchone()
        if e:
            twice.setdefault(e[0], []).append(p)
pairs = [v for _, v in sorted(twice.items()) if len({p["unit"] for p in v}) > 1]
for i, (p, q) in enumerate((v[0], v[1]) for v in pairs[:4]):
    who = q if i % 2 else p
    rows = [dict(x) for x in people[who["unit"]]]
    if i == 2:
        rows[[x["record"] for x in rows].index(who["record"])]["died"] = "是"
    sheet("next" if i else "mend", f"twice{i}", f"2020-1{1 if i else 0}-2{i}", who["unit"], rows)
# 6 a number put right (another key, so another record), and a building whose people are said to be nobody.
c = take()
rows = [dict(p) for p in people[c]]
rows[0]["id_number"] = person("", 19660708002)["id_number"]
sheet("next", "number", "2020-11-14", c, rows)
# 7 written down twice in two words, before the month was frozen: for people to decide before and after; each with another category.
for name in ("before", "after", "inside"):
    c = take()
    d = c if name == "inside" else take()
    p = people[c][0]
    other = {**p, "id_number": "", "category": "烈士遗属"}
    if name == "inside":
        other["name"] = p["name"][:-1] + "麟"  # written wrongly, so it is another record of the same building
    else:
        other["phone"] = ""
    sheet("twice", name, "2020-10-29", d, [other])
    decide.write(f"{name} {p['name']}\n")
    if name == "inside":
        sheet("next", "inside", "2020-11-15", c, people[c])
# 8 what will be undone.
c = take()
sheet("undone", "undone", "2020-10-31", c, [{**p, "category": "残疾军人"} for p in people[c]] + [person("撤销", 19670809003)])
print(take())  # the building whose sheet of the month is taken back
